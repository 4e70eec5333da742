"""What people read, in both languages: right forms, no codes, and never an error."""

from __future__ import annotations

import json
import re

import pytest

from cases.monitoring.detectors import Context, Detector, Firing, Passage, Reading, Verdict, VolumeBurst
from cases.monitoring.detectors.sentences import counted, duration, learning, number, sentence, surroundings, why_not

VOLUME = {"seen": 226.0, "expected": 52.4, "ratio": 4.31, "minutes": 30, "buckets": [3.0, None]}
SHARE = {"negative": 18.0, "mentions": 24.0, "share": 0.75, "expected": 0.12, "minutes": 120}
REACH = {"author": "@novinar", "seen": 120_000, "expected": 8_400, "ratio": 14.3, "story": ""}
TERM = {"term": "únik dat", "critical": True, "seen": 1, "minutes": 60}
VIRAL = {"seen": 12, "authors": 9, "authors_at_least": False, "minutes": 25}
FALL = {"seen": 3.1, "expected": 4.4, "ratio": 0.7, "reviews": 20}
LOW = {"seen": 9, "expected": 1.04, "ratio": 8.7, "stars": 2.0, "by": "organised", "young_days": 30}
COMPLAINTS = {"topic": "doprava", "seen": 27.0, "expected": 9.0, "ratio": 3.0}
SILENCE = {"source": "Zprávy", "seen": 185, "expected": 60, "ratio": 3.1, "said": False}
LAG = {"source": "Zprávy", "seen": 95, "expected": 4, "ratio": 3.2}

