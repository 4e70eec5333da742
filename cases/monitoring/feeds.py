"""The items of an RSS or Atom document.

Bytes in, plain values out; nothing here asks the network or the database. What feedparser can not be trusted with is
done before it: the character set is taken from a list, and a document that declares entities is refused, because a
few of them unfold to gigabytes.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
from calendar import timegm
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import feedparser

from cases.monitoring.plaintext import clean, one_line, storable, without_markup

MAX_ITEMS = 1000
MAX_TITLE_CHARS = 300
MAX_TEXT_CHARS = 20_000
MAX_NAME_CHARS = 200
MAX_URL_CHARS = 2000
MAX_ID_CHARS = 500
# What lies outside is no date anybody meant.
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

CHARSETS = frozenset({
    "ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso8859-1", "iso8859-2", "iso8859-4", "iso8859-5",
    "iso8859-7", "iso8859-9", "iso8859-13", "iso8859-15", "iso8859-16", "cp1250", "cp1251", "cp1252", "cp1253",
    "cp1254", "cp1257", "koi8-r", "koi8-u", "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
    "mac-latin2", "cp852",
})  # fmt: skip
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Summer and winter time of Europe, which RFC 822 and therefore feedparser do not know: hours ahead of UTC.
EUROPEAN_ZONES = {
    "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "SEČ": 1, "CEST": 2, "MEST": 2, "SELČ": 2, "EET": 2, "EEST": 3,
}  # fmt: skip

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_ZONE = re.compile(r"(?:[+-]\d\d:?\d\d|(?<=[\d\s])(?!(?:AM|PM)\s*$)[^\W\d_]{1,5})\s*$", re.IGNORECASE)
_ALTERNATE = re.compile(r"<link\b[^<>]{0,1000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(rel|type|href)\s*=\s*["']?([^"'\s<>]+)""", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]*)|([0-9]*));?", re.IGNORECASE)
_TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|mc_[ce]id)$", re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """One item as the feed has it. `published` and `updated` are aware instants or None where the feed says none."""

    external_id: str
    url: str
    title: str
    text: str
    author: str
    language: str
    published: datetime | None
    updated: datetime | None


@dataclass(frozen=True)
class Feed:
    """What could be read. `problem` is empty or one of the codes of `problems.MESSAGES`; items may be there all the
    same. `advertised` are addresses of feeds that an ordinary web page points to."""

    title: str = ""
    language: str = ""
    items: tuple[Item, ...] = ()
    problem: str = ""
    advertised: tuple[str, ...] = ()


NOTHING = Feed()


def read(body: bytes, *, content_type: str = "", url: str = "", zone: tzinfo = UTC) -> Feed:
    """The feed in `body`. `url` completes relative links, `zone` is the time zone of dates that name none."""
    text = decoded(body, content_type)
    if "<!ENTITY" in text:
        return Feed(problem="entities")
    found = _parsed(text, url)
    if not found.get("version") and not found.entries:
        return Feed(problem="no_feed", advertised=tuple(advertised(text, url)))
    language = _language(found.feed.get("language"))
    items = _once_each(_item(entry, language, zone) for entry in found.entries[:MAX_ITEMS])
    broken = found.bozo and not isinstance(found.get("bozo_exception"), feedparser.NonXMLContentType)
    return Feed(
        title=one_line(without_markup(found.feed.get("title") or "", MAX_TITLE_CHARS), MAX_TITLE_CHARS),
        language=language,
        items=items,
        problem="broken_xml" if broken else "",
    )


def decoded(body: bytes, content_type: str) -> str:
    """The document as text: by byte order mark, its own declaration, the header, else UTF-8, else Central European."""
    for mark, charset in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    declared = _DECLARED.match(body)
    header = _CHARSET.search(content_type)
    named = [declared[1].decode("ascii") if declared else "", header[1] if header else "", "utf-8"]
    for charset in filter(None, map(_known_charset, named)):
        try:
            return body.decode(charset)
        except UnicodeDecodeError:
            continue
    return body.decode("cp1250", "replace")


def canonical(url: str) -> str:
    """The address without fragment and tracking parameters, host in small letters: the same page, the same text."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return ""
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query, True) if not _TRACKING.match(key)])
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", query, ""))


def web_address(url: str) -> str:
    """The address if it is a plain http(s) link that fits, else an empty text; nothing else is ever made a link."""
    url = clean(url, MAX_URL_CHARS + 1).replace(" ", "%20").replace("\n", "")
    return url if len(url) <= MAX_URL_CHARS and canonical(url) else ""


