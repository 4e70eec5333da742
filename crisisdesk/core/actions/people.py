"""Verbs of set-up: the organisation, brands and accounts."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.locks import ACTOR
from crisisdesk.core.actions.memberships import end, give
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.models import Brand, Membership, Organisation, User, UserKind

# Whether an account is open, what kind it is and whether it may do everything is no field of a form.
_NOT_HERE = frozenset({"password", "is_superuser", "is_active", "kind", "last_login"})


@action("core.change_organisation", needs=Capability.MANAGE, title=_("Change the organisation"))
def change_organisation(organisation: Organisation, act: Act, **fields: Any) -> Organisation:
    """Change name, languages, time zone or public address of the organisation."""
    _assign(organisation, fields)
    act.save(organisation)
    act.record("organisation.changed", on=organisation, fields=sorted(fields))
    return organisation


@action("core.create_brand", needs=Capability.MANAGE, title=_("Add a brand"), creates=True, locks=(ACTOR,))
def create_brand(organisation: Organisation, act: Act, *, name: str, slug: str, **fields: Any) -> Brand:
    """Add a brand to the organisation. Whoever adds it becomes its administrator."""
    brand = act.save(Brand(name=name, slug=slug, **fields))
    act.record("brand.created", on=brand, brand=brand.slug)
    if act.actor.user is not None:
        give(act, brand, act.user, Role.MANAGER)
    return brand


@action("core.change_brand", needs=Capability.MANAGE, title=_("Change the brand"))
def change_brand(brand: Brand, act: Act, **fields: Any) -> Brand:
    """Change what is known about a brand."""
    _assign(brand, fields)
    act.save(brand)
    act.record("brand.changed", on=brand, fields=sorted(fields))
    return brand


@action("core.create_person", needs=Capability.MANAGE, needs_fresh=True, title=_("Add an account"), creates=True)
def create_person(
    organisation: Organisation,
    act: Act,
    *,
    email: str,
    name: str,
    kind: str = UserKind.PERSON,
    password: str | None = None,
    **fields: Any,
) -> User:
    """Add an account for a person or a program. Without a password a person sets one by the reset mail."""
    refused = [] if act.actor.is_system else sorted(_NOT_HERE & fields.keys())
    if refused:
        raise Invalid({name: _("This cannot be changed here") for name in refused})
    user = User(email=email.strip().lower(), name=name, kind=kind, **fields)
    user.set_password(password)
    act.save(user)
    act.record("person.created", on=user, kind=str(kind))
    return user


@action("core.change_person", needs=Capability.MANAGE, needs_fresh=True, title=_("Change an account"))
def change_person(user: User, act: Act, **fields: Any) -> User:
    """Change an account's name, address, phone, language or position."""
    _assign(user, fields)
    act.save(user, fields=fields)
    act.record("person.changed", on=user, fields=sorted(fields))
    return user


@change_person.guard
def superusers_change_superusers(user: User, act: Act, **values: Any) -> Unmet | None:
    """Who changes the address of an account can sign in with it: nobody gets more rights that way."""
    if not user.is_superuser or act.actor.is_superuser or act.actor.is_system:
        return None
    return Unmet("superuser", _("Only a superuser changes or closes the account of a superuser"))


@action("core.deactivate_person", needs=Capability.MANAGE, needs_fresh=True, title=_("Close an account"))
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


def _assign(row: Any, fields: dict[str, Any]) -> None:
    editable = {field.name for field in row._meta.fields if field.editable and not field.primary_key} - _NOT_HERE
    unknown = sorted(set(fields) - editable)
    if unknown:
        raise Invalid({name: _("This cannot be changed here") for name in unknown})
    for name, value in fields.items():
        setattr(row, name, value)
