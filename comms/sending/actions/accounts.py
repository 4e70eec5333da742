"""Setting up where a brand speaks, and stopping an account that lets us in no more."""

from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from comms.sending.models import Account
from comms.sending.models.accounts import AccountKind
from comms.sending.networks import NETWORKS
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Changes, Choice, Code, Inputs, Language, Many, Text, Texts, Whole, YesNo
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.models import Brand


class AccountChanges(TypedDict, total=False):
    """What can be set on an account."""

    name_cs: str
    name_en: str
    languages: Sequence[str]
    settings: Mapping[str, str]
    position: int
    active: bool


class AccountInputs(Inputs):
    """A new account."""

    code = Code(longest=40)
    kind = Choice(among=AccountKind.choices, wrong=_("Choose one of the kinds offered"))
    network = Choice(among=[(code, network.name) for code, network in NETWORKS.items()], required=False, blank=True)
    name_cs = Text(longest=80)
    name_en = Text(longest=80)
    languages = Many(each=Language(), required=False)
    settings = Texts(each=Text(longest=300, required=False), required=False)
    position = Whole(most=32_767, required=False)


class AccountChange(Changes, of=AccountInputs, without=("code", "kind", "network")):
    """What can be set on an account."""

    active = YesNo()


@action("comms.open_account", needs=Capability.MANAGE, creates=True, title=_("Add a channel"), inputs=AccountInputs)
def open_account(
    brand: Brand,
    act: Act,
    *,
    code: str,
    kind: str,
    name_cs: str,
    name_en: str,
    network: str = "",
    languages: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
    position: int = 0,
) -> Account:
    """Add one account to a brand."""
    account = Account(brand=brand, code=code, kind=kind, network=network, name_cs=name_cs, name_en=name_en)
    account.languages, account.settings, account.position = list(languages), dict(settings or {}), position
    _save(act, account)
    act.record("account.opened", on=account, account=account.code, account_kind=account.kind)
    return account


@action("comms.change_account", needs=Capability.MANAGE, title=_("Change a channel"), inputs=AccountChange)
def change_account(account: Account, act: Act, **changes: Unpack[AccountChanges]) -> Account:
    """Change names, languages, settings, order, or whether the account is used. Its kind stays."""
    act.assign(account, changes)
    _save(act, account)
    act.record("account.changed", on=account, account=account.code, active=account.active)
    return account


def _save(act: Act, account: Account) -> None:
    try:
        account.clean()
    except ValidationError as wrong:
        raise Invalid({"settings": wrong.messages}) from wrong
    act.save(account)


@action("comms.stop_account", title=_("Stop a channel"), by_system=True)
def stop_account(account: Account, act: Act) -> Account:
    """The other side refused the log-in: nothing more is tried until a person has put it right."""
    if account.stopped_at is None:
        account.stopped_at = act.now
        act.save(account)
    act.record("account.stopped", on=account, account=account.code)
    return account


@action("comms.resume_account", needs=Capability.MANAGE, title=_("Resume a channel"))
def resume_account(account: Account, act: Act) -> Account:
    """The log-in works again: what waits is sent."""
    account.stopped_at = None
    act.save(account)
    act.record("account.resumed", on=account, account=account.code)
    act.wake("comms.send_due")
    return account


@resume_account.guard
def _is_stopped(account: Account, act: Act) -> Unmet | None:
    return None if account.stopped_at else Unmet("not_stopped", _("This channel is not stopped"))
