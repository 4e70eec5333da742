"""Strict, typed readers for environment variables.

Every variable the project reads is declared by one call with its sentence of documentation, so the table in the docs
(``manage.py environment``) and the code cannot drift apart. A bad value ends the start with a message that names the
variable and says what it may be; a secret may also come from a file named by ``<VARIABLE>_FILE``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off"}

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Variable:
    """One documented environment variable; ``default`` is text for people."""

    name: str
    kind: str
    default: str
    documentation: str
    secret: bool = False


class Environment:
    """The environment of one process. Each reader declares its variable and returns its value."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.variables: dict[str, Variable] = {}

    def declare(
        self, name: str, documentation: str, *, kind: str = "text", default: str = "", secret: bool = False
    ) -> None:
        self.variables[name] = Variable(name, kind, default, documentation, secret)

    def table(self) -> str:
        """All variables as a Markdown table. A secret may come from the file named by ``<name>_FILE`` instead."""
        rows = ["| Variable | Value | Default | Meaning |", "|---|---|---|---|"]
        for variable in self.variables.values():
            name = f"`{variable.name}`" + (f", `{variable.name}_FILE`" if variable.secret else "")
            default = variable.default or "–"
            rows.append(f"| {name} | {variable.kind} | {default} | {variable.documentation} |")
        return "\n".join(rows)

    def _raw(self, name: str, secret: bool = False) -> str | None:
        value = self._values.get(name)
        path = self._values.get(f"{name}_FILE") if secret else None
        if path:
            if value:
                raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one of them.")
            try:
                return Path(path).read_text(encoding="utf-8").strip() or None
            except (OSError, UnicodeDecodeError) as error:
                raise ImproperlyConfigured(f"{name}_FILE: the file {path!r} cannot be read ({error}).") from error
        return value.strip() or None if value is not None else None

    def text(self, name: str, default: str, documentation: str, *, choices: tuple[str, ...] = ()) -> str:
        kind = "one of " + ", ".join(choices) if choices else "text"
        self.declare(name, documentation, kind=kind, default=default)
        value = self._raw(name) or default
        if choices and value not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def secret(self, name: str, documentation: str, *, default: str = "") -> str | None:
        """The secret, or ``None`` when it is not given. Messages never contain its value."""
        self.declare(name, documentation, kind="text", default=default, secret=True)
        return self._raw(name, secret=True)

    def yes_no(self, name: str, default: bool, documentation: str) -> bool:
        self.declare(name, documentation, kind="yes or no", default="yes" if default else "no")
        value = self._raw(name)
        if value is None:
            return default
        if value.lower() in YES:
            return True
        if value.lower() in NO:
            return False
        raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")

    def integer(self, name: str, default: int, documentation: str, *, least: int, most: int) -> int:
        self.declare(name, documentation, kind=f"whole number {least}–{most}", default=str(default))
        value = self._raw(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
        return int(value)

    def listing(self, name: str, default: tuple[str, ...], documentation: str) -> list[str]:
        self.declare(name, documentation, kind="list separated by commas", default=",".join(default))
        value = self._raw(name)
        return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)

    def networks(self, name: str, documentation: str) -> tuple[IPv4Network | IPv6Network, ...]:
        """Networks in CIDR notation separated by commas; none by default."""
        self.declare(name, documentation, kind="list of networks separated by commas")
        try:
            return tuple(ip_network(part.strip()) for part in (self._raw(name) or "").split(",") if part.strip())
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} must list networks such as 10.20.0.0/16: {error}.") from error

    def time_zone(self, name: str, default: str, documentation: str) -> str:
        self.declare(name, documentation, kind="name of a time zone", default=default)
        value = self._raw(name) or default
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ImproperlyConfigured(f"{name} must be a time zone such as Europe/Prague, not {value!r}.") from error
        return value

    def address(self, name: str, default: str, documentation: str) -> str:
        """A http(s) address without path, query or trailing slash."""
        self.declare(name, documentation, kind="http(s) address", default=default)
        value = (self._raw(name) or default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
            raise ImproperlyConfigured(f"{name} must be an address such as https://desk.example.com, not {value!r}.")
        return value

    def postgresql(self, name: str, documentation: str, *, default: str) -> dict[str, object] | None:
        """A PostgreSQL address as Django's ``DATABASES`` entry, or ``None``.

        Form: ``postgresql://role:password@host:port/database?sslmode=require``; a socket folder goes into ``?host=``.
        """
        self.declare(name, documentation, kind="postgresql:// address", default=default, secret=True)
        value = self._raw(name, secret=True)
        return parse_postgresql(name, value) if value else None

    def smtp(self, name: str, documentation: str, *, default: str) -> dict[str, object] | None:
        """A mail server as Django's ``EMAIL_*`` settings, or ``None``.

        ``smtps`` means TLS from the start, ``smtp+tls`` STARTTLS, ``smtp`` neither.
        """
        self.declare(name, documentation, kind="smtp://, smtp+tls:// or smtps:// address", default=default, secret=True)
        value = self._raw(name, secret=True)
        if not value:
            return None
        form = "smtp+tls://user:password@mail.example.com:587"
        parts, port = _split(name, value, form)
        default_ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
        if parts.scheme not in default_ports or not parts.hostname:
            raise ImproperlyConfigured(f"{name} must look like {form}.")
        return {
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": port or default_ports[parts.scheme],
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
            "EMAIL_USE_SSL": parts.scheme == "smtps",
        }

    def s3(self, name: str, documentation: str, *, default: str) -> dict[str, object] | None:
        """A bucket of S3-compatible storage as options of django-storages, or ``None``.

        Form: ``s3://key:secret@host:port/bucket?region=eu-central-1``, key and secret percent-encoded; ``s3+http`` goes
        without TLS, for storage on the same machine.
        """
        self.declare(name, documentation, kind="s3:// or s3+http:// address", default=default, secret=True)
        value = self._raw(name, secret=True)
        if not value:
            return None
        form = "s3://key:secret@s3.example.com/bucket?region=eu-central-1 (key and secret percent-encoded)"
        parts, port = _split(name, value, form)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        bucket = parts.path.strip("/")
        whole = parts.username and parts.password and parts.hostname and bucket and "/" not in bucket
        if parts.scheme not in ("s3", "s3+http") or not whole or set(query) - {"region"}:
            raise ImproperlyConfigured(f"{name} must look like {form}.")
        scheme = "https" if parts.scheme == "s3" else "http"
        return {
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "endpoint_url": f"{scheme}://{parts.hostname}" + (f":{port}" if port else ""),
            "bucket_name": bucket,
            "region_name": query.get("region") or None,
        }


def _split(name: str, value: str, form: str):  # type: ignore[no-untyped-def]
    try:
        parts = urlsplit(value)
        return parts, parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must look like {form}.") from error


def parse_postgresql(name: str, value: str) -> dict[str, object]:
    form = "postgresql://role:password@host:5432/database"
    parts, port = _split(name, value, form)
    database = unquote(parts.path.lstrip("/"))
    options: dict[str, object] = dict(parse_qsl(parts.query))
    host = parts.hostname or options.pop("host", "")
    if parts.scheme not in ("postgresql", "postgres") or not parts.username or not database or not host:
        raise ImproperlyConfigured(f"{name} must look like {form}.")
    return {
        "NAME": database,
        "USER": unquote(parts.username),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or 5432),
        "OPTIONS": options,
    }


def data_dir(env: Environment) -> Path:
    """Where this installation keeps its own data; relative paths start at the checkout."""
    return CHECKOUT / env.text(
        "DATA_DIR",
        ".data",
        "Folder for what this installation keeps itself: embedded servers, generated secret key, collected static "
        "files, dictionaries of texts, uploaded files and mails where no server for them is named.",
    )
