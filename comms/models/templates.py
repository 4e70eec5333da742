"""Texts approved beforehand, with closed fields, and the values a brand has registered for them."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import CrisisKind
from cases.models.bilingual import in_reader_language
from comms import hashing
from comms.placeholders import Placeholder, PlaceholderType, Register, filled
from comms.querysets import TemplateQuerySet, TemplateVersionQuerySet
from comms.states import TEMPLATE_STATES, Purpose, TemplateState
from crisisdesk.core import clock
from crisisdesk.core.access.roles import Role
from crisisdesk.core.models import DeskHistory, DeskModel
from crisisdesk.core.models.organisation import LANGUAGE_CODE

HASH_TAG = "crisisdesk.template.v1"
# The readiness list asks for templates read again within 180 days.
REVIEW_AFTER = timedelta(days=180)
# Everybody but the author; together with the signature of the duty officer three people have read the text.
APPROVERS_NEEDED = 2

TYPE_LABELS = {
    PlaceholderType.CHOICE: _("choice from a list"),
    PlaceholderType.TIME: _("time of day"),
    PlaceholderType.PHONE: _("phone number"),
    PlaceholderType.LINK: _("own link"),
    PlaceholderType.PRODUCT: _("registered product or branch"),
    PlaceholderType.BATCH: _("batch"),
}


class RegisteredType(models.TextChoices):
    """What a brand registers for closed fields."""

    HOST = "host", _("own host name")
    PRODUCT = "product", _("product or branch")


class RegisteredValue(DeskModel):
    """A value that may stand in a closed field: the host of an own link, the name of a product or branch."""

    brand = models.ForeignKey("core.Brand", on_delete=models.PROTECT, related_name="registered_values")
    type = models.CharField(_("type"), max_length=10, choices=RegisteredType)
    value = models.CharField(_("value"), max_length=120)
    active = models.BooleanField(_("active"), default=True)

    history = DeskHistory()
    scope_path = "brand"

    class Meta:
        verbose_name = _("registered value")
        verbose_name_plural = _("registered values")
        ordering = ("type", "value")
        constraints = (
            models.UniqueConstraint(
                fields=["brand", "type", "value"],
                name="comms_registeredvalue_once",
                violation_error_message=_("This value is registered already"),
            ),
        )

    def __str__(self) -> str:
        return self.value

    @classmethod
    def register_of(cls, brand: Any) -> Register:
        """Everything that may stand in the brand's closed fields; its website is its own without being registered."""
        hosts: set[str] = set()
        products: set[str] = set()
        for kind, value in cls.objects.filter(brand=brand, active=True).values_list("type", "value"):
            (hosts if kind == RegisteredType.HOST else products).add(value)
        if brand.website:
            hosts.add(urlsplit(brand.website).hostname or "")
        return Register(frozenset(host.lower() for host in hosts), frozenset(products))


