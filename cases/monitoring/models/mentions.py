"""The mention: one public post, review or article, once."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.monitoring import feeds
from cases.monitoring.models.sources import Source
from cases.monitoring.plaintext import shortened
from cases.monitoring.querysets import MentionQuerySet
from crisisdesk.core import clock
from crisisdesk.core.models import Brand, DeskModel
from crisisdesk.core.models.organisation import LANGUAGE_CODE


class Mention(DeskModel):
    """One item of one source as it was when it was first seen.

    The identity is (source, external_id). An item that comes again, with a new date or a new wording, is the same
    mention: what was seen first stays, because it is what people reacted to and what was kept as evidence. That the
    wording changed at the source is noted in `changed_at` and `changed_sha256` (of the newest wording seen).
    `content_sha256` covers address, title, text and author, not the dates.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="mentions", verbose_name=_("source"))
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="mentions", verbose_name=_("brand"))
    external_id = models.CharField(_("identifier at the source"), max_length=feeds.MAX_ID_CHARS)
    published_at = models.DateTimeField(_("published"))
    fetched_at = models.DateTimeField(_("seen"), default=clock.now)
    author = models.CharField(_("author"), max_length=feeds.MAX_NAME_CHARS, blank=True)
    author_handle = models.CharField(_("author's handle"), max_length=feeds.MAX_NAME_CHARS, blank=True)
    url = models.CharField(_("link"), max_length=feeds.MAX_URL_CHARS, blank=True)
    title = models.CharField(_("title"), max_length=feeds.MAX_TITLE_CHARS, blank=True)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=3, blank=True, validators=[LANGUAGE_CODE])
    reach = models.PositiveBigIntegerField(_("reach"), null=True, blank=True)
    rating = models.DecimalField(
        _("rating"),
        max_digits=2,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(5)],
    )
    content_sha256 = models.CharField(max_length=64, editable=False)
    changed_at = models.DateTimeField(_("changed at the source"), null=True, blank=True, editable=False)
    changed_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # Words without accents, filled by the database on insert; see `actions.storing`.
    search = SearchVectorField(null=True, editable=False)

    objects = MentionQuerySet.as_manager()
    scope_path = "brand"
    lock_on_act: ClassVar[bool] = False

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        ordering = ("-published_at", "-pk")
        indexes = (
            models.Index(fields=["brand", "-published_at", "-id"], name="monitoring_mention_newest"),
            models.Index(fields=["source", "-published_at", "-id"], name="monitoring_mention_of_source"),
            models.Index(fields=["-published_at", "-id"], name="monitoring_mention_stream"),
            models.Index(fields=["-fetched_at", "-id"], name="monitoring_mention_arrived"),
            GinIndex(fields=["search"], name="monitoring_mention_search"),
        )
        constraints = (
            models.UniqueConstraint(fields=["source", "external_id"], name="monitoring_mention_once"),
            models.CheckConstraint(
                condition=~models.Q(title="", text=""),
                name="monitoring_mention_says_something",
                violation_error_message=_("A mention needs a title or a text"),
            ),
        )

    def __str__(self) -> str:
        return self.headline

    @property
    def headline(self) -> str:
        """The title, or the beginning of the text where there is none."""
        return self.title or shortened(" ".join(self.text.split()), 120)

    @property
    def excerpt(self) -> str:
        """A few lines of the text, without the title it may begin with."""
        words = " ".join(self.text.removeprefix(self.title).split())
        return shortened(words, 300) if self.title else ""
