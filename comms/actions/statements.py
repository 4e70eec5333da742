"""Writing: statements are drafted, edited, revised; and what follows when the public can read one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Fact
from comms import hashing
from comms.actions.inputs import read_text, wording
from comms.actions.quoting import check_quoted, who_can_be_asked
from comms.actions.versions import (
    about,
    case_is_open,
    count_in,
    difference,
    fit,
    intended_stances,
    next_version,
    primary_version,
    put_citations,
    put_wordings,
    stances_of,
    start_version,
    wordings,
)
from comms.models import Statement, StatementVersion, TemplateVersion
from comms.sending.models import Account, AccountKind
from comms.states import PUBLIC_PURPOSES, SUBMITTED_VERSION, Purpose, Stance, StatementState, TemplateState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Changes, Choice, Inputs, Instant, Language, Many, Row, Texts, Title, YesNo
from crisisdesk.core.actions.shared_inputs import Person
from crisisdesk.core.errors import Invalid, NotNow, Stale, Unmet
from crisisdesk.core.models import User

_PUBLIC_KINDS = (AccountKind.NEWSROOM, AccountKind.EMAIL)
# Purposes after which people expect to hear from us again.


def _published(principal: Principal, case: Case) -> QuerySet[Any]:
    out = Statement.objects.visible_to(principal).filter(case=case, versions__published_at__isnull=False)
    return out.distinct()


class StatementInputs(Inputs):
    """A new statement."""

    purpose = Choice(
        _("What is it for?"), among=Purpose.choices, radio=True, wrong=_("Choose what the statement is for")
    )
    supersedes = Row(
        _("Which statement is corrected?"),
        of=Statement,
        offered=_published,
        required=False,
        nullable=True,
        help=_("Only for a correction"),
    )
    title = Title(_("Headline"), required=False, page=False)
    text = wording(_("Text"), page=False)
    template_versions = Many(each=Row(of=TemplateVersion), required=False, page=False)
    admits_fault = YesNo(_("Admits fault or promises compensation"), required=False, page=False)
    concerns_employee = YesNo(_("Concerns an employee"), required=False, page=False)
    accounts = Many(_("Channels"), each=Row(of=Account), required=False, page=False)
    quoted_people = Many(
        _("People quoted"),
        each=Person(),
        required=False,
        page=False,
        help=_("Whose words stand in the text. The approval policy says when they have to agree to them."),
    )


@action(
    "comms.draft_statement",
    needs=Capability.CONTRIBUTE,
    title=_("Draft a statement"),
    creates=True,
    inputs=StatementInputs,
)
def draft_statement(
    case: Case,
    act: Act,
    *,
    purpose: str,
    title: str = "",
    text: str = "",
    template_versions: Sequence[TemplateVersion] = (),
    supersedes: Statement | None = None,
    admits_fault: bool = False,
    concerns_employee: bool = False,
    accounts: Sequence[Account] | None = None,
    quoted_people: Sequence[User] = (),
) -> StatementVersion:
    """Start a statement with an empty or given text, or with the text of a template to be worked on.

    There is a draft in each language of the case; the one in the primary language is returned. Without `accounts` a
    public text is meant for every open channel of the brand. `quoted_people` are those whose words stand in it.
    """
    _check_superseded(case, purpose, supersedes)
    _check_templates(case, template_versions)
    check_quoted(case, quoted_people)
    statement = act.save(
        Statement(
            case=case,
            purpose=purpose,
            supersedes=supersedes,
            admits_fault=admits_fault,
            concerns_employee=concerns_employee,
        )
    )
    statement.accounts.set(_accounts(statement, accounts))
    if quoted_people:
        statement.quoted_people.set(quoted_people)
    prepared = {row.language: (row.title, row.text) for row in template_versions}
    first, *others = statement.languages()
    version = _begin(act, statement, first, (title, text) if title or text else prepared.get(first, ("", "")))
    for language in others:
        given = prepared.get(language, ("", ""))
        _begin(act, statement, language, given, source_hash=version.master.hash() if given[1] else "")
    act.record("statement.drafted", on=version, **about(version))
    return version


def _begin(
    act: Act, statement: Statement, language: str, given: tuple[str, str], *, source_hash: str = ""
) -> StatementVersion:
    """The first draft in a language; whoever begins with a text has written in it."""
    fit({hashing.MASTER: given})
    version = start_version(act, statement, language, texts={hashing.MASTER: given}, source_hash=source_hash)
    if given[1].strip():
        count_in(act, version)
    return version


@draft_statement.guard
def _draft_in_open_case(case: Case, act: Act, **values: Any) -> Unmet | None:
    return case_is_open(Statement(case=case), act)


def _check_superseded(case: Case, purpose: str, supersedes: Statement | None) -> None:
    if purpose == Purpose.CORRECTION and supersedes is None:
        raise Invalid({"supersedes": _("Choose the statement that is corrected")})
    if supersedes is not None and supersedes.case_id != case.pk:
        raise Invalid({"supersedes": _("Choose a statement of this case")})


def _check_templates(case: Case, versions: Sequence[TemplateVersion]) -> None:
    """What nobody has approved is one person's words: whoever wrote them would pass for somebody who did not."""
    if any(version.template.brand_id != case.brand_id for version in versions):
        raise Invalid({"template_versions": _("Choose a template of this brand")})
    template_is_approved(versions)


