"""Verbs of set-up: brands, accounts, and roles on brands."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
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


@action("core.create_brand", needs=Capability.MANAGE, title=_("Add a brand"), creates=True)
def create_brand(organisation: Organisation, act: Act, *, name: str, slug: str, **fields: Any) -> Brand:
    """Add a brand to the organisation. Whoever adds it becomes its administrator."""
    brand = act.save(Brand(name=name, slug=slug, **fields))
    act.record("brand.created", on=brand, brand=brand.slug)
    if act.actor.user is not None:
        _grant(act, brand, act.user, Role.MANAGER, is_deputy=False)
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
def change_person(organisation: Organisation, act: Act, *, user: User, **fields: Any) -> User:
    """Change an account's name, address, phone, language or position."""
    _assign(user, fields)
    act.save(user)
    act.record("person.changed", on=user, fields=sorted(fields))
    return user


@change_person.guard
def superusers_change_superusers(
    organisation: Organisation, act: Act, *, user: User | None = None, **values: Any
) -> Unmet | None:
    """Who changes the address of an account can sign in with it: nobody gets more rights that way."""
    if user is None or not user.is_superuser or act.actor.is_superuser or act.actor.is_system:
        return None
    return Unmet("superuser", _("Only a superuser changes or closes the account of a superuser"))


@action("core.deactivate_person", needs=Capability.MANAGE, needs_fresh=True, title=_("Close an account"))
def deactivate_person(organisation: Organisation, act: Act, *, user: User, reason: str) -> User:
    """Close an account at once: its roles on brands end and its next request is refused."""
    if act.actor.same_as(user):
        raise Invalid({"user": _("Somebody else has to close your account")})
    user.is_active = False
    act.save(user)
    for membership in Membership.objects.filter(user=user, until=None).select_related("brand"):
        _end(act, membership)
    entry = act.entry("reason", on=user, text=reason)
    act.record("person.deactivated", on=user, entry=entry)
    return user


deactivate_person.guard(superusers_change_superusers)


@action("core.grant_membership", needs=Capability.MANAGE, needs_fresh=True, title=_("Give a role"), creates=True)
def grant_membership(brand: Brand, act: Act, *, user: User, role: str, is_deputy: bool = False) -> Membership:
    """Give somebody a role on a brand, as its holder or as the deputy; the rights of the role follow at once."""
    if not user.is_active:
        raise Invalid({"user": _("This account is closed; open it again first")})
    return _grant(act, brand, user, Role(role), is_deputy=is_deputy)


@action("core.end_membership", needs=Capability.MANAGE, needs_fresh=True, title=_("End a role"))
def end_membership(membership: Membership, act: Act, *, reason: str = "") -> Membership:
    """End a role on a brand. The rights that no other role of the person gives are gone with the next request."""
    _end(act, membership)
    return membership


def _grant(act: Act, brand: Brand, user: User, role: Role, *, is_deputy: bool) -> Membership:
    membership = act.save(Membership(brand=brand, user=user, role=role, is_deputy=is_deputy, since=act.now))
    _follow(act, brand, user)
    act.record("membership.granted", on=membership, brand=brand.slug, user=user.pk, role=str(role), deputy=is_deputy)
    return membership


def _end(act: Act, membership: Membership) -> None:
    if membership.until is not None:
        act.refuse("ended", _("This role has ended already"))
    membership.until = act.now
    act.save(membership)
    _follow(act, membership.brand, membership.user)
    act.record(
        "membership.ended",
        on=membership,
        brand=membership.brand.slug,
        user=membership.user_id,
        role=str(membership.role),
    )


def _follow(act: Act, brand: Brand, user: User) -> None:
    held = Membership.objects.filter(brand=brand, user=user, until=None).values_list("role", flat=True)
    act.grant(user, brand, list(held))


def _assign(row: Any, fields: dict[str, Any]) -> None:
    editable = {field.name for field in row._meta.fields if field.editable and not field.primary_key} - _NOT_HERE
    unknown = sorted(set(fields) - editable)
    if unknown:
        raise Invalid({name: _("This cannot be changed here") for name in unknown})
    for name, value in fields.items():
        setattr(row, name, value)
