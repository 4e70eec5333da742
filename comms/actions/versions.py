"""Steps that the verbs about texts share: putting wording into a draft, starting the next draft, counting people in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Fact
from comms import hashing
from comms.models import Contributor, FactCitation, Stance, Statement, StatementVersion, VersionText
from comms.states import StatementState
from crisisdesk.core.actions.act import Act
from crisisdesk.core.differences import parts
from crisisdesk.core.errors import Invalid, Text, Unmet

LONGEST_TITLE = 200

# Headline and text by channel, `master` among them.
Wordings = Mapping[str, tuple[str, str]]


def difference(old: str, new: str) -> list[dict[str, str]]:
    """What changed between two texts, for a client that has to show it: `{"change": same | ins | del, "text"}`."""
    return [{"change": change, "text": text} for change, text in parts(old, new)]


def case_is_open(row: Statement | StatementVersion, act: Act, **values: object) -> Unmet | None:
    """A closed case is read, not written."""
    case = row.case if isinstance(row, Statement) else row.statement.case
    if case.is_open:
        return None
    return Unmet("case_closed", _("Work on this case has ended; open it again first"), {"state": case.state})


def fit(texts: Wordings) -> dict[str, tuple[str, str]]:
    """The texts in normal form, or `Invalid` naming the field and the remedy."""
    errors: dict[str, Text] = {}
    plain: dict[str, tuple[str, str]] = {}
    for channel, (title, text) in texts.items():
        field = "text" if channel == hashing.MASTER else f"text_{channel}"
        try:
            plain[channel] = (hashing.normalised(title), hashing.normalised(text))
        except hashing.UnfitText as unfit:
            errors[field] = unfit_sentence(unfit)
            continue
        # The normal form of a few scripts is longer than what was typed.
        if max(len(title), len(plain[channel][0])) > LONGEST_TITLE:
            errors["title"] = _("Shorten the headline to 200 characters")
    if errors:
        raise Invalid(errors)
    return plain


def unfit_sentence(unfit: hashing.UnfitText) -> Text:
    """What is wrong with a text, and what to do."""
    if unfit.code == "too_long":
        return format_lazy(
            _("This text is longer than {kilobytes} kB. Shorten it; a document belongs among the evidence."),
            kilobytes=hashing.MOST_BYTES // 1000,
        )
    return format_lazy(
        _("There is a character at place {place} that cannot be sent. Delete it and write it anew."), place=unfit.at + 1
    )


def wordings(version: StatementVersion) -> dict[str, tuple[str, str]]:
    """The version's texts by channel, as they stand."""
    return {row.channel: (row.title, row.text) for row in version.texts.all()}


def put_wordings(version: StatementVersion, texts: Wordings, *, source_hash: str = "") -> None:
    """Make the version's texts exactly these; a channel whose text is empty follows the master.

    A variant remembers the hash of the master it was made from; the master itself remembers `source_hash`, the text in
    the primary language it translates.
    """
    known = {row.channel: row for row in version.texts.all()}
    master_title, master_text = texts[hashing.MASTER]
    master_hash = hashing.text_hash(master_title, master_text)
    for channel, (title, text) in texts.items():
        if channel != hashing.MASTER and not text.strip():
            continue
        row = known.pop(channel, None) or VersionText(version=version, channel=channel)
        if channel == hashing.MASTER:
            row.source_hash = source_hash
        elif (row.title, row.text) != (title, text):
            row.source_hash = master_hash
        row.title, row.text = title, text
        row.save()
    for row in known.values():
        if row.channel != hashing.MASTER:
            row.delete()


# What a text says of facts: stance by the key of the fact.
Stances = Mapping[int, str]


def stances_of(version: StatementVersion) -> dict[int, str]:
    """The facts a version cites, and what it says of each."""
    return dict(version.citations.values_list("fact_id", "stance"))


