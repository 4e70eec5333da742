"""The text of a token: prefix, entropy, checksum."""

from math import log2

import pytest

from crisisdesk.core.access import tokens


def test_new_tokens_are_wellformed_and_different() -> None:
    made = {tokens.generate() for _ in range(50)}
    assert len(made) == 50
    assert all(tokens.is_wellformed(token) and token.startswith("cd_live_") for token in made)


def test_secret_holds_at_least_160_bits() -> None:
    assert tokens.SECRET_LENGTH * log2(len(tokens.ALPHABET)) >= 160


def test_any_single_changed_letter_is_noticed() -> None:
    token = tokens.generate()
    for place in range(len(tokens.PREFIX), len(token)):
        other = "A" if token[place] != "A" else "B"
        assert not tokens.is_wellformed(token[:place] + other + token[place + 1 :])


@pytest.mark.parametrize("text", ["", "cd_live_", "cd_live_" + "é" * 38, "cd_live_" + "0" * 37, "Basic abc", "\x00"])
def test_noise_is_no_token(text: str) -> None:
    assert not tokens.is_wellformed(text)


def test_digest_is_sha256_and_hint_is_the_end() -> None:
    token = tokens.generate()
    assert len(tokens.digest(token)) == 64
    assert tokens.hint(token) == token[-4:]