class StatementTemplate(DeskModel):
    """A prepared text of a brand, for one kind of crisis or for any, in one or more languages."""

    brand = models.ForeignKey("core.Brand", on_delete=models.PROTECT, related_name="statement_templates")
    code = models.SlugField(_("code"), max_length=60)
    name_cs = models.CharField(_("name in Czech"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    kinds = models.ManyToManyField(
        CrisisKind,
        blank=True,
        related_name="statement_templates",
        verbose_name=_("kinds of crisis"),
        help_text=_("Empty: for any kind"),
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, default=Purpose.FIRST)
    cleared_by = ArrayField(
        models.CharField(max_length=20, choices=Role),
        verbose_name=_("must be approved by"),
        default=list,
        blank=True,
        help_text=_("Roles that have to be among those who approve this template"),
    )
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)

    objects = TemplateQuerySet.as_manager()
    history = DeskHistory()
    scope_path = "brand"

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ("position", "code")
        constraints = (
            models.UniqueConstraint(
                fields=["brand", "code"],
                name="comms_template_code_once",
                violation_error_message=_("The brand has a template with this code already"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self, "name")


class TemplateVersion(DeskModel):
    """One version of a template in one language. Approved, it never changes."""

    template = models.ForeignKey(StatementTemplate, on_delete=models.PROTECT, related_name="versions")
    language = models.CharField(_("language"), max_length=3, validators=[LANGUAGE_CODE])
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("headline"), max_length=200, blank=True)
    text = models.TextField(_("text"), help_text=_("Closed fields stand in braces, for example {time}"))
    state = models.CharField(max_length=12, choices=TemplateState, default=TemplateState.DRAFT, editable=False)
    payload_hash = models.CharField(max_length=64, blank=True, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    review_by = models.DateField(_("read again by"), null=True, blank=True)

    objects = TemplateVersionQuerySet.as_manager()
    history = DeskHistory()
    scope_path = "template__brand"
    states = TEMPLATE_STATES

    class Meta:
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        ordering = ("template", "language", "-number")
        constraints = (
            models.UniqueConstraint(fields=["template", "language", "number"], name="comms_templateversion_number"),
            models.UniqueConstraint(
                fields=["template", "language"],
                condition=Q(state__in=[TemplateState.DRAFT, TemplateState.IN_APPROVAL]),
                name="comms_templateversion_one_open",
                violation_error_message=_("There is a draft of this template in this language already"),
            ),
            models.UniqueConstraint(
                fields=["template", "language"],
                condition=Q(state=TemplateState.APPROVED),
                name="comms_templateversion_one_approved",
                violation_error_message=_("Another version of this template is approved"),
            ),
            models.CheckConstraint(condition=Q(state__in=TemplateState.values), name="comms_templateversion_state"),
            models.CheckConstraint(
                condition=Q(state=TemplateState.DRAFT) | ~Q(payload_hash=""), name="comms_templateversion_hashed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.template} · {self.language} {self.number}"

    @property
    def is_open(self) -> bool:
        """Whether it is still being written or approved."""
        return self.state in (TemplateState.DRAFT, TemplateState.IN_APPROVAL)

    def fields(self) -> list[Placeholder]:
        """The closed fields in the shape the computation works with, in their order."""
        return [row.as_placeholder() for row in self.placeholders.all()]

    def computed_hash(self) -> str:
        """The hash by which this version is approved: text and closed fields, in normal form."""
        content = {
            "language": self.language,
            "purpose": self.template.purpose,
            "title": hashing.normalised(self.title),
            "text": hashing.normalised(self.text),
            "fields": [
                [field.name, field.type.value, [[code, text] for code, text in field.choices.items()]]
                for field in self.fields()
            ],
        }
        return hashing.tagged_hash(HASH_TAG, hashing.canonical_json(content))

    def filled(self, values: dict[str, str]) -> tuple[str, str]:
        """Headline and text with the closed values in place, in normal form."""
        fields = self.fields()
        return (
            hashing.normalised(filled(self.title, fields, values, self.language)),
            hashing.normalised(filled(self.text, fields, values, self.language)),
        )


class TemplatePlaceholder(models.Model):
    """A closed field of a template version; `choices` is a list of `{"code", "text"}`, for the type choice only."""

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="placeholders")
    name = models.CharField(
        _("name"),
        max_length=30,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Small letters, digits and underscores, for example time"))],
    )
    type = models.CharField(
        _("type"), max_length=10, choices=[(kind.value, label) for kind, label in TYPE_LABELS.items()]
    )
    label_cs = models.CharField(_("label in Czech"), max_length=80)
    label_en = models.CharField(_("label in English"), max_length=80)
    help_cs = models.CharField(_("help in Czech"), max_length=200, blank=True)
    help_en = models.CharField(_("help in English"), max_length=200, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("closed field")
        verbose_name_plural = _("closed fields")
        ordering = ("position", "name")
        constraints = (
            models.UniqueConstraint(
                fields=["version", "name"],
                name="comms_templateplaceholder_once",
                violation_error_message=_("Two fields have the same name"),
            ),
            models.CheckConstraint(
                condition=Q(type=PlaceholderType.CHOICE.value) ^ Q(choices=[]),
                name="comms_templateplaceholder_choices",
                violation_error_message=_("A choice needs its list, and only a choice has one"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The label in the reader's language."""
        return in_reader_language(self, "label")

    @property
    def help(self) -> str:
        """The help in the reader's language."""
        return in_reader_language(self, "help")

    def as_placeholder(self) -> Placeholder:
        """The field in the shape the computation works with."""
        choices = {choice["code"]: choice["text"] for choice in self.choices}
        return Placeholder(self.name, PlaceholderType(self.type), choices)


class TemplateContributor(models.Model):
    """Somebody whose words are in a version of a template, and who therefore never approves it. Written once.

    Rows of their own and not the history: that is a convenience which may be tidied away, this decides who may sign.
    """

    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="contributors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=clock.now)

    frozen = "always"

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["version", "user"], name="comms_templatecontributor_once"),)

    def __str__(self) -> str:
        return f"{self.user} · {self.version}"


class TemplateApproval(DeskModel):
    """One person's decision about one version of a template, for the text with that hash."""

    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="approvals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    roles = ArrayField(models.CharField(max_length=20, choices=Role), default=list)
    payload_hash = models.CharField(max_length=64)

    scope_path = "version__template__brand"
    frozen = "always"

    class Meta:
        verbose_name = _("approval of a template")
        verbose_name_plural = _("approvals of templates")
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["version", "user", "payload_hash"],
                name="comms_templateapproval_once",
                violation_error_message=_("You have approved this template already"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.version}"