def open_to(statement: Statement) -> QuerySet[Account]:
    """The open channels of the brand that fit what a statement is for."""
    accounts = Account.objects.filter(brand=statement.case.brand_id, active=True)
    return accounts if statement.purpose in PUBLIC_PURPOSES else accounts.exclude(kind__in=_PUBLIC_KINDS)


def _accounts(statement: Statement, chosen: Sequence[Account] | None) -> list[Account]:
    """The channels of a statement: those chosen, if they fit its purpose, else every open one for a public text."""
    brand, public = statement.case.brand_id, statement.purpose in PUBLIC_PURPOSES
    if chosen is None:
        return list(open_to(statement)) if public else []
    if any(account.brand_id != brand for account in chosen):
        raise Invalid({"accounts": _("Choose channels of the brand of this case")})
    if not public and any(account.kind in _PUBLIC_KINDS for account in chosen):
        raise Invalid(
            {"accounts": _("This text is not for everybody; it cannot go to the newsroom or its subscribers")}
        )
    return list(chosen)


def _nothing_new(version: StatementVersion, act: Act, **values: Any) -> StatementVersion | None:
    """The version itself where an edit changes nothing: no event, and every approval stands."""
    given = _intended(version, values)
    same_texts = fit(given) == fit(wordings(version))
    next_update = values.get("next_update_at", version.next_update_at)
    wanted = intended_stances(version, values.get("facts"), values.get("stances"))
    same_facts = wanted == stances_of(version)
    read_anew = values.get("source_hash") and values["source_hash"] != version.master.source_hash
    return version if same_texts and same_facts and next_update == version.next_update_at and not read_anew else None


