"""Setting up where a brand speaks, and stopping an account that lets us in no more."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from comms.sending.models import Account
from comms.sending.models.accounts import AccountKind
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.models import Brand


@action("comms.open_account", needs=Capability.MANAGE, creates=True, title=_("Add a channel"))
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
    settings: dict[str, Any] | None = None,
    position: int = 0,
) -> Account:
    """Add one account to a brand."""
    account = Account(brand=brand, code=code, kind=kind, network=network, name_cs=name_cs, name_en=name_en)
    account.languages, account.settings, account.position = list(languages), settings or {}, position
    _save(act, account)
    act.record("account.opened", on=account, account=account.code, account_kind=account.kind)
    return account


@action("comms.change_account", needs=Capability.MANAGE, title=_("Change a channel"))
def change_account(account: Account, act: Act, **values: Any) -> Account:
    """Change names, languages, settings, order, or whether the account is used. Its kind stays."""
    for name in ("name_cs", "name_en", "languages", "settings", "position", "active"):
        if name in values:
            setattr(account, name, values[name])
    _save(act, account)
    act.record("account.changed", on=account, account=account.code, active=account.active)
    return account


def _save(act: Act, account: Account) -> None:
    if account.kind not in AccountKind.values:
        raise Invalid({"kind": _("Choose one of the kinds offered")})
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
