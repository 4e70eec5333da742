"""Texts prepared beforehand: written by one person, approved by two others, read again after half a year."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.actions.inputs import kind_of_crisis
from cases.models import CrisisKind
from comms import hashing
from comms.actions.deciding import DECIDES
from comms.actions.inputs import PublishInputs
from comms.actions.versions import unfit_sentence
from comms.models import (
    RegisteredType,
    RegisteredValue,
    StatementTemplate,
    TemplateApproval,
    TemplateContributor,
    TemplatePlaceholder,
)
from comms.models import TemplateVersion as Version
from comms.models.templates import APPROVERS_NEEDED, REVIEW_AFTER
from comms.placeholders import PlaceholderType, is_host, remarks
from comms.states import Purpose, TemplateState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import (
    LONGEST_REASON,
    LONGEST_TEXT,
    Changes,
    Choice,
    Code,
    Inputs,
    Language,
    Many,
    Record,
    Text,
    Title,
    Whole,
)
from crisisdesk.core.actions.shared_inputs import CaseRole
from crisisdesk.core.errors import Invalid, Stale, Unmet
from crisisdesk.core.errors import Text as Said
from crisisdesk.core.models import Brand, Membership

WRITES = (Capability.LEAD, Capability.MANAGE)

# What the linter finds; the first three are refused at submit, the last is a warning.
REMARKS = {
    "unknown": _("The text uses the field {name}, which is not defined"),
    "unused": _("The field {name} is not used in the text"),
    "brace": _("A single brace stands in the text; fields look like {{time}}"),
    "declined": _(
        "Before the field {name} stands a word that asks for another case. Put a noun or a colon before it: "
        "“the product {{product}}”."
    ),
}
_REFUSED = frozenset({"unknown", "unused", "brace"})


def about(version: Version) -> dict[str, Any]:
    """What every event of a template carries."""
    return {"template": version.template.code, "language": version.language, "number": version.number}


class TemplateInputs(Inputs):
    """A new template; its texts follow."""

    code = Code(longest=60)
    name_cs = Text(longest=120)
    name_en = Text(longest=120)
    purpose = Choice(among=Purpose.choices, required=False, initial=Purpose.FIRST)
    kinds = Many(each=kind_of_crisis(), required=False)
    cleared_by = Many(each=CaseRole(), required=False)
    position = Whole(most=32_767, required=False)


@action("comms.create_template", needs=WRITES, title=_("Add a template"), creates=True, inputs=TemplateInputs)
def create_template(
    brand: Brand,
    act: Act,
    *,
    code: str,
    name_cs: str,
    name_en: str,
    purpose: str = Purpose.FIRST,
    kinds: Sequence[CrisisKind] = (),
    cleared_by: Sequence[str] = (),
    position: int = 0,
) -> StatementTemplate:
    """Add a template to a brand, for some kinds of crisis or (none given) for all. Its texts follow."""
    template = StatementTemplate(
        brand=brand,
        code=code,
        name_cs=name_cs,
        name_en=name_en,
        purpose=purpose,
        position=position,
        cleared_by=list(cleared_by),
    )
    act.save(template)
    template.kinds.set(kinds)
    act.record("template.created", on=template, template=template.code)
    return template


class ChoiceInputs(Inputs):
    """One value of a list."""

    code = Code(longest=40)
    text = Text(longest=200)


class FieldInputs(Inputs):
    """A closed field."""

    name = Text(longest=30, pattern="[a-z][a-z0-9_]{0,29}")
    type = Choice(among=[(kind.value, kind.value) for kind in PlaceholderType])
    label_cs = Text(longest=80)
    label_en = Text(longest=80)
    help_cs = Text(longest=200, required=False)
    help_en = Text(longest=200, required=False)
    choices = Many(each=Record(of=ChoiceInputs), required=False)


def _closed_fields() -> Many:
    return Many(each=Record(of=FieldInputs), required=False, page=False)


class TemplateDraftInputs(Inputs):
    """A new version."""

    language = Language(_("Language"))
    title = Title(_("Headline"), required=False, page=False)
    text = Text(_("Text"), longest=LONGEST_TEXT, required=False, page=False)
    closed_fields = _closed_fields()


class TemplateTextInputs(Changes):
    """A text with its closed fields."""

    title = Title(_("Headline"), required=False)
    text = Text(_("Text"), longest=LONGEST_TEXT, rows=8, help=_("Closed fields stand in braces, for example {time}"))
    closed_fields = _closed_fields()


@action(
    "comms.draft_template",
    needs=WRITES,
    title=_("Start a version of a template"),
    creates=True,
    inputs=TemplateDraftInputs,
)
def draft_template(
    template: StatementTemplate,
    act: Act,
    *,
    language: str,
    title: str = "",
    text: str = "",
    closed_fields: Sequence[Mapping[str, Any]] | None = None,
) -> Version:
    """Start a version in a language. Without a text it says what the newest version says."""
    newest = template.versions.filter(language=language).order_by("-number").first()
    version = act.save(
        Version(
            template=template,
            language=language,
            number=newest.number + 1 if newest else 1,
            title=title or (newest.title if newest else ""),
            text=text or (newest.text if newest else ""),
            author=act.user,
        )
    )
    _put_fields(act, version, _as_given(newest) if closed_fields is None else closed_fields)
    _count_in(act, version)
    if newest is not None and _takes_over(version, newest):
        TemplateContributor.objects.bulk_create(
            (
                TemplateContributor(version=version, user_id=row.user_id, since=row.since)
                for row in newest.contributors.exclude(user=act.user)
            ),
        )
    act.record("template.drafted", on=version, **about(version))
    return version


def _count_in(act: Act, version: Version) -> None:
    """Note that the acting person's words are in the version."""
    TemplateContributor.objects.get_or_create(version=version, user=act.user, defaults={"since": act.now})


