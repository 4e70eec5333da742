"""`python -m bench` lists the measurements, `python -m bench visibility` runs one, `python -m bench all` every one."""

import importlib
import pkgutil
import subprocess
import sys

import bench

PARTS = {"crowd", "database", "nab", "rounds", "served", "urls", "wsgi", "__main__"}


def names() -> list[str]:
    """The measurements there are."""
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in PARTS)


def main() -> None:
    """Run what was named; each measurement of `all` in a process of its own."""
    wanted, *rest = sys.argv[1:] or [""]
    if wanted == "all":
        for name in names():
            subprocess.run([sys.executable, "-m", "bench", name, *rest], check=True)
    elif wanted in names():
        sys.argv = [f"bench {wanted}", *rest]
        importlib.import_module(f"bench.{wanted}").main()
    else:
        for name in names():
            print(name, "-", (importlib.import_module(f"bench.{name}").__doc__ or "").partition("\n")[0])


if __name__ == "__main__":
    main()
