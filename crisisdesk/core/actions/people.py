"""Verbs of set-up: the organisation, brands and accounts."""

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import (
    LONGEST_TEXT,
    Address,
    Changes,
    Choice,
    Code,
    Email,
    Inner,
    Inputs,
    Language,
    Many,
    Reason,
    Text,
    YesNo,
)
from crisisdesk.core.actions.locks import ACTOR
from crisisdesk.core.actions.memberships import end, give
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.models import Brand, Membership, Organisation, User, UserKind

# In what the desk speaks to people.
LANGUAGES = tuple((code, code) for code in ("cs", "en"))


class OrganisationChanges(TypedDict, total=False):
    """What can change about the organisation."""

    name: str
    about: str


class OrganisationInputs(Changes):
    """What administrators change about the organisation."""

    name = Text(longest=120)
    about = Text(longest=LONGEST_TEXT, required=False)


@action(
    "core.change_organisation",
    needs=Capability.MANAGE,
    title=_("Change the organisation"),
    inputs=OrganisationInputs,
)
def change_organisation(organisation: Organisation, act: Act, **changes: Unpack[OrganisationChanges]) -> Organisation:
    """Change the name of the organisation, or what is said about it."""
    changed = act.assign(organisation, changes)
    act.save(organisation)
    act.record("organisation.changed", on=organisation, fields=changed)
    return organisation


class BrandDetails(TypedDict, total=False):
    """What a brand can have besides its names."""

    default_language: str
    languages: Sequence[str]
    time_zone: str
    website: str
    phone: str
    press_contact: str
    about: str
    active: bool


class BrandChanges(BrandDetails, total=False):
    """What can change about a brand."""

    name: str


class BrandInputs(Inputs):
    """A new brand."""

    name = Text(longest=120)
    slug = Code(longest=60)
    default_language = Language(required=False)
    languages = Many(
        each=Language(),
        most=20,
        required=False,
        help=_("In which a new case begins; the default language comes first in any case."),
    )
    time_zone = Text(longest=64, required=False, blank=False)
    website = Address(longest=200, required=False)
    phone = Text(longest=32, required=False)
    press_contact = Text(longest=5_000, required=False)
    about = Text(longest=LONGEST_TEXT, required=False)
    active = YesNo(required=False)


class BrandChange(Changes, of=BrandInputs, without=("slug",)):
    """What administrators change about a brand."""


@action(
    "core.create_brand",
    needs=Capability.MANAGE,
    title=_("Add a brand"),
    creates=True,
    locks=(ACTOR,),
    inputs=BrandInputs,
)
def create_brand(
    organisation: Organisation, act: Act, *, name: str, slug: str, **details: Unpack[BrandDetails]
) -> Brand:
    """Add a brand to the organisation. Whoever adds it becomes its administrator."""
    brand = act.save(Brand(name=name, slug=slug, **details))
    act.record("brand.created", on=brand, brand=brand.slug)
    if act.actor.user is not None:
        give(act, brand, act.user, Role.MANAGER)
    return brand


@action("core.change_brand", needs=Capability.MANAGE, title=_("Change the brand"), inputs=BrandChange)
def change_brand(brand: Brand, act: Act, **changes: Unpack[BrandChanges]) -> Brand:
    """Change what is known about a brand."""
    changed = act.assign(brand, changes)
    act.save(brand)
    act.record("brand.changed", on=brand, fields=changed)
    return brand


class PersonDetails(TypedDict, total=False):
    """What an account can have besides its name and address."""

    position: str
    phone: str
    language: str
    is_staff: bool


class PersonChanges(PersonDetails, total=False):
    """What can change about an account. What kind it is, whether it is open and may do everything, is not among it."""

    email: str
    name: str


class PersonInputs(Inputs):
    """A new account."""

    email = Email()
    name = Text(longest=120)
    kind = Choice(among=UserKind.choices, required=False)
    position = Text(longest=120, required=False)
    phone = Text(longest=32, required=False)
    language = Choice(among=LANGUAGES, required=False)
    is_staff = YesNo(required=False, api=False)
    password = Inner(of=str, required=False)
    is_superuser = Inner(of=bool, required=False)


class PersonChange(Changes, of=PersonInputs, without=("kind", "password", "is_superuser")):
    """What administrators change about an account."""


@action(
    "core.create_person",
    needs=Capability.MANAGE,
    needs_fresh=True,
    title=_("Add an account"),
    creates=True,
    inputs=PersonInputs,
)
def create_person(
    organisation: Organisation,
    act: Act,
    *,
    email: str,
    name: str,
    kind: str = UserKind.PERSON,
    password: str | None = None,
    is_superuser: bool = False,
    **details: Unpack[PersonDetails],
) -> User:
    """Add an account for a person or a program. Without a password a person sets one by the reset mail.

    Only the desk itself gives every right (`is_superuser`), when it is set up.
    """
    if is_superuser and not act.actor.is_system:
        raise Invalid({"is_superuser": _("This cannot be changed here")})
    user = User(email=email.lower(), name=name, kind=kind, is_superuser=is_superuser, **details)
    user.set_password(password)
    act.save(user)
    act.record("person.created", on=user, kind=str(kind))
    return user


@action(
    "core.change_person",
    needs=Capability.MANAGE,
    needs_fresh=True,
    title=_("Change an account"),
    inputs=PersonChange,
)
def change_person(user: User, act: Act, **changes: Unpack[PersonChanges]) -> User:
    """Change an account's name, address, phone, language or position."""
    changed = act.assign(user, changes)
    act.save(user, fields=changed)
    act.record("person.changed", on=user, fields=changed)
    return user


@change_person.guard
def superusers_change_superusers(user: User, act: Act, **values: Any) -> Unmet | None:
    """Who changes the address of an account can sign in with it: nobody gets more rights that way."""
    if not user.is_superuser or act.actor.is_superuser or act.actor.is_system:
        return None
    return Unmet("superuser", _("Only a superuser changes or closes the account of a superuser"))


class ReasonInputs(Inputs):
    """Why."""

    reason = Reason(missing=_("Say why"))


@action(
    "core.deactivate_person",
    needs=Capability.MANAGE,
    needs_fresh=True,
    title=_("Close an account"),
    inputs=ReasonInputs,
)
def deactivate_person(user: User, act: Act, *, reason: str) -> User:
    """Close an account at once: its roles on brands end, those that lie ahead too, and its next request is refused."""
    if act.actor.same_as(user):
        raise Invalid({"user": _("Somebody else has to close your account")})
    user.is_active = False
    act.save(user, fields=["is_active"])
    for membership in Membership.objects.not_over(act.now).filter(user=user).select_related("brand"):
        end(act, membership)
    entry = act.entry("reason", on=user, text=reason)
    act.record("person.deactivated", on=user, entry=entry)
    return user


deactivate_person.guard(superusers_change_superusers)


@deactivate_person.guard
def account_is_open(user: User, act: Act, **values: Any) -> Unmet | None:
    """An account is closed once."""
    return None if user.is_active else Unmet("closed", _("This account is closed already"))
