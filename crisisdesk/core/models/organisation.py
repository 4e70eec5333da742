"""The organisation, its brands, and who holds which role on them."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from crisisdesk.core import clock, languages
from crisisdesk.core.access.capabilities import as_permissions
from crisisdesk.core.access.roles import Role
from crisisdesk.core.log.history import DeskHistory
from crisisdesk.core.models.base import DeskModel

LANGUAGE_CODE = RegexValidator(r"^[a-z]{2,3}$", _("Write the language as two or three small letters, for example cs"))


class Organisation(DeskModel):
    """The one organisation of this installation. Brands divide it."""

    name = models.CharField(_("name"), max_length=120)
    default_language = models.CharField(_("default language"), max_length=3, default="cs", validators=[LANGUAGE_CODE])
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Prague")
    public_url = models.URLField(_("public address of this desk"), blank=True)
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
    def speaks(self) -> list[str]:
        """The languages of public texts, the default one first."""
        return languages.in_order(self.default_language, self.languages)


class BrandGrant(UserObjectPermissionBase):
    """A capability of one person on one brand (django-guardian, direct foreign key)."""

    content_object = models.ForeignKey(Brand, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        unique_together: ClassVar[Any] = [["user", "permission", "content_object"]]


class Membership(DeskModel):
    """A role somebody holds on a brand, from `since` until it is ended."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    is_deputy = models.BooleanField(_("as deputy"), default=False)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)

    history = DeskHistory()
    scope_path = "brand"

    class Meta:
        verbose_name = _("role on a brand")
        verbose_name_plural = _("roles on brands")
        ordering = ("role", "is_deputy", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "brand", "role"],
                condition=Q(until=None),
                name="core_membership_open_once",
                violation_error_message=_("This person holds the role already"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.brand}"
