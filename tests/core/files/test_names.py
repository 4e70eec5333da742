"""Names of files: kept as people gave them, as far as they can be shown and sent back without harm."""

import pytest

from crisisdesk.core.files.names import LONGEST_NAME, cleaned, suffix_of


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Plíseň v kaši.JPG", "Plíseň v kaši.JPG"),
        ("a\r\nSet-Cookie: x=1\r\n.png", "a Set-Cookie: x=1 .png"),
        ("line\u2028break\u2029s.png", "line break s.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\faktura.pdf", "faktura.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("nul\0l.png", "null.png"),
        ("e\u0301.png", "é.png"),
        ("...", "file"),
        ("", "file"),
        ('quo"te;semi.png', 'quo"te;semi.png'),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert cleaned(given) == kept


def test_long_names_keep_their_end() -> None:
    name = cleaned("x" * 400 + ".jpeg")
    assert (len(name), name[-6:]) == (LONGEST_NAME, "x.jpeg")


@pytest.mark.parametrize(
    ("name", "claim"),
    [("a.PNG", "png"), ("a.tar.gz", "gz"), ("Snímek 2026.11.30", ""), ("bez přípony", ""), ("x.mp4", "mp4")],
)
def test_a_suffix_is_a_claim_only_where_it_has_a_letter(name: str, claim: str) -> None:
    assert suffix_of(name) == claim
