"""Mentions into their table, each once.

One statement for all rows: `INSERT … ON CONFLICT DO NOTHING RETURNING`, ordered by identifier so that two batches
with the same items never wait for each other in a circle. What is there already stays as it is; that its wording has
changed at the source is noted beside it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from cases.monitoring import feeds
from cases.monitoring.models import Mention, Source
from cases.monitoring.plaintext import clean, one_line
from cases.monitoring.text.tokens import search_terms
from crisisdesk.core import clock

MOST_AT_ONCE = 1000

_STORE = """
    WITH item AS (
        SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS sent (
            external_id text, published_at timestamptz, author text, author_handle text, url text, title text,
            content text, language text, reach bigint, rating numeric, sha256 text, words text
        ) ORDER BY external_id
    ), stored AS (
        INSERT INTO monitoring_mention (
            uuid, created_at, source_id, brand_id, fetched_at, external_id, published_at, author, author_handle, url,
            title, text, language, reach, rating, content_sha256, changed_sha256, search
        )
        SELECT gen_random_uuid(), %(now)s, %(source)s, %(brand)s, %(now)s, external_id, published_at, author,
            author_handle, url, title, content, language, reach, rating, sha256, '', to_tsvector('simple', words)
        FROM item
        ON CONFLICT (source_id, external_id) DO NOTHING
        RETURNING id
    ), changed AS (
        UPDATE monitoring_mention AS mention SET changed_at = %(now)s, changed_sha256 = item.sha256
        FROM item
        WHERE mention.source_id = %(source)s AND mention.external_id = item.external_id
            AND item.sha256 NOT IN (mention.content_sha256, mention.changed_sha256)
    )
    SELECT id FROM stored
"""


@dataclass(frozen=True)
class NewMention:
    """One mention on its way in, cleaned and bounded. `published_at` None means "when it was seen"."""

    external_id: str
    title: str = ""
    text: str = ""
    url: str = ""
    author: str = ""
    author_handle: str = ""
    published_at: datetime | None = None
    language: str = ""
    reach: int | None = None
    rating: Decimal | None = None

    @classmethod
    def of_item(cls, item: feeds.Item) -> "NewMention":
        """A feed's item as a mention."""
        return cls(
            external_id=item.external_id,
            title=item.title,
            text=item.text,
            url=item.url,
            author=item.author,
            published_at=item.published,
            language=item.language,
        )

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> "NewMention":
        """A mention from values whose shape was checked; texts are cleaned here, an identifier is made if none came."""
        title = one_line(values.get("title") or "", feeds.MAX_TITLE_CHARS)
        text = clean(values.get("text") or "", feeds.MAX_TEXT_CHARS)
        url = feeds.web_address(values.get("url") or "")
        own_id = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
        return cls(
            external_id=feeds.short_id(values.get("external_id") or "") or feeds.canonical(url) or own_id,
            title=title,
            text=text,
            url=url,
            author=one_line(values.get("author") or "", feeds.MAX_NAME_CHARS),
            author_handle=one_line(values.get("author_handle") or "", feeds.MAX_NAME_CHARS),
            published_at=values.get("published_at"),
            language=values.get("language") or "",
            reach=values.get("reach"),
            rating=values.get("rating"),
        )

    @property
    def sha256(self) -> str:
        """SHA-256 of address, title, text and author: what changes when the item is edited, not when it is re-dated."""
        return hashlib.sha256(f"{self.url}\x1f{self.title}\x1f{self.text}\x1f{self.author}".encode()).hexdigest()

    def row(self, source: Source, now: datetime) -> dict[str, Any]:
        """The values of the row. An instant in the future is a mistake of the source: it counts as now."""
        published = min(self.published_at or now, now)
        return {
            "external_id": self.external_id,
            "published_at": published.isoformat(),
            "author": self.author,
            "author_handle": self.author_handle,
            "url": self.url,
            "title": self.title,
            "content": self.text,
            "language": self.language or source.default_language,
            "reach": self.reach,
            "rating": None if self.rating is None else str(self.rating),
            "sha256": self.sha256,
            "words": " ".join(search_terms(f"{self.title} {self.text} {self.author} {self.author_handle}")),
        }


def store(source: Source, mentions: Iterable[NewMention]) -> list[Mention]:
    """Store what is not there yet and return it, oldest first. Belongs into the caller's transaction."""
    now = clock.now()
    rows = {mention.external_id: mention.row(source, now) for mention in mentions}
    if not rows:
        return []
    sent = json.dumps(list(rows.values()))
    values: dict[str, Any] = {"source": source.pk, "brand": source.brand_id, "now": now, "rows": sent}
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values)
        inserted = [pk for (pk,) in cursor.fetchall()]
    return list(Mention.objects.filter(pk__in=inserted).defer("search").order_by("published_at", "pk"))


def lag_of(mentions: Iterable[Mention]) -> timedelta | None:
    """Time between publication and arrival of the newest of the mentions; None where there are none."""
    newest = max(mentions, key=lambda mention: mention.published_at, default=None)
    return newest.fetched_at - newest.published_at if newest else None
