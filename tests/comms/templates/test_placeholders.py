"""Closed fields take closed values and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comms.placeholders import OpenValue, Placeholder, PlaceholderType, Register, closed, filled, names_in, remarks

# A busy machine is no failure.
UNHURRIED = settings(deadline=None)

REGISTER = Register(frozenset({"zrnko.example"}), frozenset({"Dětská kaše", "pobočka Brno"}))
TOPIC = Placeholder("topic", PlaceholderType.CHOICE, {"quality": "kvalita výrobku"})
WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyzáéíěščřžýů", min_size=2, max_size=12), min_size=2, max_size=20)


def field(kind: str) -> Placeholder:
    return Placeholder("x", PlaceholderType(kind))


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("time", "9:30", "09:30"),
        ("time", " 23.59 ", "23:59"),
        ("phone", "800 123 456", "800\u00a0123\u00a0456"),
        ("phone", "+420 800 123 456", "+420\u00a0800\u00a0123\u00a0456"),
        ("link", "https://www.zrnko.example/krize", "https://www.zrnko.example/krize"),
        ("link", "pomoc@zrnko.example", "pomoc@zrnko.example"),
        ("product", "Dětská kaše", "Dětská kaše"),
        ("batch", "L2207", "L2207"),
        ("batch", "22-07/A", "22-07/A"),
    ],
)
def test_a_closed_value_is_kept_in_its_one_form(kind: str, value: str, kept: str) -> None:
    assert closed(field(kind), value, REGISTER) == kept


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("time", "25:00"),
        ("time", "11:00, a už nikdy"),
        ("time", "١١:٠٠"),
        ("phone", "155"),
        ("phone", "800 123 456 volejte hned"),
        ("phone", "+420 800 123 456 789 012"),
        ("link", "http://zrnko.example/"),
        ("link", "https://zrnko.example.evil.example/"),
        ("link", "https://evil.example/zrnko.example"),
        ("link", "https://zrnko.example@evil.example/"),
        ("link", "https://zrnko.example/?q=kupte+si"),
        ("link", "https://zrnko.example/#nejsme-vinni"),
        ("link", "https://zrnko.example:8443/"),
        ("link", "https://[zrnko.example/"),
        ("link", "javascript:alert(1)"),
        ("link", "https://nic z toho neni pravda.zrnko.example/"),
        ("link", "https://zrnko.example/nic\tz\ttoho\tneni\tpravda"),
        ("link", "https://zrnko.example/a\nb"),
        ("link", "https://evil.example\\.zrnko.example/"),
        ("link", "https://.zrnko.example/"),
        ("link", "https://zrnko.example//evil.example"),
        ("link", "https://zrnkо.example/"),
        ("link", "https://zrnko.example/kri\u200bze"),
        ("link", "https://zrnko.example/\u202eezirk"),
        ("link", "a@b..zrnko.example"),
        ("time", "11\u200b:00"),
        ("time", "11:00\nnikdy"),
        ("phone", "８００ １２３ ４５６"),
        ("phone", "800\n123\n456"),
        ("phone", "800\u202f123 456"),
        ("product", "Dětská\u200b kaše"),
        ("product", "Dětsкá kaše"),
        ("batch", "L2207\nvinni"),
        ("link", "pomoc@evil.example"),
        ("product", "dětská kaše"),
        ("product", "Dětská kaše je nezávadná"),
        ("batch", "NEVINNI2"),
        ("batch", "L 2207"),
        ("batch", "LLLL"),
        ("batch", ""),
    ],
)
def test_anything_else_is_refused(kind: str, value: str) -> None:
    with pytest.raises(OpenValue) as refused:
        closed(field(kind), value, REGISTER)
    assert refused.value.code == kind


@UNHURRIED
@given(
    WORDS,
    st.sampled_from(" \t\n\u00a0\u2028"),
    st.sampled_from(["https://{}.zrnko.example/", "https://zrnko.example/{}"]),
)
def test_no_part_of_a_link_takes_prose(words: list[str], space: str, address: str) -> None:
    with pytest.raises(OpenValue):
        closed(field("link"), address.format(space.join(words)), REGISTER)


@UNHURRIED
@given(st.sampled_from(PlaceholderType), WORDS)
def test_no_field_takes_prose(kind: PlaceholderType, words: list[str]) -> None:
    with pytest.raises(OpenValue):
        closed(Placeholder("x", kind, {"a": "b"}), " ".join(words), REGISTER)


def test_a_choice_is_its_code() -> None:
    assert closed(TOPIC, "quality", REGISTER) == "quality"
    with pytest.raises(OpenValue):
        closed(TOPIC, "kvalita výrobku", REGISTER)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("11:00", "v\u00a011\u00a0hodin"),
        ("07:30", "v\u00a07.30\u00a0hodin"),
        ("13:00", "ve 13\u00a0hodin"),
        ("02:00", "ve 2.00\u00a0hodin"),
    ],
)
def test_czech_says_times_as_it_is_spoken(at: str, said: str) -> None:
    assert filled("Další informace v {x} hodin.", [field("time")], {"x": at}, "cs") == f"Další informace {said}."


def test_english_keeps_the_clock() -> None:
    assert filled("Next update at {x}.", [field("time")], {"x": "13:00"}, "en") == "Next update at 13:00."


def test_a_value_that_is_missing_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        filled("{x}", [field("time")], {}, "cs")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Prověřujeme výrobek {x}.", set()),
        ("Týká se: {x}", set()),
        ("(šarže {x})", set()),
        ("O {x} víme.", {"declined"}),
        ("{x} stahujeme.", {"declined"}),
        ("Nic tu není.", {"unused"}),
        ("Výrobek {x}, téma {topic}.", {"unknown"}),
        ("Výrobek {x} a {Neco}.", {"brace"}),
    ],
)
def test_the_linter_notices_what_reads_badly(text: str, codes: set[str]) -> None:
    assert {remark.code for remark in remarks(text, [field("product")], "cs")} == codes


def test_fields_are_named_in_their_order() -> None:
    assert names_in("{b} {a} {b}") == ["b", "a"]
