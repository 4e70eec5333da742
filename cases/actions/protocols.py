"""Set-up: protocols, their versions and steps."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

from django.utils.translation import gettext_lazy as _

from cases.models import DoneBy, Protocol, ProtocolStep, ProtocolVersion, StepKind
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import LONGEST_TEXT, Changes, Choice, Code, Inputs, Many, Text, Whole, YesNo
from crisisdesk.core.actions.shared_inputs import CaseRole
from crisisdesk.core.errors import Unmet
from crisisdesk.core.models import Organisation

# What one step says; copied into a new version.
STEP_FIELDS = (
    "order",
    "kind",
    "role",
    "offset_minutes",
    "due_minutes",
    "blocking",
    "title_cs",
    "title_en",
    "instruction_cs",
    "instruction_en",
    "template_code",
    "done_by",
    "depends_on",
)


class ProtocolChanges(TypedDict, total=False):
    """The names of a protocol."""

    name_cs: str
    name_en: str


class ProtocolInputs(Inputs):
    """A new protocol."""

    code = Code(longest=40)
    name_cs = Text(longest=120)
    name_en = Text(longest=120)


class ProtocolChange(Changes, of=ProtocolInputs, without=("code",)):
    """The names of a protocol."""


@action(
    "cases.create_protocol", needs=Capability.MANAGE, title=_("Add a protocol"), creates=True, inputs=ProtocolInputs
)
def create_protocol(organisation: Organisation, act: Act, *, code: str, name_cs: str, name_en: str) -> Protocol:
    """Add a protocol; its first version is started afterwards."""
    protocol = act.save(Protocol(code=code, name_cs=name_cs, name_en=name_en))
    act.record("protocol.created", on=protocol, protocol=code)
    return protocol


@action("cases.change_protocol", needs=Capability.MANAGE, title=_("Change the protocol"), inputs=ProtocolChange)
def change_protocol(protocol: Protocol, act: Act, **changes: Unpack[ProtocolChanges]) -> Protocol:
    """Change the name of a protocol. What it asks for changes in a new version."""
    changed = act.assign(protocol, changes)
    act.save(protocol)
    act.record("protocol.changed", on=protocol, protocol=protocol.code, fields=changed)
    return protocol


@action("cases.draft_protocol", needs=Capability.MANAGE, title=_("Start a new version"), creates=True)
def draft_protocol(protocol: Protocol, act: Act) -> ProtocolVersion:
    """Start a new version of a protocol as a copy of the newest one."""
    newest = protocol.versions.order_by("-number").first()
    draft = act.save(ProtocolVersion(protocol=protocol, number=newest.number + 1 if newest else 1))
    for step in newest.steps.all() if newest else ():
        act.save(ProtocolStep(version=draft, **{name: getattr(step, name) for name in STEP_FIELDS}))
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


class StepDetails(TypedDict, total=False):
    """What a step can say besides what it has to."""

    kind: str
    due_minutes: int
    blocking: bool
    instruction_cs: str
    instruction_en: str
    template_code: str
    done_by: str
    depends_on: Sequence[int]


class StepChanges(StepDetails, total=False):
    """What can change about a step."""

    order: int
    role: str
    offset_minutes: int
    title_cs: str
    title_en: str


class StepInputs(Inputs):
    """A new step of a draft."""

    order = Whole(least=1, most=1_000)
    kind = Choice(among=StepKind.choices, required=False)
    role = CaseRole()
    offset_minutes = Whole(most=1_000_000)
    due_minutes = Whole(most=1_000_000, required=False)
    blocking = YesNo(required=False)
    title_cs = Text(longest=200)
    title_en = Text(longest=200)
    instruction_cs = Text(longest=LONGEST_TEXT, required=False)
    instruction_en = Text(longest=LONGEST_TEXT, required=False)
    template_code = Code(longest=60, required=False)
    done_by = Choice(among=DoneBy.choices, required=False, blank=True)
    depends_on = Many(each=Whole(least=1, most=1_000), most=50, required=False)


class StepChange(Changes, of=StepInputs):
    """What a step says."""


@action("cases.add_step", needs=Capability.MANAGE, title=_("Add a step"), creates=True, inputs=StepInputs)
def add_step(
    version: ProtocolVersion,
    act: Act,
    *,
    order: int,
    role: str,
    offset_minutes: int,
    title_cs: str,
    title_en: str,
    **details: Unpack[StepDetails],
) -> ProtocolStep:
    """Add a step to a version that is not published yet."""
    step = ProtocolStep(version=version, order=order, role=role, offset_minutes=offset_minutes)
    act.assign(step, {"title_cs": title_cs, "title_en": title_en, **details})
    act.save(step)
    act.record("protocol.changed", on=version, protocol=version.protocol.code, fields=["steps"])
    return step


add_step.guard(not_published_yet)


def step_of_a_draft(step: ProtocolStep, act: Act, **given: object) -> Unmet | None:
    """The steps of a published version are final."""
    return not_published_yet(step.version, act)


@action("cases.change_step", needs=Capability.MANAGE, title=_("Change the step"), inputs=StepChange)
def change_step(step: ProtocolStep, act: Act, **changes: Unpack[StepChanges]) -> ProtocolStep:
    """Change a step of a version that is not published yet."""
    act.assign(step, changes)
    act.save(step)
    act.record("protocol.changed", on=step.version, protocol=step.version.protocol.code, fields=["steps"])
    return step


@action("cases.remove_step", needs=Capability.MANAGE, title=_("Remove the step"))
def remove_step(step: ProtocolStep, act: Act) -> None:
    """Take a step out of a version that is not published yet."""
    act.record("protocol.changed", on=step.version, protocol=step.version.protocol.code, fields=["steps"])
    step.delete()


for verb in (change_step, remove_step):
    verb.guard(step_of_a_draft)
