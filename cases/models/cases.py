"""The case: one crisis from triage to the lessons learned, and who was granted what on it."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from cases.models.kinds import CrisisKind
from cases.models.policies import SEVERITY_RANGE, Severity, severity_check
from cases.models.protocols import ProtocolVersion
from cases.querysets import CaseQuerySet
from cases.states import BEFORE_CRISIS, CASE_STATES, OPEN_CASE, CaseState, RoleState
from cases.tabs import case_url
from crisisdesk.core.access.capabilities import as_permissions
from crisisdesk.core.models import Brand, Chain, DeskHistory, DeskModel, Membership, User
from crisisdesk.core.models.organisation import LANGUAGE_CODE, MembershipQuerySet
from crisisdesk.core.search import search_index, terms_of


class Realm(models.TextChoices):
    """Whether a case is real. It never changes."""

    LIVE = "live", _("live")
    EXERCISE = "exercise", _("exercise")


class CaseNumber(models.Model):
    """The last number given out in a year, so that a reference is never used twice."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Case(DeskModel):
    """A crisis, or what may become one.

    `version` grows with every save and is what an editor names to say which text was read. `policy_snapshot` and
    `protocol_version` are what the case was activated with; later changes of the set-up leave them alone.
    """

    reference = models.CharField(
        _("reference"), max_length=20, unique=True, editable=False, validators=[RegexValidator(r"^CD-\d{4}-\d{4,}$")]
    )
    realm = models.CharField(max_length=10, choices=Realm, default=Realm.LIVE, editable=False)
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, related_name="case", editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="cases", verbose_name=_("brand"))
    kind = models.ForeignKey(
        CrisisKind, null=True, blank=True, on_delete=models.PROTECT, related_name="cases", verbose_name=_("kind")
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True, validators=[MaxLengthValidator(20_000)])
    state = models.CharField(_("state"), max_length=10, choices=CaseState, default=CaseState.REPORTED, editable=False)
    severity = models.PositiveSmallIntegerField(
        _("severity"), choices=Severity, default=Severity.ELEVATED, validators=SEVERITY_RANGE
    )
    confidential = models.BooleanField(_("confidential"), default=False)
    primary_language = models.CharField(_("primary language"), max_length=3, default="cs", validators=[LANGUAGE_CODE])
    content_languages = ArrayField(
        models.CharField(max_length=3, validators=[LANGUAGE_CODE]), verbose_name=_("languages of texts"), default=list
    )
    conference_link = models.URLField(_("conference link"), blank=True)

    detected_at = models.DateTimeField(_("detected"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported"))
    acknowledged_at = models.DateTimeField(_("taken over"), null=True, blank=True)
    activated_at = models.DateTimeField(_("activated"), null=True, blank=True)
    contained_at = models.DateTimeField(_("contained"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    wake_at = models.DateTimeField(_("look again"), null=True, blank=True)
    statement_waived_at = models.DateTimeField(_("no public statement"), null=True, blank=True)

    policy_snapshot = models.JSONField(default=dict, blank=True, editable=False)
    protocol_version = models.ForeignKey(
        ProtocolVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="cases", editable=False
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    search_words = models.TextField(default="", blank=True, editable=False)

    objects = CaseQuerySet.as_manager()
    history = DeskHistory(excluded_fields=["search_words"])
    scope_path = "self"
    states = CASE_STATES

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ("-created_at", "-pk")
        permissions = as_permissions()
        indexes = (
            models.Index(fields=["brand", "-created_at", "-id"], name="cases_case_brand_newest"),
            models.Index(fields=["-created_at", "-id"], name="cases_case_newest"),
            models.Index(fields=["brand"], condition=Q(state__in=OPEN_CASE), name="cases_case_open"),
            search_index("cases_case_search"),
        )
        constraints = (
            severity_check("cases_case_severity"),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="cases_case_state_known"),
            models.CheckConstraint(condition=Q(realm__in=Realm.values), name="cases_case_realm_known"),
            models.CheckConstraint(
                condition=Q(activated_at__isnull=False)
                | Q(state__in=[*BEFORE_CRISIS, CaseState.DISMISSED, CaseState.MERGED]),
                name="cases_case_activated_first",
                violation_error_message=_("A case is activated before anything else happens to it"),
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.MERGED, merged_into__isnull=False)
                | (~Q(state=CaseState.MERGED) & Q(merged_into=None)),
                name="cases_case_merged_somewhere",
                violation_error_message=_("Say which case this one is merged into"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Count the versions, every change happens under the row's lock; keep what is searched in step."""
        self.search_words = terms_of(self.title)
        if not self._state.adding:
            self.version += 1
        super().save(*args, **kwargs)

    @property
    def zero(self) -> datetime:
        """The instant from which every limit counts."""
        return self.detected_at or self.reported_at

    @property
    def zone(self) -> ZoneInfo:
        """Where the people of the case look at their clocks."""
        return ZoneInfo(self.brand.time_zone)

    @property
    def closed_world(self) -> bool:
        """Whether nobody but the case's own people is asked, told, offered a role or stood in for, and no role on the
        brand decides: in a confidential case, and in an exercise.

        Whoever reads memberships to find people for a case asks this first, mostly by `members`; queries over many
        cases say it as `open_world`. Somebody may still be named one by one: by offering them a role they get in.
        """
        return self.confidential or self.realm != Realm.LIVE

    def members(self, at: datetime) -> MembershipQuerySet:
        """The roles on the brand that count for this case at an instant; in a closed world its own people's only."""
        held: MembershipQuerySet = Membership.objects.current(at).filter(brand=self.brand_id)
        if self.closed_world:
            return held.filter(user__in=self.own_people)
        return held

    @property
    def own_people(self) -> QuerySet[User]:
        """The people who have accepted a role in the case."""
        accepted = self.roles.filter(state=RoleState.ACCEPTED)
        return User.objects.filter(pk__in=accepted.order_by().values("user"))

    def may_tell(self, people: QuerySet[User]) -> QuerySet[User]:
        """Those among the people who may be told of the case: everybody, in a closed world its own people only."""
        return people.filter(pk__in=self.own_people.values("pk")) if self.closed_world else people

    @property
    def page_url(self) -> str:
        """The address of its page. Not `get_absolute_url`: the administration would redirect there by primary key."""
        return case_url(self.reference)

    @property
    def is_open(self) -> bool:
        """Whether work on the case goes on."""
        return self.state in OPEN_CASE

    @property
    def level(self) -> dict[str, Any]:
        """What the policy asks for at the present severity; empty before activation."""
        return dict(self.policy_snapshot.get("levels", {}).get(str(self.severity), {}))


class CaseGrant(UserObjectPermissionBase):
    """A capability of one person on one case (django-guardian, direct foreign key)."""

    content_object = models.ForeignKey(Case, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        unique_together: ClassVar[Any] = [["user", "permission", "content_object"]]

    def __str__(self) -> str:
        return f"{self.user_id} {self.permission_id} {self.content_object_id}"


class CaseModel(DeskModel):
    """A row that belongs to one case."""

    scope_path = "case"

    class Meta:
        abstract = True
