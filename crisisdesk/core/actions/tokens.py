"""Verbs of identity: API tokens, one's own profile, and the log of what changed about a sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypedDict, Unpack

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access import tokens
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action, registered
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Changes, Choice, Inputs, Many, Row, Text, Whole
from crisisdesk.core.actions.people import LANGUAGES, ReasonInputs, superusers_change_superusers
from crisisdesk.core.errors import Denied, Invalid, Unmet
from crisisdesk.core.log.events import declare
from crisisdesk.core.models import ApiToken, Brand, Organisation, User, UserKind
from crisisdesk.core.models.tokens import DEFAULT_TOKEN_DAYS, LONGEST_TOKEN_DAYS, valid_network

declare("token.created", _("API token created: {actor}"))
declare("token.revoked", _("API token revoked: {actor}"))
declare("token.freshened", _("Identity confirmed over the API: {actor}"))
declare("second_factor.removed", _("Second factors of an account removed: {actor}"))
declare("profile.changed", _("Own profile changed: {actor}"))

SIGN_IN_CHANGES = {
    "password_changed": _("password changed"),
    "password_set": _("password set"),
    "password_reset": _("password set anew by e-mail"),
    "totp_activated": _("authenticator app added"),
    "totp_deactivated": _("authenticator app removed"),
    "webauthn_added": _("passkey added"),
    "webauthn_removed": _("passkey removed"),
    "recovery_codes_generated": _("recovery codes made"),
}
declare("sign_in.changed", _("Sign-in changed ({what}): {actor}"), words={"what": SIGN_IN_CHANGES})


def known_scopes() -> list[str]:
    """Everything a token can be allowed: reading, all verbs of an app, single verbs; not what only the desk does."""
    names = [verb.name for verb in registered() if not verb.by_system]
    apps = sorted({name.split(".")[0] for name in names})
    return ["read", *(f"{app}.*" for app in apps), *names]


def needs_own_session(organisation: Organisation, act: Act, **values: Any) -> Unmet | None:
    """A token could otherwise make itself a mightier one, or outlive its own end."""
    if act.actor.scopes is None:
        return None
    return Unmet("by_token", _("Tokens are made in the web interface, not with another token"))


@dataclass(frozen=True, kw_only=True)
class Network(Text):
    """An IPv4 or IPv6 network in CIDR notation."""

    longest: int = 43

    def check(self, text: str) -> None:
        """As the model does."""
        try:
            valid_network(text)
        except ValidationError as error:
            raise Invalid({"": error.messages}) from error


class TokenInputs(Inputs):
    """A new token."""

    name = Text(_("What it is for"), longest=80, help=_("For example the name of the program that will use it"))
    scopes = Many(
        _("What it may do"),
        each=Text(longest=80),
        missing=_("Choose at least one scope"),
        help=_("As little as the program needs"),
    )
    user = Row(_("service account"), of=User, required=False, page=False)
    days = Whole(_("How long it works"), least=1, most=LONGEST_TOKEN_DAYS, required=False, initial=DEFAULT_TOKEN_DAYS)
    brands = Many(_("Only for these brands"), each=Row(of=Brand), required=False, help=_("None means all your brands"))
    networks = Many(
        _("Only from these networks"),
        each=Network(),
        most=50,
        commas=True,
        required=False,
        help=_("Separated by commas, for example 192.0.2.0/24. Empty means from anywhere"),
    )


@action(
    "core.create_token", needs=None, title=_("Create an API token"), needs_fresh=True, creates=True, inputs=TokenInputs
)
def create_token(
    organisation: Organisation,
    act: Act,
    *,
    name: str,
    scopes: Sequence[str],
    user: User | None = None,
    brands: Sequence[Brand] = (),
    networks: Sequence[str] = (),
    days: int = DEFAULT_TOKEN_DAYS,
) -> ApiToken:
    """Create a key to the REST API, for oneself or, as an administrator, for a service account.

    The key stands in `secret` of what is returned and nowhere else; it cannot be shown again.
    """
    owner = user or act.user
    if owner != act.user and not (owner.kind == UserKind.SERVICE and act.actor.manages_installation()):
        raise Denied(_("Only administrators make tokens, and only for service accounts"))
    if unknown := sorted(set(scopes) - set(known_scopes())):
        raise Invalid({"scopes": _("There is no scope {names}").format(names=", ".join(unknown))})
    secret = tokens.generate()
    token = ApiToken(
        user=owner,
        name=name,
        digest=tokens.digest(secret),
        hint=tokens.hint(secret),
        scopes=sorted(set(scopes)),
        networks=list(networks),
        created_by=act.user,
        created_at=act.now,
        expires_at=act.now + timedelta(days=days),
    )
    act.save(token)
    token.brands.set(brands)
    token.secret = secret
    act.record("token.created", on=token, user=owner.pk, scopes=token.scopes, days=days)
    return token


create_token.guard(needs_own_session)


def standing_revocation(token: ApiToken, act: Act, **values: Any) -> ApiToken | None:
    """A token revoked before stays revoked; there is nothing to add."""
    return token if token.revoked_at is not None else None


@action("core.revoke_token", needs=None, title=_("Revoke the token"), repeat=standing_revocation)
def revoke_token(token: ApiToken, act: Act) -> ApiToken:
    """Revoke a token: the next request made with it is refused."""
    token.revoked_at = act.now
    act.save(token)
    act.record("token.revoked", on=token, user=token.user_id)
    return token


@revoke_token.guard
def not_revoked(token: ApiToken, act: Act) -> Unmet | None:
    """A revoked token offers no button; revoking it once more changes nothing."""
    return Unmet("revoked", _("This token is revoked already")) if token.revoked_at else None


@action("core.freshen_token", needs=None, title=_("Confirm the identity over a token"), only_person=True)
def freshen_token(token: ApiToken, act: Act) -> ApiToken:
    """Note that the owner of a token has just proved who they are, so that verbs that decide work for five minutes."""
    token.authenticated_at = act.now
    act.save(token)
    act.record("token.freshened", on=token)
    return token


@freshen_token.guard
def only_its_owner(token: ApiToken, act: Act, **values: Any) -> Unmet | None:
    """Nobody proves who somebody else is."""
    if act.actor.same_as(token.user_id):
        return None
    return Unmet("not_the_owner", _("Only people confirm who they are, each over their own token"))


def only_oneself(user: User, act: Act, **values: Any) -> Unmet | None:
    """What is somebody's own is changed by themselves; an administrator has `change_person`."""
    return None if act.actor.same_as(user) else Unmet("not_yours", _("Only the owner of the account does this"))


