"""The public page of a brand."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from comms.models.statements import Statement
from comms.sending.models.deliveries import Delivery
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.models import Brand, DeskModel


class NewsroomPostQuerySet(DeskQuerySet):
    """Posts of newsrooms."""

    def public(self, brand: Brand, language: str) -> "NewsroomPostQuerySet":
        """What anybody may read: the brand's posts in one language, newest first, withdrawn ones among them."""
        return self.filter(brand=brand, language=language).order_by("-published_at", "-pk")


class NewsroomPost(DeskModel):
    """One text as it stands on the newsroom: exactly the approved bytes, never changed afterwards.

    Withdrawing sets `withdrawn_at` and `public_note`; the page then shows the notice in the text's place.
    """

    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="post")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="posts")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="posts")
    language = models.CharField(max_length=3)
    headline = models.TextField(blank=True)
    text = models.TextField()
    payload_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    next_update_at = models.DateTimeField(null=True, blank=True)
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    public_note = models.TextField(blank=True)

    # Filled by those who read posts for the public: what corrects this one, newest first.
    corrected_by: "list[NewsroomPost]"

    objects = NewsroomPostQuerySet.as_manager()
    scope_path: ClassVar[str] = "statement__case"

    class Meta:
        verbose_name = _("newsroom post")
        verbose_name_plural = _("newsroom posts")
        indexes = (
            models.Index(F("brand"), F("language"), F("published_at").desc(), F("id").desc(), name="comms_post_newest"),
        )

    def __str__(self) -> str:
        return self.headline or self.text[:60]

    @property
    def paragraphs(self) -> list[str]:
        """The text cut at blank lines; joined by them again it is the text to the byte."""
        return self.text.split("\n\n")

    @property
    def changed_at(self) -> datetime:
        """When a reader could last see a difference."""
        return self.withdrawn_at or self.published_at
