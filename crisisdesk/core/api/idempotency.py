"""One request, one effect: repeated POSTs get the first answer again, and changes say which version they change."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from crisisdesk.core import clock
from crisisdesk.core.actions.locks import lock
from crisisdesk.core.api.auth import http_request, principal_of
from crisisdesk.core.errors import Stale
from crisisdesk.core.models import ApiToken, IdempotencyKey
from crisisdesk.core.models.idempotency import KEPT_FOR
from crisisdesk.core.web.request_errors import BadRequest, InProgress, KeyReused, NotConditional

REPLAYED = "Idempotent-Replayed"

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("ETag", "Location")
_TRIES = 3
_DEADLOCK_STATES = {"40P01", "40001"}

Perform = Callable[[], Response]


def once(request: Request, perform: Perform, *, never_kept: Sequence[str] = ()) -> HttpResponse:
    """Carry a POST out, or answer as the first time when its `Idempotency-Key` was seen in the last 24 hours.

    The answer is written in the transaction of the change; values named in `never_kept` are null in it. Refusals are
    not kept: they changed nothing, and may be tried again with the same key.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return perform()
    if not _KEY.fullmatch(key):
        raise BadRequest(None, {"Idempotency-Key": [_("Use 1 to 255 printable characters without spaces")]})
    return in_one_transaction(lambda: _answer(request, key, perform, never_kept))


def in_one_transaction(work: Callable[[], HttpResponse]) -> HttpResponse:
    """Run the work in a transaction, again if the database had to break a deadlock."""
    for attempt in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if attempt == _TRIES or getattr(error.__cause__, "sqlstate", None) not in _DEADLOCK_STATES:
                raise
    raise AssertionError("unreachable")


def _answer(request: Request, key: str, perform: Perform, never_kept: Sequence[str]) -> HttpResponse:
    http = http_request(request)
    principal = f"token:{request.auth.pk}" if isinstance(request.auth, ApiToken) else principal_of(request).label
    named = {"principal": principal, "route": f"{http.method} {http.path}"[:300], "key": key}
    _hold(json.dumps(sorted(named.items())))
    fingerprint = _fingerprint(http)
    kept = IdempotencyKey.objects.filter(**named).first()
    if kept is not None and kept.created_at > clock.now() - KEPT_FOR:
        if kept.fingerprint != fingerprint:
            raise KeyReused
        return _http(bytes(kept.body), kept.status, {**kept.headers, REPLAYED: "true"})
    if kept is not None:
        kept.delete()
    response = perform()
    body = _rendered(response.data)
    kept_body = _rendered({**response.data, **dict.fromkeys(never_kept)}) if never_kept else body
    headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    IdempotencyKey.objects.create(
        **named, fingerprint=fingerprint, status=response.status_code, headers=headers, body=kept_body
    )
    return _http(body, response.status_code, headers)


def _fingerprint(http: HttpRequest) -> str:
    """SHA-256 of what was sent; of a form with files its fields and the bytes of the files, which are never all read
    into memory."""
    digest = hashlib.sha256(http.META.get("QUERY_STRING", "").encode())
    if http.content_type != "multipart/form-data":
        digest.update(http.body)
        return digest.hexdigest()
    digest.update(json.dumps(sorted(http.POST.lists())).encode())
    for name, files in sorted(http.FILES.lists()):
        for file in files:
            digest.update(json.dumps([name, file.name, file.size]).encode())
            for chunk in file.chunks():
                digest.update(chunk)
    return digest.hexdigest()


def _rendered(data: Any) -> bytes:
    return b"" if data is None else JSONRenderer().render(data)


def _hold(name: str) -> None:
    """Keep others with the same key out until the transaction ends; refuse if somebody holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise InProgress


def _http(body: bytes, status: int, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def etag_of(row: Model, without: Iterable[str] = (), parts: Any = None) -> str:
    """A strong validator of a row: it changes with any of its columns and with `parts`, which stand in other tables,
    and only with them."""
    left_out = set(without)
    columns = [
        [field.attname, field.value_to_string(row)]
        for field in row._meta.concrete_fields
        if field.attname not in left_out
    ]
    said = [row._meta.label_lower, columns] if parts is None else [row._meta.label_lower, columns, parts]
    text = json.dumps(said, ensure_ascii=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def require_version(
    request: Request, row: Any, without: Iterable[str] = (), parts_of: Callable[[Any], Any] | None = None
) -> None:
    """Lock the row for the rest of the transaction and refuse unless it is still the version the client read.

    `parts_of` gives what belongs to the row in other tables, as it stands under the lock.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise NotConditional
    held = lock(row, {}, principal_of(request)).of(row)
    current = etag_of(held, without, parts_of(held) if parts_of else None)
    accepted = parse_etags(given)
    if "*" not in accepted and current not in accepted:
        raise Stale(_("This has changed since you read it; read it again"), current_etag=current)
