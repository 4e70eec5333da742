"""Firings as people read them, in Czech and in English.

Two tables of our own instead of the catalogue: these sentences are part of the engine, are written with every alarm,
and need forms of numbers that gettext does not know (5,3krát, 1,5 zmínky). Sentences are free of gender; names and
terms stand in quotation marks or in brackets, so that nothing has to be declined.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from cases.monitoring.detectors.cooldown import Passage
from cases.monitoring.detectors.firings import Context, Detector, Firing, Sensitivity
from cases.monitoring.detectors.volume import LEARNING, Reading, Verdict

NBSP = "\u00a0"
DAYS_OF_LEARNING = LEARNING * 5 / 60 / 24

# one, two to four, five and more, fractions
_CS = {
    "mentions": ("zmínka", "zmínky", "zmínek", "zmínky"),
    "authors": ("autora", "autorů", "autorů", "autora"),
    "posts": ("téměř shodný příspěvek", "téměř shodné příspěvky", "téměř shodných příspěvků", "příspěvku"),
    "complaints": ("stížnost", "stížnosti", "stížností", "stížnosti"),
    "minutes": ("minutu", "minuty", "minut", "minuty"),
    "of minutes": ("minuty", "minut", "minut", "minuty"),
    "hours": ("hodinu", "hodiny", "hodin", "hodiny"),
    "of hours": ("hodiny", "hodin", "hodin", "hodiny"),
    "days": ("den", "dny", "dní", "dne"),
    "of days": ("dne", "dnů", "dnů", "dne"),
    "reviews": ("recenze", "recenze", "recenzí", "recenze"),
    "people": ("člověka", "lidí", "lidí", "člověka"),
    "came": ("přibyla", "přibyly", "přibylo", "přibylo"),
    "contains": ("obsahuje", "obsahují", "obsahuje", "obsahuje"),
    "sounds": ("vyznívá", "vyznívají", "vyznívá", "vyznívá"),
}
_EN = {
    "mentions": ("mention", "mentions"),
    "authors": ("author", "authors"),
    "posts": ("nearly identical post", "nearly identical posts"),
    "complaints": ("complaint", "complaints"),
    "minutes": ("minute", "minutes"),
    "of minutes": ("minute", "minutes"),
    "hours": ("hour", "hours"),
    "of hours": ("hour", "hours"),
    "days": ("day", "days"),
    "of days": ("day", "days"),
    "reviews": ("review", "reviews"),
    "people": ("person", "people"),
    "contains": ("contains", "contain"),
    "is": ("is", "are"),
    "came": ("came", "came"),
}


def number(value: float, language: str, places: int = 0) -> str:
    """A number as it is written: 12 345,6 in Czech, 12,345.6 in English; no zeros behind the comma."""
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    if language == "cs":
        text = text.replace(",", NBSP).replace(".", ",")
    return text


def word(value: float, what: str, language: str) -> str:
    """The form of a word that goes with a number."""
    if language != "cs":
        return _EN[what][value != 1]
    if value != int(value):
        return _CS[what][3]
    return _CS[what][0 if value == 1 else 1 if 2 <= value <= 4 else 2]


def counted(value: float, what: str, language: str, places: int = 0) -> str:
    """A number with its word: „1 zmínka“, „3 zmínky“, „12 zmínek“, „1,5 zmínky“."""
    value = round(value, places)
    return f"{number(value, language, places)}{NBSP}{word(value, what, language)}"


def percent(share: float, language: str) -> str:
    """A share of one in percent."""
    return f"{number(100 * share, language)}{NBSP if language == 'cs' else ''}%"


def duration(minutes: float, language: str, case: str = "") -> str:
    """Minutes, hours or days, whichever people would say; `case` "of " after „do“."""
    if minutes < 120:
        return counted(minutes, f"{case}minutes", language)
    if minutes < 48 * 60:
        return counted(minutes / 60, f"{case}hours", language, 0 if minutes >= 600 else 1)
    return counted(minutes / 1440, f"{case}days", language, 1)


def quoted(text: str, language: str) -> str:
    """In the quotation marks of the language."""
    return f"„{text}“" if language == "cs" else f"“{text}”"


def typeset(text: str) -> str:
    """No-break spaces after the one-letter words of Czech."""
    return re.sub(r"(?<!\w)([ksvzouaiKSVZOUAI]) (?=\S)", rf"\1{NBSP}", text)


def sentence(firing: Firing, language: str = "cs") -> str:
    """Why it fired, in one or two sentences."""
    facts, cs = firing.facts, language == "cs"
    text = _SENTENCES[firing.detector](facts, language)
    if firing.passage is Passage.WORSE:
        text += " Zhoršilo se to od posledního upozornění." if cs else " It has got worse since the last alert."
    if firing.detector in _DEVIATIONS:
        seen, limit = number(firing.evidence, language, 1), number(firing.threshold, language, 1)
        name, fires = ("Odchylka od obvyklého", "hlásí se od") if cs else ("Deviation from the usual", "it fires from")
        text += f" {name} {seen} ({fires} {limit})."
    elif firing.detector in _DOUBTS:
        seen, limit = _odds(firing.evidence, language), _odds(firing.threshold, language)
        name, fires = ("Pravděpodobnost náhody", "hlásí se od") if cs else ("Probability of chance", "it fires from")
        text += f" {name} {seen} ({fires} {limit})."
    return typeset(text) if cs else text


# Whose evidence is counted in standard deviations, and whose in powers of ten. The others say theirs in the sentence.
_DEVIATIONS = {Detector.VOLUME, Detector.RATING_FALL}
_DOUBTS = {Detector.NEGATIVE_SHARE, Detector.LOW_RATINGS, Detector.COMPLAINTS}


def _odds(doubt: float, language: str) -> str:
    """A probability as people say it, to two digits: 1 : 1 600; beyond a million nobody can tell the difference."""
    if doubt >= 6:
        return f"{'méně než' if language == 'cs' else 'below'} 1{NBSP}:{NBSP}{number(1e6, language)}"
    one_in = 10**doubt
    digits = max(0, int(math.log10(one_in)) - 1)
    return f"1{NBSP}:{NBSP}{number(round(one_in, -digits), language)}"


def _usual(value: float, language: str) -> str:
    """What is usual, said of counts: „obvykle 8“, and words where a number would be a joke."""
    if value < 0.1:
        return "obvykle téměř nic" if language == "cs" else "usually almost none"
    places = 1 if value < 10 else 0
    return f"{'obvykle' if language == 'cs' else 'usually'} {number(value, language, places)}"


def _times(facts: dict[str, Any], language: str) -> str:
    """How many times as much, where there is something to compare with."""
    ratio = facts["ratio"]
    if facts["expected"] < 0.1:
        return ""
    value = number(ratio, language, 0 if ratio >= 10 else 1)
    return f" ({value}krát víc)" if language == "cs" else f" ({value} times as many)"


def _volume(facts: dict[str, Any], language: str) -> str:
    seen, within = counted(facts["seen"], "mentions", language, 1), duration(facts["minutes"], language)
    usual = f"{_usual(facts['expected'], language)}{_times(facts, language)}"
    if language == "cs":
        return f"Za {within} {word(facts['seen'], 'came', 'cs')} {seen}, {usual}."
    return f"{seen} in {within}, {usual}."


def _negative_share(facts: dict[str, Any], language: str) -> str:
    negative, whole = facts["negative"], counted(facts["mentions"], "mentions", language)
    share, usual = percent(facts["share"], language), percent(facts["expected"], language)
    within, many = duration(facts["minutes"], language), number(negative, language)
    if language == "cs":
        sounds = word(negative, "sounds", "cs")
        return f"Z celkových {whole} za {within} {sounds} negativně {many} ({share}), obvykle {usual}."
    return f"{many} of {whole} in {within} {word(negative, 'is', 'en')} negative ({share}), usually {usual}."


def _reach(facts: dict[str, Any], language: str) -> str:
    seen, usual = counted(facts["seen"], "people", language), counted(facts["expected"], "people", language)
    author = facts["author"]
    if language == "cs":
        who = f" (píše: {author})" if author else ""
        return f"Negativní zmínka{who} má dosah {seen}; 99 zmínek ze 100 má dosah nejvýš {usual}."
    who = f" by {author}" if author else ""
    return f"A negative mention{who} reaches {seen}; 99 of 100 mentions reach {usual} at most."


def _term(facts: dict[str, Any], language: str) -> str:
    term, seen, cs = quoted(facts["term"], language), facts["seen"], language == "cs"
    within = duration(facts["minutes"], language)
    if facts["critical"] and seen == 1:
        return f"Objevil se kritický výraz {term}." if cs else f"The critical term {term} has appeared."
    kind = (
        ("kritický výraz" if facts["critical"] else "výraz")
        if cs
        else ("critical term" if facts["critical"] else "term")
    )
    mentions, contains = counted(seen, "mentions", language), word(seen, "contains", language)
    return (
        f"{mentions} za {within} {contains} {kind} {term}."
        if cs
        else f"{mentions} in {within} {contains} the {kind} {term}."
    )


def _viral(facts: dict[str, Any], language: str) -> str:
    posts, authors = counted(facts["seen"], "posts", language), counted(facts["authors"], "authors", language)
    minutes, cs = facts["minutes"], language == "cs"
    least = ("nejméně " if cs else "at least ") if facts["authors_at_least"] else ""
    if cs:
        return f"{posts} od {least}{authors}; za posledních {minutes}{NBSP}minut se jejich počet zdvojnásobil."
    return f"{posts} by {least}{authors}; their number has doubled in the last {minutes} minutes."


def _rating_fall(facts: dict[str, Any], language: str) -> str:
    seen, usual = number(facts["seen"], language, 1), number(facts["expected"], language, 1)
    if language == "cs":
        return f"Průměr posledních {facts['reviews']} recenzí je {seen}, obvykle {usual}."
    return f"The mean of the last {facts['reviews']} reviews is {seen}, usually {usual}."


_BY = {
    "organised": (
        "Většina pochází z účtů mladších {days} dnů nebo opakuje stejný text: může jít o organizovaný nájezd.",
        "Most come from accounts younger than {days} days or repeat one text: it may be organised.",
    ),
    "customers": (
        "Účty jsou starší a texty různé: spíš skuteční zákazníci.",
        "The accounts are older and the texts differ: rather real customers.",
    ),
    "unknown": (
        "O autorech je známo málo; zda jde o zákazníky, nelze říct.",
        "Too little is known of the authors to say whether they are customers.",
    ),
}


def _low_ratings(facts: dict[str, Any], language: str) -> str:
    reviews, cs = counted(facts["seen"], "reviews", language), language == "cs"
    usual = f"{_usual(facts['expected'], language)}{_times(facts, language)}"
    by = _BY[facts["by"]][not cs].format(days=facts["young_days"])
    stars = number(facts["stars"], language)
    if cs:
        return f"Za 24 hodin {word(facts['seen'], 'came', 'cs')} {reviews} s nejvýš {stars} hvězdičkami, {usual}. {by}"
    return f"{reviews} with at most {stars} stars in 24 hours, {usual}. {by}"


def _complaints(facts: dict[str, Any], language: str) -> str:
    complaints, topic = counted(facts["seen"], "complaints", language), quoted(facts["topic"], language)
    usual = f"{_usual(facts['expected'], language)}{_times(facts, language)}"
    return (
        f"Téma {topic}: {complaints} za den, {usual}."
        if language == "cs"
        else f"{complaints} on {topic} in a day, {usual}."
    )


def _silence(facts: dict[str, Any], language: str) -> str:
    source, seen = quoted(facts["source"], language), duration(facts["seen"], language)
    limit = duration(facts["expected"], language, "of ")
    if language == "cs":
        rule = "má se ozvat do" if facts["said"] else "obvykle se ozve do"
        return f"Zdroj {source} mlčí už {seen}; {rule} {limit}."
    rule = "it should be heard within" if facts["said"] else "it is usually heard within"
    return f"The source {source} has been silent for {seen}; {rule} {limit}."


def _lag(facts: dict[str, Any], language: str) -> str:
    source, seen = quoted(facts["source"], language), duration(facts["seen"], language)
    usual = duration(facts["expected"], language)
    if language == "cs":
        return f"Zmínky ze zdroje {source} přicházejí {seen} po zveřejnění; obvykle {usual}."
    return f"Mentions from {source} arrive {seen} after they were published; usually {usual}."


_SENTENCES: dict[Detector, Callable[[dict[str, Any], str], str]] = {
    Detector.VOLUME: _volume,
    Detector.NEGATIVE_SHARE: _negative_share,
    Detector.REACH: _reach,
    Detector.TERM: _term,
    Detector.VIRAL: _viral,
    Detector.RATING_FALL: _rating_fall,
    Detector.LOW_RATINGS: _low_ratings,
    Detector.COMPLAINTS: _complaints,
    Detector.SILENCE: _silence,
    Detector.LAG: _lag,
}


def surroundings(context: Context, language: str = "cs") -> list[str]:
    """What was being said, a sentence for each thing that is known."""
    cs, lines = language == "cs", []

    def line(label_cs: str, label_en: str, parts: list[str]) -> None:
        if parts:
            lines.append(f"{label_cs if cs else label_en}: {', '.join(parts)}.")

    line("Častěji než minulý týden", "More often than last week", [
        f"{quoted(term, language)} ({counted(count, 'mentions', language)})" for term, count, _ in context.terms
    ])  # fmt: skip
    line("Nejvíc opakované texty", "Most repeated texts", [
        counted(copies, "posts", language) for _, copies in context.stories
    ])  # fmt: skip
    line(
        "Největší dosah", "Widest reach", [f"{author} ({number(reach, language)})" for author, reach in context.authors]
    )
    line("Zdroje", "Sources", [f"{source} ({number(count, language)})" for source, count in context.sources])
    if context.negative_share is not None:
        line("Negativní zmínky", "Negative mentions", [percent(context.negative_share, language)])
    return [typeset(one) for one in lines] if cs else lines


def why_not(reading: Reading, threshold: float, language: str = "cs") -> str:
    """What the volume detector thought of one bucket, whether it fired or not."""
    if reading.firing:
        return sentence(reading.firing, language)
    cs, seen = language == "cs", counted(reading.seen, "mentions", language, 1)
    usual = _usual(reading.expected, language)
    evidence, limit = number(reading.evidence, language, 1), number(threshold, language, 1)
    why = {
        Verdict.LEARNING: (
            "Detektor se ještě učí, co je obvyklé.",
            "The detector is still learning what is usual.",
        ),
        Verdict.QUIET: (
            f"Odchylka od obvyklého {evidence}, hlásí se až od {limit}.",
            f"Deviation from the usual {evidence}; it fires from {limit}.",
        ),
        Verdict.FEW: (
            "Na upozornění je to příliš málo zmínek.",
            "These are too few mentions for an alert.",
        ),
        Verdict.USUAL: (
            "Na upozornění jich musí být aspoň dvakrát víc než obvykle.",
            "For an alert there must be at least twice as many as usual.",
        ),
        Verdict.HELD: (
            "Upozornění už přišlo dřív a od té doby se to výrazně nezhoršilo.",
            "An alert was given before, and it has not got clearly worse since.",
        ),
    }[reading.verdict]
    if cs:
        return typeset(f"Za 30{NBSP}minut {word(reading.seen, 'came', 'cs')} {seen}, {usual}. {why[0]}")
    return f"{seen} in 30{NBSP}minutes, {usual}. {why[1]}"


def learning(learned: float, language: str = "cs") -> str:
    """How far the volume detector has come; empty once it has learned."""
    if learned >= 1:
        return ""
    so_far, needed = number(learned * DAYS_OF_LEARNING, language, 1), number(DAYS_OF_LEARNING, language, 1)
    if language == "cs":
        return typeset(f"Učí se, co je obvyklé: {so_far} z {needed}{NBSP}dne. Do té doby na nárůst neupozorní.")
    return f"Learning what is usual: {so_far} of {needed} days. Until then it does not alert to bursts."


def sensitivity(step: Sensitivity, language: str = "cs") -> str:
    """The name of a step of sensitivity."""
    names = {
        Sensitivity.LOW: ("nízká", "low"),
        Sensitivity.NORMAL: ("běžná", "normal"),
        Sensitivity.HIGH: ("vysoká", "high"),
    }
    return names[step][language != "cs"]
