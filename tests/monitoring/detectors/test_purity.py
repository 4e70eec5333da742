"""The detectors know nothing but Python."""

import ast
import subprocess
import sys
from pathlib import Path

import cases.monitoring.detectors as package

FOLDER = Path(package.__file__).parent


def test_they_import_the_standard_library_and_themselves_only() -> None:
    foreign = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign |= {
                (path.name, name)
                for name in names
                if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith(package.__name__)
            }
    assert foreign == set()


def test_they_work_without_django() -> None:
    code = (
        "import sys; sys.modules['django'] = None\n"
        "from cases.monitoring.detectors import Bucket, Panel\n"
        "print(Panel().take(Bucket(1, 2)).reading.verdict)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=FOLDER.parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout == "learning\n"
