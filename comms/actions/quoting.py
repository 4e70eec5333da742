"""The people whose words a statement quotes: who they can be, and who of them still has to agree to the words."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseGrant
from comms.models import Statement
from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.errors import Invalid
from crisisdesk.core.models import BrandGrant, User, UserKind
from crisisdesk.core.models.organisation import valid_at


def who_can_be_asked(case: Case) -> QuerySet[User]:
    """Everybody with an open account who was granted sight of the case: on its brand, or on the case itself."""
    sees = {"permission__codename": Capability.VIEW}
    granted = Q(pk__in=CaseGrant.objects.filter(content_object=case, **sees).values("user"))
    if not case.closed_world:
        held = valid_at(clock.now(), "membership__")
        granted |= Q(pk__in=BrandGrant.objects.filter(held, content_object=case.brand_id, **sees).values("user"))
    return User.objects.filter(granted, kind=UserKind.PERSON, is_active=True)


def check_quoted(case: Case, people: Sequence[User]) -> None:
    """Refuse, for the field `quoted_people`, whoever could never be asked."""
    if unable := out_of_reach(case, people):
        message = _("Cannot be asked, as they do not see this case: {people}. Offer them a role in the case first.")
        raise Invalid({"quoted_people": format_lazy(message, people=", ".join(unable))})


def out_of_reach(case: Case, people: Sequence[User]) -> list[str]:
    """Names of the people among these who cannot be asked about a text of the case."""
    within = set(who_can_be_asked(case).filter(pk__in=[person.pk for person in people]).values_list("pk", flat=True))
    return sorted(person.name for person in people if person.pk not in within)


def to_agree(statement: Statement, submitter: User | None) -> tuple[User, ...]:
    """The people quoted who have yet to agree. Whoever sends the text stands by its words already."""
    people = statement.quoted_people.order_by("name_sort", "pk")
    return tuple(person for person in people if person != submitter)
