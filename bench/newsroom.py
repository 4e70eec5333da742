"""The newsroom against a static file through the same WSGI stack.

Goal (domain note on performance): newsroom page ≥ 0.5 of the requests/s of the static file, < 30 kB.
"""

import argparse
import io
from typing import Any

from bench.database import measured_database
from bench.rounds import alternate, table

STATIC = "/static/css/newsroom.css"


def answered(application: Any, path: str) -> tuple[str, bytes]:
    """Status and body of one GET, as a web server would ask."""
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1", "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0), "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    statuses: list[str] = []
    response = application(environ, lambda status, headers, error=None: statuses.append(status))
    try:
        return statuses[0], b"".join(response)
    finally:
        response.close()


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with measured_database(with_people=False):
        from django.conf import settings
        from django.core.management import call_command

        settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
        settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
        call_command("bootstrap", verbosity=0)
        call_command("demo", verbosity=0)
        from django.core.wsgi import get_wsgi_application

        from comms.sending.newsroom import answers

        application = get_wsgi_application()
        paths = {"static file": STATIC, "newsroom": "/newsroom/zrnko/", "Atom": "/newsroom/zrnko/atom.xml"}
        for name, path in paths.items():
            status, body = answered(application, path)
            print(f"{name}: {status}, {len(body) / 1000:.1f} kB")
        works = {name: lambda path=path: answered(application, path) for name, path in paths.items()}
        table("one request, kept answers", alternate(works, rounds=options.rounds, repeats=200), "static file")
        answers.KEPT_FOR = 0.0
        table("one request, every page made anew", alternate(works, rounds=options.rounds), "static file")


if __name__ == "__main__":
    main()