def _intended(version: StatementVersion, values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The texts an edit asks for: what it does not mention stays."""
    texts = wordings(version)
    title, text = texts[hashing.MASTER]
    variants: Mapping[str, str] | None = values.get("variants")
    kept = texts if variants is None else {}
    changed = {channel: ("", wording) for channel, wording in (variants or {}).items() if wording.strip()}
    master = (values.get("title", title), values.get("text", text))
    return {**kept, **changed, hashing.MASTER: master}


class Wording(TypedDict, total=False):
    """What an edit says; what is not in it stays. `variants` are texts by channel, an empty one follows the master."""

    title: str
    text: str
    variants: Mapping[str, str]
    next_update_at: datetime | None


class VersionChange(Changes):
    """What changes in a draft; what is not given stays."""

    title = Title(_("Headline"), required=False)
    text = wording(_("Text"))
    variants = Texts(each=wording(), required=False, help=_("Text by channel; all others follow the master."))
    next_update_at = Instant(_("Next update at"), required=False, nullable=True)
    facts = Many(_("The text rests on"), each=Row(of=Fact), required=False)
    stances = Texts(
        each=Choice(among=Stance.choices),
        required=False,
        help=_("What the text says of a cited fact, by its uuid. A fact cited anew is asserted."),
    )
    base_hash = read_text(help=_("`draft_hash` of the text that was read."))
    source_hash = read_text(help=_("Text hash a translation was made from."))


@action(
    "comms.edit_statement",
    needs=Capability.CONTRIBUTE,
    title=_("Edit the text"),
    repeat=_nothing_new,
    inputs=VersionChange,
)
def edit_statement(
    version: StatementVersion,
    act: Act,
    *,
    base_hash: str = "",
    source_hash: str = "",
    facts: Sequence[Fact] | None = None,
    stances: Mapping[str, str] | None = None,
    **changes: Unpack[Wording],
) -> StatementVersion:
    """Change the text of a draft: `title`, `text`, `variants` (channel → text, an empty one follows the master),
    `next_update_at`, `facts`, `stances` (uuid of a cited fact → assert, deny or open). What is not given stays.

    `base_hash` names the text the editor started from and is refused when somebody else has saved since;
    `source_hash` the text of the primary language a translation was made from (now, if not given). Whoever changes
    the text becomes a contributor and will not approve it.
    """
    texts = _intended(version, changes)
    if base_hash and base_hash != version.draft_hash():
        raise Stale(
            _("Somebody else saved this text meanwhile. Compare and save again."),
            current_hash=version.draft_hash(),
            difference=difference(version.master.text, texts[hashing.MASTER][1]),
        )
    fit(texts)
    _check_channels(version, changes.get("variants") or {})
    cited = intended_stances(version, facts, stances)
    rewritten = fit(texts) != fit(wordings(version))
    put_wordings(version, texts, source_hash=_source_hash(version, source_hash, rewritten))
    put_citations(version, cited)
    version.next_update_at = changes.get("next_update_at", version.next_update_at)
    act.save(version)
    count_in(act, version)
    version.drafts.filter(user=act.user).delete()
    act.record("statement.edited", on=version, text_hash=version.master.hash(), **about(version))
    return version


def _check_channels(version: StatementVersion, variants: Mapping[str, str]) -> None:
    accounts = Account.objects.filter(brand=version.statement.case.brand_id)
    known = {account.variant for account in accounts} | set(wordings(version))
    if unknown := sorted(variants.keys() - known):
        message = _("This brand has no such channel: {channels}")
        raise Invalid({"variants": format_lazy(message, channels=", ".join(unknown)[:200])})


def _source_hash(version: StatementVersion, given: str, rewritten: bool) -> str:
    """What a translation remembers: the text its editor saw, or the present one where only that can be meant."""
    if version.is_primary:
        return ""
    primary = primary_version(version)
    if given or not rewritten or primary is None:
        return given or version.master.source_hash
    return primary.master.hash()


@edit_statement.guard
def text_is_open(version: StatementVersion, act: Act, **values: Any) -> Unmet | None:
    """Once submitted a text never changes; the remedy depends on where it stands."""
    if version.is_draft:
        return None
    remedies = {
        StatementState.IN_APPROVAL: _("Version {number} is in approval word for word. Take it back to change it."),
        StatementState.APPROVED: _(
            "Version {number} is approved word for word. Start a new version to change it; "
            "the new version needs new approvals."
        ),
        StatementState.SCHEDULED: _(
            "Version {number} is approved and scheduled. Start a new version to change it; "
            "the new version needs new approvals."
        ),
        StatementState.PUBLISHING: _("Version {number} is published. Write an update or a correction instead."),
    }
    remedy = remedies.get(StatementState(version.state), _("Version {number} is final. Open the newest version."))
    return Unmet("submitted", format_lazy(remedy, number=version.number), {"state": version.state})


class LanguageInputs(Inputs):
    """Which language."""

    language = Language(_("Language"))


@action(
    "comms.add_language",
    needs=Capability.CONTRIBUTE,
    title=_("Add a language"),
    creates=True,
    inputs=LanguageInputs,
)
def add_language(statement: Statement, act: Act, *, language: str) -> StatementVersion:
    """Start the draft in a language the case has got since the statement was begun."""
    if language not in statement.languages():
        raise Invalid({"language": _("Choose one of the languages of the case")})
    if statement.newest(language) is not None:
        raise Invalid({"language": _("There is a text in this language already")})
    version = start_version(act, statement, language, texts={hashing.MASTER: ("", "")})
    act.record("statement.drafted", on=version, **about(version))
    return version


@action("comms.revise_statement", needs=Capability.CONTRIBUTE, title=_("Start a new version"))
def revise_statement(version: StatementVersion, act: Act) -> StatementVersion:
    """Start a draft from a text that is approved, scheduled or rejected. An approved one is replaced: it no longer
    goes out, and the new version starts without approvals."""
    if version.state != StatementState.REJECTED:
        act.move(version, "supersede")
        act.save(version)
    draft = next_version(act, version)
    act.record("statement.revised", on=draft, **about(draft))
    return draft


@revise_statement.guard
def can_be_revised(version: StatementVersion, act: Act, **values: Any) -> Unmet | None:
    """There is one text to work on at a time."""
    if version.state in (StatementState.APPROVED, StatementState.SCHEDULED):
        return None
    if version.state == StatementState.REJECTED and version == version.statement.newest(version.language):
        return None
    return text_is_open(version, act) or Unmet("draft", _("This is a draft already; edit it"))


class Settings(TypedDict, total=False):
    """Marks and times of a statement."""

    admits_fault: bool
    concerns_employee: bool
    embargo_until: datetime | None
    scheduled_at: datetime | None
    publish_when_approved: bool


def _fitting(principal: Principal, statement: Statement) -> QuerySet[Any]:
    fitting = open_to(statement) | statement.accounts.all()
    return Account.objects.visible_to(principal).filter(pk__in=fitting.values("pk"))


def _can_be_quoted(principal: Principal, statement: Statement) -> QuerySet[User]:
    """People who can be asked about a statement, as far as the principal works with them; and who was chosen before."""
    may = who_can_be_asked(statement.case).values("pk")
    known = User.objects.visible_to(principal).filter(pk__in=may) | statement.quoted_people.all()
    return known.distinct().order_by("name_sort")


class SettingsInputs(Changes):
    """Channels, people quoted, marks and times."""

    accounts = Many(_("Channels"), each=Row(of=Account, offered=_fitting), required=False)
    quoted_people = Many(
        _("People quoted"),
        each=Person(offered=_can_be_quoted),
        required=False,
        help=_("Whose words stand in the text. The approval policy says when they have to agree to them."),
    )
    admits_fault = YesNo(_("Admits fault or promises compensation"))
    concerns_employee = YesNo(_("Concerns an employee"))
    publish_when_approved = YesNo(_("Publish as soon as it is approved"))
    scheduled_at = Instant(_("Publish at"), required=False, nullable=True, help=_("Empty: at once"))
    embargo_until = Instant(_("Embargo until"), required=False, nullable=True, help=_("Nothing leaves before"))


@action("comms.change_statement", needs=Capability.CONTRIBUTE, title=_("Change the settings"), inputs=SettingsInputs)
def change_statement(
    statement: Statement,
    act: Act,
    *,
    accounts: Sequence[Account] | None = None,
    quoted_people: Sequence[User] | None = None,
    **settings: Unpack[Settings],
) -> Statement:
    """Change channels, people quoted, marks and times. What is not given stays."""
    changed = act.assign(statement, settings)
    if accounts is not None:
        statement.accounts.set(_accounts(statement, accounts))
    if quoted_people is not None:
        check_quoted(statement.case, quoted_people)
        statement.quoted_people.set(quoted_people)
    act.save(statement)
    sets = {"accounts": accounts, "quoted_people": quoted_people}
    named = changed + [name for name, given in sets.items() if given is not None]
    act.record("statement.changed", on=statement, purpose=statement.purpose, fields=named)
    return statement


@change_statement.guard
def settings_are_open(statement: Statement, act: Act, **values: Any) -> Unmet | None:
    """Channels, embargo and marks are part of what people approve."""
    submitted = statement.versions.filter(state__in=SUBMITTED_VERSION).order_by("number").last()
    if submitted is None:
        return None
    message = _("Version {number} ({language}) was submitted with these settings. Take it back or start a new version.")
    return Unmet("submitted", format_lazy(message, number=submitted.number, language=submitted.language))


for writing_verb in (edit_statement, add_language, revise_statement, change_statement):
    writing_verb.guard(case_is_open)


def template_is_approved(versions: Sequence[TemplateVersion]) -> None:
    """Refuse templates nobody approved, or that have been replaced since they were chosen; they stay as they are until
    the transaction ends."""
    rows = TemplateVersion.objects.filter(pk__in=[version.pk for version in versions]).order_by("pk")
    states = rows.select_for_update(no_key=True, of=("self",)).values_list("state", flat=True)
    if any(state != TemplateState.APPROVED for state in states):
        raise NotNow([Unmet("template", _("This version of the template is not approved any more; choose it anew"))])