SAID = [
    (Detector.VOLUME, VOLUME, 5.31,
     "Za 30 minut přibylo 226 zmínek, obvykle 52 (4,3krát víc). Odchylka od obvyklého 5,3 (hlásí se od 3,4).",
     "226 mentions in 30 minutes, usually 52 (4.3 times as many). Deviation from the usual 5.3 (it fires from 3.4)."),
    (Detector.VOLUME, VOLUME | {"seen": 1.0, "expected": 0.05}, 4,
     "Za 30 minut přibyla 1 zmínka, obvykle téměř nic. Odchylka od obvyklého 4 (hlásí se od 3,4).",
     "1 mention in 30 minutes, usually almost none. Deviation from the usual 4 (it fires from 3.4)."),
    (Detector.VOLUME, VOLUME | {"seen": 3.0, "expected": 1.0, "ratio": 3.0, "minutes": 5}, 4,
     "Za 5 minut přibyly 3 zmínky, obvykle 1 (3krát víc). Odchylka od obvyklého 4 (hlásí se od 3,4).",
     "3 mentions in 5 minutes, usually 1 (3 times as many). Deviation from the usual 4 (it fires from 3.4)."),
    (Detector.NEGATIVE_SHARE, SHARE, 3.4,
     ("Z celkových 24 zmínek za 2 hodiny vyznívá negativně 18 (75 %), obvykle 12 %. "
     "Pravděpodobnost náhody 1 : 2 500 (hlásí se od 1 : 2 500)."),
     ("18 of 24 mentions in 2 hours are negative (75%), usually 12%. "
     "Probability of chance 1 : 2,500 (it fires from 1 : 2,500).")),
    (Detector.NEGATIVE_SHARE, SHARE | {"negative": 4.0, "mentions": 8.0, "share": 0.5, "minutes": 30}, 16,
     ("Z celkových 8 zmínek za 30 minut vyznívají negativně 4 (50 %), obvykle 12 %. "
     "Pravděpodobnost náhody méně než 1 : 1 000 000 (hlásí se od 1 : 2 500)."),
     ("4 of 8 mentions in 30 minutes are negative (50%), usually 12%. "
     "Probability of chance below 1 : 1,000,000 (it fires from 1 : 2,500).")),
    (Detector.REACH, REACH, 14,
     "Negativní zmínka (píše: @novinar) má dosah 120 000 lidí; 99 zmínek ze 100 má dosah nejvýš 8 400 lidí.",
     "A negative mention by @novinar reaches 120,000 people; 99 of 100 mentions reach 8,400 people at most."),
    (Detector.TERM, TERM, 1,
     "Objevil se kritický výraz „únik dat“.",
     "The critical term “únik dat” has appeared."),
    (Detector.TERM, TERM | {"seen": 3, "critical": False}, 3,
     "3 zmínky za 60 minut obsahují výraz „únik dat“.",
     "3 mentions in 60 minutes contain the term “únik dat”."),
    (Detector.TERM, TERM | {"seen": 8}, 8,
     "8 zmínek za 60 minut obsahuje kritický výraz „únik dat“.",
     "8 mentions in 60 minutes contain the critical term “únik dat”."),
    (Detector.VIRAL, VIRAL, 12,
     "12 téměř shodných příspěvků od 9 autorů; za posledních 25 minut se jejich počet zdvojnásobil.",
     "12 nearly identical posts by 9 authors; their number has doubled in the last 25 minutes."),
    (Detector.VIRAL, VIRAL | {"authors": 64, "authors_at_least": True, "seen": 1_200}, 12,
     "1 200 téměř shodných příspěvků od nejméně 64 autorů; za posledních 25 minut se jejich počet zdvojnásobil.",
     "1,200 nearly identical posts by at least 64 authors; their number has doubled in the last 25 minutes."),
    (Detector.RATING_FALL, FALL, 3.9,
     "Průměr posledních 20 recenzí je 3,1, obvykle 4,4. Odchylka od obvyklého 3,9 (hlásí se od 3,4).",
     "The mean of the last 20 reviews is 3.1, usually 4.4. Deviation from the usual 3.9 (it fires from 3.4)."),
    (Detector.LOW_RATINGS, LOW, 4,
     ("Za 24 hodin přibylo 9 recenzí s nejvýš 2 hvězdičkami, obvykle 1 (8,7krát víc). Většina pochází z účtů mladších "
     "30 dnů nebo opakuje stejný text: může jít o organizovaný nájezd. "
     "Pravděpodobnost náhody 1 : 10 000 (hlásí se od 1 : 2 500)."),
     ("9 reviews with at most 2 stars in 24 hours, usually 1 (8.7 times as many). Most come from accounts younger than "
     "30 days or repeat one text: it may be organised. Probability of chance 1 : 10,000 (it fires from 1 : 2,500).")),
    (Detector.COMPLAINTS, COMPLAINTS, 4,
     ("Téma „doprava“: 27 stížností za den, obvykle 9 (3krát víc). "
     "Pravděpodobnost náhody 1 : 10 000 (hlásí se od 1 : 2 500)."),
     ("27 complaints on “doprava” in a day, usually 9 (3 times as many). "
     "Probability of chance 1 : 10,000 (it fires from 1 : 2,500).")),
    (Detector.SILENCE, SILENCE, 3,
     "Zdroj „Zprávy“ mlčí už 3,1 hodiny; obvykle se ozve do 60 minut.",
     "The source “Zprávy” has been silent for 3.1 hours; it is usually heard within 60 minutes."),
    (Detector.SILENCE, SILENCE | {"said": True, "seen": 5_000, "expected": 1_440}, 3,
     "Zdroj „Zprávy“ mlčí už 3,5 dne; má se ozvat do 24 hodin.",
     "The source “Zprávy” has been silent for 3.5 days; it should be heard within 24 hours."),
    (Detector.LAG, LAG, 3,
     "Zmínky ze zdroje „Zprávy“ přicházejí 95 minut po zveřejnění; obvykle 4 minuty.",
     "Mentions from “Zprávy” arrive 95 minutes after they were published; usually 4 minutes."),
]  # fmt: skip


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("detector", "facts", "evidence", "czech", "english"), SAID)
def test_why_it_fired(detector: Detector, facts: dict, evidence: float, czech: str, english: str) -> None:
    firing = Firing(detector, 5_900_000, evidence, 3.4, facts=facts)
    assert plain(sentence(firing, "cs")) == czech
    assert plain(sentence(firing, "en")) == english


def test_every_detector_has_its_sentence() -> None:
    assert {one[0] for one in SAID} == set(Detector)


def test_it_says_when_it_got_worse() -> None:
    firing = Firing(Detector.VOLUME, 1, 9, 3.4, Passage.WORSE, facts=VOLUME)
    assert "Zhoršilo se to od posledního upozornění." in sentence(firing, "cs")
    assert "It has got worse since the last alert." in sentence(firing, "en")


