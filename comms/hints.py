"""What an experienced colleague would say about a draft: at most three sentences that never stand in the way."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import FactState
from comms.models import StatementVersion
from comms.sending.limits import LIMITS
from comms.sending.models import Account
from comms.states import Purpose, Stance
from crisisdesk.core.errors import Text

MOST = 3

# Beginnings of words. Promises people cannot hold us to, and words by which a text shows that it sees the people.
_VAGUE = {
    "cs": re.compile(r"\b(brzy|co nejdříve|v nejbližší době|neprodleně|až to půjde)\b", re.IGNORECASE),
    "en": re.compile(r"\b(soon|shortly|as soon as possible|in due course)\b", re.IGNORECASE),
}
_EMPATHY = {
    "cs": re.compile(r"\b(omlouv|omluv|mrzí|líto|rozumíme|chápeme|obav|bereme to vážně|děkujeme)", re.IGNORECASE),
    "en": re.compile(r"\b(sorry|apolog|regret|understand|concern|seriously|thank)", re.IGNORECASE),
}
# Pairs of quotation marks as they are used in Czech and in English; what stands in them is speech from three words on.
_QUOTATION = re.compile(r"„([^“”]+)[“”]|“([^”]+)”|»([^«]+)«|\"([^\"]+)\"")
_SPEECH = 3
_TIME = re.compile(r"\b([01]?\d|2[0-3])[:.][0-5]\d\b|\b\d{1,2}\s*hodin|\b\d{1,2}\s*(am|pm)\b", re.IGNORECASE)
_TOLD_AGAIN = frozenset({Purpose.FIRST, Purpose.UPDATE, Purpose.APOLOGY})


def hints(version: StatementVersion, accounts: Iterable[Account]) -> list[Text]:
    """The most important remarks about a draft in one language, most important first."""
    if not version.master.text.strip():
        return []
    found = [*_facts(version), *_quotation(version), *_limits(version, accounts), *_promise(version), *_tone(version)]
    return found[:MOST]


def _facts(version: StatementVersion) -> Iterator[Text]:
    said = {(citation.stance, citation.fact.state) for citation in version.citations.all()}
    if (Stance.ASSERT, FactState.REFUTED) in said:
        yield _("A cited fact has been refuted. Take it out.")
    if (Stance.DENY, FactState.CONFIRMED) in said:
        yield _("The text denies a fact that has been confirmed.")
    unknown = {FactState.UNVERIFIED, FactState.OPEN}
    if any(stance == Stance.ASSERT and state in unknown for stance, state in said):
        yield _("A cited fact is not confirmed yet. Say so in the text, or wait for it.")
    if any(stance == Stance.DENY and state in unknown for stance, state in said):
        yield _("The text denies a fact that has not been refuted yet. Say so in the text, or wait for it.")
    if any(stance == Stance.OPEN and state in {FactState.CONFIRMED, FactState.REFUTED} for stance, state in said):
        yield _("The text leaves open what is known by now. Say it.")
    if not said and version.statement.purpose in (Purpose.UPDATE, Purpose.CORRECTION):
        yield _("No fact is cited. Whoever decides sees what the text rests on.")


def _quotation(version: StatementVersion) -> Iterator[Text]:
    quoted = (match[match.lastindex or 0] for match in _QUOTATION.finditer(version.master.text))
    speaks = any(len(words.split()) >= _SPEECH for words in quoted)
    if speaks and not version.statement.quoted_people.exists():
        yield _(
            "Somebody is quoted. Name them under “Channels, times and marks”, so that they can agree to their words."
        )


def _limits(version: StatementVersion, accounts: Iterable[Account]) -> Iterator[Text]:
    for account in accounts:
        limit = LIMITS.get(account.network)
        if limit is None:
            continue
        count = limit.count(version.text_for(account.variant).text)
        if not count.fits and not limit.splits:
            yield format_lazy(
                _("Too long for {channel}: {used} of {most}. Give it a shorter wording of its own."),
                channel=account.name,
                used=count.used,
                most=count.most,
            )


def _promise(version: StatementVersion) -> Iterator[Text]:
    text = version.master.text
    if (vague := _VAGUE.get(version.language)) and (word := vague.search(text)):
        yield format_lazy(_("“{word}” cannot be held against us. Promise a time."), word=word[0])
    if version.statement.purpose in _TOLD_AGAIN and not version.next_update_at and not _TIME.search(text):
        yield _("When do people hear from us again? Say the time of the next update.")


def _tone(version: StatementVersion) -> Iterator[Text]:
    words = _EMPATHY.get(version.language)
    if words and version.statement.purpose in _TOLD_AGAIN and not words.search(version.master.text):
        yield _("Nothing in the text says that we see the people concerned. Begin with them.")


def counts(version: StatementVersion, accounts: Iterable[Account]) -> list[dict[str, Any]]:
    """How long the text is on each channel that counts: `account`, `count` (used, most, unit)."""
    limited = [(account, LIMITS[account.network]) for account in accounts if account.network in LIMITS]
    return [
        {"account": account, "count": limit.count(version.text_for(account.variant).text), "splits": limit.splits}
        for account, limit in limited
    ]