def _takes_over(version: Version, before: Version) -> bool:
    """Whether a new version begins with the headline or the text of the one before it, spaces aside."""
    pairs = ((version.title, before.title), (version.text, before.text))
    return any(new.strip() and new.split() == old.split() for new, old in pairs)


def _as_given(version: Version | None) -> list[dict[str, Any]]:
    names = ("name", "type", "label_cs", "label_en", "help_cs", "help_en", "choices")
    return [{name: getattr(row, name) for name in names} for row in version.placeholders.all()] if version else []


def _put_fields(act: Act, version: Version, fields: Sequence[Mapping[str, Any]]) -> None:
    """Make the closed fields of a draft exactly these, in this order."""
    version.placeholders.all().delete()
    for position, given in enumerate(fields):
        act.save(TemplatePlaceholder(version=version, position=position, **given))


@action("comms.edit_template", needs=WRITES, title=_("Edit a template"), inputs=TemplateTextInputs)
def edit_template(
    version: Version,
    act: Act,
    *,
    title: str | None = None,
    text: str | None = None,
    closed_fields: Sequence[Mapping[str, Any]] | None = None,
) -> Version:
    """Change headline, text or closed fields of a draft. Whoever does has words in it and will not approve it."""
    version.title = version.title if title is None else title
    version.text = version.text if text is None else text
    version.author = act.user
    act.save(version)
    _count_in(act, version)
    if closed_fields is not None:
        _put_fields(act, version, closed_fields)
    act.record("template.edited", on=version, **about(version))
    return version


@edit_template.guard
def template_is_draft(version: Version, act: Act, **values: Any) -> Unmet | None:
    """Only a draft changes."""
    if version.state == TemplateState.DRAFT:
        return None
    return Unmet("submitted", _("This version was submitted and no longer changes. Start a new version."))


@action("comms.submit_template", needs=WRITES, moves="submit", title=_("Send the template for approval"))
def submit_template(version: Version, act: Act) -> Version:
    """Fix the text of a template and its closed fields, and ask two people who did not write it."""
    errors = [sentence for code, sentence in lint(version) if code in _REFUSED]
    if not version.text.strip():
        errors.append(_("Write the text first"))
    if errors:
        raise Invalid({"text": errors})
    try:
        version.title, version.text = hashing.normalised(version.title), hashing.normalised(version.text)
    except hashing.UnfitText as unfit:
        raise Invalid({"text": unfit_sentence(unfit)}) from unfit
    version.payload_hash = version.computed_hash()
    act.record("template.submitted", on=version, payload_hash=version.payload_hash, **about(version))
    return version


def lint(version: Version) -> list[tuple[str, Said]]:
    """What is wrong with a template or reads badly: codes and sentences."""
    found = remarks(f"{version.title}\n{version.text}", version.fields(), version.language)
    return [(remark.code, format_lazy(REMARKS[remark.code], name=remark.name)) for remark in found]


def _approved_by_me(version: Version, act: Act, *, payload_hash: str = "", **values: Any) -> Version | None:
    if act.actor.user is None or not payload_hash:
        return None
    mine = version.approvals.filter(user=act.actor.user, payload_hash=payload_hash)
    return version if version.state != TemplateState.DRAFT and mine.exists() else None


