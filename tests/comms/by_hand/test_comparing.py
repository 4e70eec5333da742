"""What networks do to a text is not a difference; anything a reader would notice is."""

import pytest

from comms.sending.channels.manual import same_text
from comms.sending.networks import NETWORKS

APPROVED = "Víme o tom. Zjišťujeme, co se stalo.\n\nDalší informace v 11 hodin: https://zrnko.example/krize ❤"


@pytest.mark.parametrize(
    "posted",
    [
        APPROVED,
        APPROVED.replace(" co", "\u00a0co").replace(" v 11", " v\u202f11"),
        APPROVED.replace("\n", "\r\n"),
        APPROVED.replace("❤", "❤\ufe0f"),
        APPROVED.replace("/krize", "/krize?utm_source=x&fbclid=abc"),
        f"\n  {APPROVED}  \n",
        APPROVED.replace("stalo.\n", "stalo.  \n"),
        APPROVED.replace("tom", "to\u200bm"),
    ],
)
def test_what_a_network_does_is_folded(posted: str) -> None:
    assert same_text(posted, APPROVED)


@pytest.mark.parametrize(
    "posted",
    [
        APPROVED.replace("Zjišťujeme", "Zjistujeme"),
        APPROVED.replace("11", "12"),
        APPROVED.replace("\n\n", " "),
        APPROVED + "!",
        APPROVED.replace("/krize", "/krize?id=7"),
        "",
    ],
)
def test_what_a_reader_would_notice_is_not(posted: str) -> None:
    assert not same_text(posted, APPROVED)


def test_windows_open_with_the_text_where_the_network_allows_it() -> None:
    assert NETWORKS["x"].window("a b&c") == "https://x.com/intent/post?text=a%20b%26c"
    assert NETWORKS["facebook"].window("a", "https://www.facebook.com/zrnko") == "https://www.facebook.com/zrnko"
    assert NETWORKS["facebook"].window("a") == "https://www.facebook.com/"
    assert (
        NETWORKS["mastodon"].window("a b", "https://social.example/@zrnko") == "https://social.example/share?text=a%20b"
    )
    assert NETWORKS["mastodon"].window("a") == ""
