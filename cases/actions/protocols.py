"""Set-up: new versions of protocols."""

from django.utils.translation import gettext_lazy as _

from cases.models import Protocol, ProtocolStep, ProtocolVersion
from crisisdesk.core.actions import action
from crisisdesk.core.acts import Act
from crisisdesk.core.capabilities import Capability
from crisisdesk.core.errors import Unmet


@action("cases.draft_protocol", needs=Capability.MANAGE, title=_("Start a new version"), creates=True)
def draft_protocol(protocol: Protocol, act: Act) -> ProtocolVersion:
    """Start a new version of a protocol as a copy of the newest one."""
    newest = protocol.versions.order_by("-number").first()
    draft = act.save(ProtocolVersion(protocol=protocol, number=newest.number + 1 if newest else 1))
    for step in newest.steps.all() if newest else ():
        step.pk, step.version, step._state.adding = None, draft, True
        act.save(step)
    act.record("protocol.drafted", on=protocol, protocol=protocol.code, number=draft.number)
    return draft


@draft_protocol.guard
def there_is_no_draft(protocol: Protocol, act: Act, **given: object) -> Unmet | None:
    """One draft at a time."""
    if not protocol.versions.filter(published_at=None).exists():
        return None
    return Unmet("draft", _("There is a draft of this protocol already; publish it first"))


@action("cases.publish_protocol", needs=Capability.MANAGE, title=_("Publish the version"))
def publish_protocol(version: ProtocolVersion, act: Act) -> ProtocolVersion:
    """Publish a version: cases activated from now on follow it, and it never changes again."""
    version.published_at = act.now
    act.save(version)
    act.record("protocol.published", on=version, protocol=version.protocol.code, number=version.number)
    return version


@publish_protocol.guard
def not_published_yet(version: ProtocolVersion, act: Act, **given: object) -> Unmet | None:
    """A version is published once."""
    if version.published_at is None:
        return None
    return Unmet("published", _("This version is published already; start a new one"))


@publish_protocol.guard
def has_steps(version: ProtocolVersion, act: Act, **given: object) -> Unmet | None:
    """An empty protocol helps nobody."""
    if ProtocolStep.objects.filter(version=version).exists():
        return None
    return Unmet("steps", _("Add at least one step first"))