def short_id(text: str) -> str:
    """An identifier that fits its column: as it is, or its hash where it is too long."""
    text = one_line(text, 10 * MAX_ID_CHARS)
    if len(text) <= MAX_ID_CHARS:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def advertised(page: str, url: str) -> Iterable[str]:
    """Addresses of the feeds that a web page names in its head, at most five."""
    found: list[str] = []
    for link in _ALTERNATE.findall(page[:200_000]):
        values = {name.lower(): value for name, value in _ATTRIBUTE.findall(link)}
        if values.get("rel") == "alternate" and values.get("type", "").endswith(("rss+xml", "atom+xml")):
            address = web_address(_joined(url, values.get("href", "")))
            if address and address not in found:
                found.append(address)
    return found[:5]


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _known_charset(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return codec if codec in CHARSETS else ""


def _parsed(text: str, url: str) -> Any:
    document = _REFERENCE.sub(_legal_reference, storable(_DECLARATION.sub("", text, count=1))).encode()
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    return feedparser.parse(
        io.BytesIO(document), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _legal_reference(reference: re.Match[str]) -> str:
    """The character reference, or nothing if XML knows no such character; feedparser stumbles over those."""
    digits = (reference[1] or reference[2] or "").lstrip("0")
    if not digits or len(digits) > 7:
        return ""
    number = int(digits, 16 if reference[1] else 10)
    legal = (
        number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number <= 0x10FFFF
    )
    return reference[0] if legal else ""


def _once_each(items: Iterable[Item | None]) -> tuple[Item, ...]:
    """Items that have something to read, the first of each identifier."""
    found: dict[str, Item] = {}
    for item in items:
        if item is not None:
            found.setdefault(item.external_id, item)
    return tuple(found.values())


def _item(entry: dict[str, Any], language: str, zone: tzinfo) -> Item | None:
    title = one_line(_words(entry, "title", MAX_TITLE_CHARS), MAX_TITLE_CHARS)
    text = _content(entry)
    url = web_address(entry.get("link") or "")
    if not (title or text):
        return None
    content = entry.get("content") or [{}]
    return Item(
        external_id=short_id(entry.get("id") or canonical(url))
        or hashlib.sha256(f"{title}\n{text}".encode()).hexdigest(),
        url=url,
        title=title,
        text=text,
        author=one_line(entry.get("author") or "", MAX_NAME_CHARS),
        language=_language(content[0].get("language")) or language,
        published=_instant(entry, "published", zone) or _instant(entry, "updated", zone),
        updated=_instant(entry, "updated", zone),
    )


def _content(entry: Mapping[str, Any]) -> str:
    for part in entry.get("content") or ():
        if part.get("value"):
            return _plain(part["value"], part.get("type", "text/html"), MAX_TEXT_CHARS)
    return _words(entry, "summary", MAX_TEXT_CHARS)


def _words(entry: Mapping[str, Any], name: str, limit: int) -> str:
    detail = entry.get(f"{name}_detail") or {}
    return _plain(entry.get(name) or "", detail.get("type", "text/html"), limit)


def _plain(value: str, media_type: str, limit: int) -> str:
    return clean(value, limit) if media_type == "text/plain" else without_markup(value, limit)


def _language(tag: Any) -> str:
    """The primary subtag of a language tag (`cs-CZ` → `cs`), empty if it is none."""
    primary = str(tag or "").split("-")[0].split("_")[0].strip().lower()
    return primary if re.fullmatch(r"[a-z]{2,3}", primary) else ""


def _instant(entry: dict[str, Any], name: str, zone: tzinfo) -> datetime | None:
    """The instant of a date. feedparser takes a date without a zone, and with one it does not know, for UTC."""
    # Read past feedparser's own `get`, which gives one date for the other and warns about it.
    raw = str(dict.get(entry, name) or "").strip()
    parts = dict.get(entry, f"{name}_parsed") or parsedate(raw)
    if not parts:
        return None
    try:
        moment = datetime.fromtimestamp(timegm(parts), UTC)
        named = _ZONE.search(raw)
        if not named:
            moment = moment.replace(tzinfo=zone).astimezone(UTC)
        moment -= timedelta(hours=EUROPEAN_ZONES.get(named[0].strip().upper(), 0) if named else 0)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if EARLIEST <= moment < LATEST else None