@action(
    "comms.approve_template",
    needs=DECIDES,
    needs_fresh=True,
    repeat=_approved_by_me,
    title=_("Approve the template"),
    inputs=PublishInputs,
    only_person=True,
)
def approve_template(version: Version, act: Act, *, payload_hash: str) -> Version:
    """Approve exactly this template. With the second person it may be used, and the one before it is retired."""
    if payload_hash != version.payload_hash:
        raise Stale(
            _("The template has changed since you opened it. Read it again."), current_hash=version.payload_hash
        )
    act.save(TemplateApproval(version=version, user=act.user, roles=_roles(act, version), payload_hash=payload_hash))
    if _missing(version):
        act.record("template.confirmed", on=version, payload_hash=payload_hash, **about(version))
        return version
    for older in version.template.versions.approved().filter(language=version.language):
        act.move(older, "retire")
        act.save(older)
        act.record("template.retired", on=older, **about(older))
    act.move(version, "approve")
    version.approved_at, version.review_by = act.now, (act.now + REVIEW_AFTER).date()
    act.save(version)
    act.record("template.approved", on=version, payload_hash=payload_hash, **about(version))
    return version


def _roles(act: Act, version: Version) -> list[str]:
    held = Membership.objects.current(act.now).filter(user=act.user, brand=version.template.brand_id)
    return sorted(held.values_list("role", flat=True))


def _missing(version: Version) -> bool:
    """Whether more approvals are needed: too few people, or none with a role that has to be among them."""
    counted = list(version.approvals.filter(payload_hash=version.payload_hash))
    cleared = {role for row in counted for role in row.roles}
    return len({row.user_id for row in counted}) < APPROVERS_NEEDED or not set(version.template.cleared_by) <= cleared


@approve_template.guard
def template_waits(version: Version, act: Act, **values: Any) -> Unmet | None:
    """Only what was submitted is approved."""
    if version.state == TemplateState.IN_APPROVAL:
        return None
    return Unmet("state", _("This template does not wait for approval"))


@approve_template.guard
def not_its_author(version: Version, act: Act, **values: Any) -> Unmet | None:
    """Nobody approves their own template."""
    if act.actor.user is not None and version.contributors.filter(user=act.actor.user).exists():
        return Unmet("four_eyes", _("You wrote this template. Somebody else has to approve it."))
    return None


class CommentInputs(Inputs):
    """What has to change."""

    comment = Text(
        _("What has to change"),
        longest=LONGEST_REASON,
        rows=3,
        missing=_("Say in a sentence what has to change"),
    )


@action(
    "comms.return_template",
    needs=DECIDES,
    moves="return",
    title=_("Return the template for changes"),
    inputs=CommentInputs,
)
def return_template(version: Version, act: Act, *, comment: str) -> Version:
    """Send a template back to its author and say what has to change."""
    entry = act.entry("reason", on=version, text=comment)
    act.record("template.returned", on=version, entry=entry, **about(version))
    return version


@action("comms.retire_template", needs=WRITES, moves="retire", title=_("Retire the template"))
def retire_template(version: Version, act: Act) -> Version:
    """Take an approved version out of use."""
    act.record("template.retired", on=version, **about(version))
    return version


class RegisteredValueInputs(Inputs):
    """A host name, product or branch of a brand."""

    type = Choice(among=RegisteredType.choices, wrong=_("Choose what is registered"))
    value = Text(longest=120, missing=_("Write the name in one line"))


@action(
    "comms.register_value",
    needs=Capability.MANAGE,
    title=_("Register a value for closed fields"),
    creates=True,
    inputs=RegisteredValueInputs,
)
def register_value(brand: Brand, act: Act, *, type: str, value: str) -> RegisteredValue:  # noqa: A002
    """Allow a product, branch or own host name in the closed fields of a brand."""
    plain = value
    if type == RegisteredType.HOST:
        plain = plain.lower().removeprefix("https://").strip("/")
        if not is_host(plain):
            raise Invalid({"value": _("Write the host name alone, for example www.example.org")})
    if not plain or "\n" in plain:
        raise Invalid({"value": _("Write the name in one line")})
    row, _made = RegisteredValue.objects.get_or_create(brand=brand, type=type, value=plain)
    row.active = True
    act.save(row)
    act.record("value.registered", on=row, type=type)
    return row


@action("comms.close_value", needs=Capability.MANAGE, title=_("Withdraw a registered value"))
def close_value(value: RegisteredValue, act: Act) -> RegisteredValue:
    """Take a registered value out of use."""
    value.active = False
    act.save(value)
    act.record("value.closed", on=value, type=value.type)
    return value


@close_value.guard
def value_is_used(value: RegisteredValue, act: Act) -> Unmet | None:
    """A value is withdrawn once."""
    return None if value.active else Unmet("closed", _("This value is withdrawn already"))
