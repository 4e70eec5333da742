"""Near-duplicates."""

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.monitoring.text.stories import BITS, MAX_DISTANCE, distance, fingerprint, nearest, simhash, story_form

POST = (
    "Dobrý den, včera jsem u vás v prodejně na Andělu koupila jogurt a doma jsem v něm našla kus plastu. Prodavačka mi "
    "řekla, že to není její starost. Tohle považuju za naprosto neuvěřitelné, dávejte si pozor!"
)
OTHER = (
    "Dobrý den, dnes jsem v prodejně v Brně nakoupila pečivo a musím moc pochválit paní u pokladny, byla milá a "
    "ochotná. Takhle má vypadat obsluha, určitě přijdu zas a doporučím vás všem známým, děkuju!"
)


@pytest.mark.parametrize(
    "copy",
    [
        POST.upper(),
        f"RT @jana: {POST} https://example.org/1",
        f"Lidi, sdílejte! {POST}",
        POST.replace("á", "a").replace("ě", "e").replace("í", "i"),
        POST.replace("jogurt", "tvaroh"),
        " ".join(POST.split()[:-4]),
        POST + " 😡😡😡",
    ],
)
def test_copies_are_near(copy: str) -> None:
    assert fingerprint(copy).near(fingerprint(POST))
    assert any(probe in enumerate(fingerprint(POST).bands) for probe in fingerprint(copy).probes())


def test_other_posts_are_not() -> None:
    assert not fingerprint(OTHER).near(fingerprint(POST))
    assert nearest(fingerprint(POST), [fingerprint(OTHER)]) is None
    assert nearest(fingerprint(POST), [fingerprint(OTHER), fingerprint(POST.lower())]) == fingerprint(POST)


def test_short_texts_are_near_only_if_equal() -> None:
    assert fingerprint("Super!").near(fingerprint("super 👍"))
    assert not fingerprint("Super").near(fingerprint("Superb"))


def test_the_hash_is_the_same_everywhere() -> None:
    """Stored values are compared with new ones for years."""
    assert simhash("nikdy vic") == 0xECAC_041C_0009_00E4
    assert story_form("RT @a: #NikdyVíc!") == "nikdy vic"


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_has_a_fingerprint(text: str) -> None:
    one = fingerprint(text)
    assert one == fingerprint(text)
    assert one.near(one)
    assert 0 <= one.simhash < 2**BITS
    assert sum(band << (16 * place) for place, band in enumerate(one.bands)) == one.simhash


@given(st.integers(0, 2**BITS - 1), st.sets(st.integers(0, BITS - 1), max_size=7))
@settings(max_examples=300, deadline=None)
def test_probes_find_everything_up_to_seven_bits(value: int, bits: set[int]) -> None:
    one = fingerprint("")._replace(simhash=value)
    other = one._replace(simhash=value ^ sum(1 << bit for bit in bits))
    assert distance(one.simhash, other.simhash) == len(bits) <= MAX_DISTANCE
    assert set(one.probes()) & set(enumerate(other.bands))


def test_texts_of_random_words_stay_apart() -> None:
    draw = random.Random(7)
    words = (POST + " " + OTHER).split()
    prints = [fingerprint(" ".join(draw.choices(words, k=30))) for _ in range(40)]
    assert sum(a.near(b) for a, b in combinations(prints, 2)) == 0