class ProfileChanges(TypedDict, total=False):
    """What people change about themselves; everything else about an account is an administrator's."""

    name: str
    phone: str
    language: str
    theme: str


class ProfileInputs(Changes):
    """What people change about themselves."""

    name = Text(longest=120)
    phone = Text(longest=32, required=False)
    language = Choice(among=LANGUAGES)
    theme = Choice(among=[(code, code) for code in ("auto", "light", "dark")])


@action("core.change_profile", needs=None, title=_("Change the own profile"), inputs=ProfileInputs)
def change_profile(user: User, act: Act, **changes: Unpack[ProfileChanges]) -> User:
    """Change one's own name, phone, language or appearance."""
    changed = act.assign(user, changes)
    act.save(user, fields=changed)
    act.record("profile.changed", on=user, fields=changed)
    return user


class SignInInputs(Inputs):
    """What changed about the sign-in."""

    what = Choice(among=tuple(SIGN_IN_CHANGES.items()), wrong=_("This is not a change of the sign-in"), page=False)


@action("core.note_sign_in_change", needs=None, title=_("Note a change of the sign-in"), inputs=SignInInputs)
def note_sign_in_change(user: User, act: Act, *, what: str) -> None:
    """Write into the log that the person changed a password or a second factor."""
    act.record("sign_in.changed", on=user, what=what)


for own_verb in (change_profile, note_sign_in_change):
    own_verb.guard(only_oneself)


@action(
    "core.remove_second_factors",
    needs=Capability.MANAGE,
    title=_("Remove second factors"),
    needs_fresh=True,
    inputs=ReasonInputs,
)
def remove_second_factors(user: User, act: Act, *, reason: str) -> User:
    """Remove the second factors of somebody who lost them; the next sign-in asks for new ones where roles need them."""
    if act.actor.same_as(user):
        raise Invalid({"user": _("Somebody else has to remove your second factors")})
    removed, _rows = Authenticator.objects.filter(user=user).delete()
    if not removed:
        act.refuse("none", _("This account has no second factor"))
    entry = act.entry("reason", on=user, text=reason)
    act.record("second_factor.removed", on=user, entry=entry, user=user.pk)
    return user


remove_second_factors.guard(superusers_change_superusers)