def intended_stances(
    version: StatementVersion, facts: Sequence[Fact] | None, stances: Mapping[str, str] | None
) -> dict[int, str]:
    """What an edit asks for: `facts` are those cited from now on (None: as before), `stances` what is said of some of
    them, by their uuid. A fact of which nothing is said keeps its stance; a new one is asserted."""
    held = stances_of(version)
    cited = list(Fact.objects.filter(pk__in=held)) if facts is None else list(facts)
    if any(fact.case_id != version.statement.case_id for fact in cited):
        raise Invalid({"facts": _("Cite facts of this case")})
    said = dict(stances or {})
    wanted = {fact.pk: said.pop(str(fact.uuid), held.get(fact.pk, Stance.ASSERT)) for fact in cited}
    if said:
        raise Invalid({"stances": _("Say something only of facts that the text cites")})
    if not set(wanted.values()) <= set(Stance.values):
        raise Invalid(
            {"stances": _("Choose what the text says of the fact: it asserts it, denies it or leaves it open")}
        )
    return wanted


def put_citations(version: StatementVersion, wanted: Stances) -> None:
    """Make the facts a version cites, and what it says of them, exactly these."""
    version.citations.exclude(fact_id__in=wanted).delete()
    held = stances_of(version)
    for fact, stance in sorted(wanted.items()):
        if fact not in held:
            FactCitation.objects.create(version=version, fact_id=fact, stance=stance)
        elif held[fact] != stance:
            version.citations.filter(fact_id=fact).update(stance=stance)


def count_in(act: Act, version: StatementVersion) -> None:
    """Note that the acting person's edit is in the text."""
    if act.actor.user is not None:
        Contributor.objects.get_or_create(version=version, user=act.user, defaults={"since": act.now})


def start_version(
    act: Act,
    statement: Statement,
    language: str,
    *,
    texts: Wordings,
    parent: StatementVersion | None = None,
    source_hash: str = "",
    stances: Stances | None = None,
    next_update_at: datetime | None = None,
) -> StatementVersion:
    """A new draft. Everybody whose words were in the parent has words in this one."""
    newest = statement.newest(language)
    version = act.save(
        StatementVersion(
            statement=statement,
            language=language,
            number=newest.number + 1 if newest else 1,
            parent=parent,
            author=act.user if parent is None else parent.author,
            next_update_at=next_update_at,
        )
    )
    master = hashing.text_hash(*texts[hashing.MASTER])
    VersionText.objects.bulk_create(
        VersionText(
            version=version,
            channel=channel,
            title=title,
            text=text,
            source_hash=source_hash if channel == hashing.MASTER else master,
        )
        for channel, (title, text) in texts.items()
        if channel == hashing.MASTER or text.strip()
    )
    put_citations(version, stances or {})
    if parent is not None:
        Contributor.objects.bulk_create(
            Contributor(version=version, user_id=row.user_id, since=row.since) for row in parent.contributors.all()
        )
    return version


def next_version(act: Act, parent: StatementVersion) -> StatementVersion:
    """A draft that says what its parent says, word for word; who starts it has written nothing yet."""
    version = start_version(
        act,
        parent.statement,
        parent.language,
        texts=wordings(parent),
        parent=parent,
        source_hash=parent.master.source_hash,
        stances=stances_of(parent),
        next_update_at=parent.next_update_at,
    )
    variants = {row.channel: row.source_hash for row in parent.texts.all()}
    for row in version.texts.all():
        VersionText.objects.filter(pk=row.pk).update(source_hash=variants[row.channel])
    return version


def primary_version(version: StatementVersion) -> StatementVersion | None:
    """The newest version in the language that goes first."""
    return version.statement.newest(version.statement.case.primary_language)


def out_of_date(version: StatementVersion) -> bool:
    """Whether the language that goes first has changed since this translation was made, or is not there."""
    if version.is_primary:
        return False
    primary = primary_version(version)
    return primary is None or version.master.source_hash != primary.master.hash()


def stale_variants(version: StatementVersion) -> list[str]:
    """Channels whose own wording was made from another master."""
    master = version.master.hash()
    return [row.channel for row in version.texts.all() if row.channel != hashing.MASTER and row.source_hash != master]


def about(version: StatementVersion) -> dict[str, Any]:
    """What every event of a version carries: codes and numbers, no prose."""
    return {
        "statement": str(version.statement.uuid),
        "purpose": version.statement.purpose,
        "language": version.language,
        "number": version.number,
    }


def is_written(version: StatementVersion) -> bool:
    """Whether anybody has written anything."""
    return version.state != StatementState.DRAFT or bool(version.master.text.strip())
