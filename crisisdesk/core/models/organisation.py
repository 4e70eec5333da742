"""The organisation, its brands, and who holds which role on them."""

from datetime import datetime
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from crisisdesk.core import clock, languages
from crisisdesk.core.access.capabilities import as_permissions
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.access.roles import Role
from crisisdesk.core.log.history import DeskHistory
from crisisdesk.core.models.base import DeskModel
from crisisdesk.core.models.due import Due

LANGUAGE_CODE = RegexValidator(r"^[a-z]{2,3}$", _("Write the language as two or three small letters, for example cs"))


class Organisation(DeskModel):
    """The one organisation of this installation. Brands divide it."""

    name = models.CharField(_("name"), max_length=120)
    about = models.TextField(_("about the organisation"), blank=True)
    only = models.BooleanField(default=True, editable=False)

    history = DeskHistory()
    lock_on_act = False

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisation")
        constraints = (
            models.UniqueConstraint(
                fields=["only"],
                name="core_organisation_only_one",
                violation_error_message=_("One installation serves one organisation; add a brand instead"),
            ),
            models.CheckConstraint(condition=Q(only=True), name="core_organisation_only_true"),
        )

    def __str__(self) -> str:
        return self.name


class Brand(DeskModel):
    """A brand: the scope of monitoring, cases, channels and people."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name in addresses"), unique=True, max_length=60)
    default_language = models.CharField(_("default language"), max_length=3, default="cs", validators=[LANGUAGE_CODE])
    languages = ArrayField(
        models.CharField(max_length=3, validators=[LANGUAGE_CODE]),
        verbose_name=_("languages of public texts"),
        default=languages.shipped,
        blank=True,
        help_text=_("A new case begins in all of them. Codes such as cs, en, de; separated by commas."),
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Prague")
    website = models.URLField(_("website"), blank=True)
    phone = models.CharField(_("care line"), max_length=32, blank=True)
    press_contact = models.TextField(_("press contact"), blank=True)
    about = models.TextField(_("about the brand"), blank=True)
    active = models.BooleanField(_("active"), default=True)

    history = DeskHistory()
    scope_path = "self"
    lock_on_act = False

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ("name",)
        permissions = as_permissions()

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """Where the people of the brand look at their clocks."""
        return ZoneInfo(self.time_zone)

    @property
    def speaks(self) -> list[str]:
        """The languages of public texts, the default one first."""
        return languages.in_order(self.default_language, self.languages)


class MembershipQuerySet(DeskQuerySet):
    """Roles on brands. Every question of who holds a role asks `current`."""

    def current(self, at: datetime) -> Self:
        """Those that hold at the instant."""
        return self.filter(valid_at(at))

    def not_over(self, at: datetime) -> Self:
        """Those that hold at the instant or begin later."""
        ahead = Q(valid_until=None) | Q(valid_until__gt=at)
        return self.filter(ahead & ~Q(valid_until=F("valid_from")))

    def over(self, at: datetime) -> Self:
        """Those that have ended by the instant or were withdrawn before they began."""
        return self.filter(Q(valid_until__lte=at) | Q(valid_until=F("valid_from")))


def valid_at(at: datetime, prefix: str = "") -> Q:
    """The condition that a membership holds at an instant; `prefix` is the path to it, ending in `__`."""
    begun = Q(**{f"{prefix}valid_from__lte": at})
    return begun & (Q(**{f"{prefix}valid_until": None}) | Q(**{f"{prefix}valid_until__gt": at}))


class Membership(DeskModel):
    """A role somebody holds on a brand, from `valid_from` up to, not including, `valid_until` (None: without an end).

    An empty interval (`valid_until` equal to `valid_from`) is a role that was withdrawn before it began.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    is_deputy = models.BooleanField(_("as deputy"), default=False)
    valid_from = models.DateTimeField(_("valid from"), default=clock.now)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()
    history = DeskHistory()
    scope_path = "brand"

    class Meta:
        verbose_name = _("role on a brand")
        verbose_name_plural = _("roles on brands")
        ordering = ("role", "is_deputy", "pk")
        constraints = (
            ExclusionConstraint(
                name="core_membership_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("brand", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_until", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_(
                    "This person holds the role already in a part of that time. Choose other days, or change the days "
                    "of the role there is."
                ),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="core_membership_ends_after_it_began",
                violation_error_message=_("A role ends after it began; choose a later end"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.brand}"

    def is_current(self, at: datetime) -> bool:
        """Whether it holds at the instant."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)

    def is_over(self, at: datetime) -> bool:
        """Whether it has ended by the instant, or was withdrawn before it began."""
        return self.valid_until is not None and self.valid_until <= max(at, self.valid_from)


class BrandGrant(UserObjectPermissionBase):
    """A capability that a membership gives on its brand (django-guardian, direct foreign key).

    The row is written with the membership, even before that begins; whoever reads grants asks the membership's dates.
    """

    content_object = models.ForeignKey(Brand, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="grants")

    class Meta(UserObjectPermissionBase.Meta):
        unique_together: ClassVar[Any] = [["membership", "permission"]]


class MembershipTimer(Due):
    """When the desk has to note that a membership begins or ends.

    Nobody's rights wait for it: they follow from the dates. The timer writes the event and tidies the grants.
    """

    class Edge(models.TextChoices):
        """Which end of the interval."""

        BEGIN = "begin", _("begins")
        END = "end", _("ends")

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="timers")
    edge = models.CharField(max_length=5, choices=Edge)

    task: ClassVar[str] = "core.turn_memberships"

    class Meta(Due.Meta):
        constraints: ClassVar[Any] = (
            models.UniqueConstraint(fields=["membership", "edge"], name="core_membershiptimer_once"),
            models.CheckConstraint(condition=Q(edge__in=("begin", "end")), name="core_membershiptimer_edge_known"),
        )

    def __str__(self) -> str:
        return f"{self.membership_id} {self.edge}"
