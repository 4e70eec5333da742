"""The product's WSGI application with BASE beside it, and with the figures of the process for who measures.

`/bench/cpu` answers the CPU seconds the process has used, before any middleware. A request with `X-Bench-Queries` is
answered with the number of queries it took, in a header of that name; others are not slowed by the counting.
"""

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisisdesk.settings")

from django.conf import settings
from django.db import connection

settings.ROOT_URLCONF = "bench.urls"

from crisisdesk.wsgi import application as product  # noqa: E402 - with the addresses of the measurement

StartResponse = Callable[..., Any]


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """The product; see above for what is added."""
    if environ["PATH_INFO"] == "/bench/cpu":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(time.process_time()).encode()]
    if "HTTP_X_BENCH_QUERIES" not in environ:
        return product(environ, start_response)
    asked: list[str] = []

    def noting(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
        return start_response(status, [*headers, ("X-Bench-Queries", str(len(asked)))], *([error] if error else []))

    with connection.execute_wrapper(noting):
        return product(environ, start)