def test_the_sentence_survives_the_database() -> None:
    context = Context((("únik", 5, 3.2),), (("s1", 4),), (("@a", 900),), (("web", 3),), 0.25, ("text",))
    firing = Firing(Detector.VOLUME, 5_900_000, 5.3, 3.4, Passage.NEW, "", VOLUME, context)
    again = Firing.from_json(json.loads(json.dumps(firing.as_json())))
    assert again == firing
    assert sentence(again) == sentence(firing)


@pytest.mark.parametrize(
    ("value", "czech"),
    [(0, "0 zmínek"), (1, "1 zmínka"), (2, "2 zmínky"), (4, "4 zmínky"), (5, "5 zmínek"), (11, "11 zmínek"),
     (22, "22 zmínek"), (101, "101 zmínek"), (1.5, "1,5 zmínky"), (12_345, "12 345 zmínek"), (0.96, "1 zmínka")],
)  # fmt: skip
def test_czech_plurals(value: float, czech: str) -> None:
    assert plain(counted(value, "mentions", "cs", 1)) == czech


def test_numbers_and_durations() -> None:
    assert (plain(number(1234567.891, "cs", 2)), number(1234567.891, "en", 2)) == ("1 234 567,89", "1,234,567.89")
    assert (number(-0.01, "cs", 1), number(3.0, "en", 1)) == ("0", "3")
    assert [plain(duration(minutes, "cs")) for minutes in (1, 5, 119, 120, 150, 2_879, 2_880, 3_600)] == [
        "1 minutu", "5 minut", "119 minut", "2 hodiny", "2,5 hodiny", "48 hodin", "2 dny", "2,5 dne",
    ]  # fmt: skip
    assert plain(duration(60, "cs", "of ")) == "60 minut"


def test_one_letter_prepositions_keep_to_their_word() -> None:
    text = sentence(Firing(Detector.NEGATIVE_SHARE, 1, 3, 2, facts=SHARE), "cs")
    assert not re.search(r"(?<!\w)[ksvzouaiKSVZOUAI] ", text)
    assert "18" in text


def test_what_was_being_said() -> None:
    context = Context((("únik", 5, 3.2),), (("s1", 4),), (("@a", 12_900),), (("web", 3), ("fb", 1)), 0.25, ())
    assert [plain(one) for one in surroundings(context, "cs")] == [
        "Častěji než minulý týden: „únik“ (5 zmínek).",
        "Nejvíc opakované texty: 4 téměř shodné příspěvky.",
        "Největší dosah: @a (12 900).",
        "Zdroje: web (3), fb (1).",
        "Negativní zmínky: 25 %.",
    ]
    assert len(surroundings(context, "en")) == 5
    assert surroundings(Context(), "cs") == []


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.FIRED])
@pytest.mark.parametrize("language", ["cs", "en"])
def test_why_it_did_not_fire(verdict: Verdict, language: str) -> None:
    text = why_not(Reading(1, 2.1, verdict, 8.2, 11.0), 3.4, language)
    assert text.startswith(
        ("Za 30\u00a0minut přibylo 11\u00a0zmínek, obvykle 8,2.", "11\u00a0mentions in 30\u00a0minutes, usually 8.2.")
    )
    assert text.endswith(".")
    assert verdict.value not in re.findall(r"[a-z]+", text) or language == "en"


def test_why_not_of_a_firing_is_its_sentence() -> None:
    firing = Firing(Detector.VOLUME, 1, 9, 3.4, facts=VOLUME)
    assert why_not(Reading(1, 9, Verdict.FIRED, 52.4, 226, firing), 3.4, "en") == sentence(firing, "en")


def test_learning_is_said() -> None:
    assert plain(learning(0.5)) == "Učí se, co je obvyklé: 1,3 z 2,6 dne. Do té doby na nárůst neupozorní."
    assert learning(0.5, "en") == "Learning what is usual: 1.3 of 2.6 days. Until then it does not alert to bursts."
    assert learning(1) == ""
    assert learning(VolumeBurst().learned, "en").startswith("Learning what is usual: 0 of")
