"""Reading RSS and Atom: identifiers, dates, plain text, and what broken or hostile documents come to."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cases.monitoring import feeds
from cases.monitoring.feeds import read
from cases.monitoring.plaintext import clean, one_line, without_markup
from cases.monitoring.text.folding import folded
from tests.monitoring.feed_server import atom, entry

PRAGUE = ZoneInfo("Europe/Prague")


def rss(*items: str, head: str = "") -> bytes:
    document = f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0"><channel><title>Z</title>'
    return f"{document}{''.join(items)}</channel></rss>".encode()


def rss_item(**fields: str) -> bytes:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return rss(f"<item>{inner}</item>")


def test_atom_items() -> None:
    feed = read(atom(entry(1, "První", "Text &amp; víc"), entry(2)).encode())
    assert feed.title == "Zprávy"
    assert feed.problem == ""
    assert [item.external_id for item in feed.items] == ["urn:item:1", "urn:item:2"]
    first = feed.items[0]
    assert (first.title, first.text, first.url) == ("První", "Text & víc", "https://news.example/1")
    assert first.published == datetime(2026, 6, 1, 10, tzinfo=UTC)


def test_the_guid_identifies_and_the_canonical_link_stands_in_for_it() -> None:
    with_guid = read(rss_item(guid="tag:1", title="a", link="https://News.Example/a?utm_source=x&id=1#top")).items[0]
    without = read(rss_item(title="a", link="https://News.Example/a?utm_source=x&id=1#top")).items[0]
    nothing = read(rss_item(title="a", description="b")).items[0]
    assert with_guid.external_id == "tag:1"
    assert without.external_id == "https://news.example/a?id=1"
    assert without.url == "https://News.Example/a?utm_source=x&id=1#top"
    assert len(nothing.external_id) == 64


def test_a_long_guid_becomes_its_hash() -> None:
    item = read(rss_item(guid="g" * 900, title="a")).items[0]
    assert item.external_id.startswith("sha256:")
    assert len(item.external_id) <= feeds.MAX_ID_CHARS


def test_the_same_identifier_twice_is_one_item() -> None:
    feed = read(atom(entry(1, "První"), entry(1, "Znovu")).encode())
    assert [item.title for item in feed.items] == ["První"]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("Mon, 01 Jun 2026 10:00:00 +0200", "2026-06-01T08:00:00"),
        ("Mon, 01 Jun 2026 10:00:00 GMT", "2026-06-01T10:00:00"),
        ("Mon, 01 Jun 2026 10:00:00 CEST", "2026-06-01T08:00:00"),
        ("Mon, 05 Jan 2026 10:00:00 CET", "2026-01-05T09:00:00"),
        ("Mon, 01 Jun 2026 10:00:00", "2026-06-01T08:00:00"),
        ("2026-06-01 10:00:00", "2026-06-01T08:00:00"),
        ("2026-01-05T10:00:00", "2026-01-05T09:00:00"),
        ("2026-06-01T10:00:00Z", "2026-06-01T10:00:00"),
        ("2026-06-01T10:00:00+05:30", "2026-06-01T04:30:00"),
        ("2026-06-01", "2026-05-31T22:00:00"),
    ],
)
def test_dates_with_and_without_zone(written: str, instant: str) -> None:
    item = read(rss_item(guid="1", title="a", pubDate=written), zone=PRAGUE).items[0]
    assert item.published == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["", "včera", "0000-00-00", "Mon, 99 Xxx 2026", "1500-01-01T00:00:00Z", "99999-01-01"]
)
def test_dates_that_are_none(written: str) -> None:
    assert read(rss_item(guid="1", title="a", pubDate=written)).items[0].published is None


def test_markup_becomes_words() -> None:
    html = (
        "&lt;p&gt;Děti &lt;b&gt;onemocněly&lt;/b&gt;.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
        "&lt;img src=x onerror=alert(1)&gt;&lt;p&gt;Konec &amp;amp; tečka&lt;/p&gt;"
    )
    item = read(rss_item(guid="1", title="&lt;i&gt;Titul&lt;/i&gt;", description=html)).items[0]
    assert item.title == "Titul"
    assert item.text == "Děti onemocněly.\n\nKonec & tečka"


def test_only_web_links_are_links() -> None:
    for link in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//", "https://[broken"):
        assert read(rss_item(guid="1", title="a", link=link)).items[0].url == ""


def test_items_that_say_nothing_are_left_out() -> None:
    assert read(rss("<item><guid>1</guid></item>", "<item><title>a</title></item>")).items[0].title == "a"


def test_nul_and_lone_surrogates_are_removed() -> None:
    document = rss_item(guid="1", title="a\x00b", description="c&#xD800;d&#0;e")
    item = read(document).items[0]
    assert "\x00" not in item.title + item.text
    assert item.title == "ab"
    (item.title + item.text).encode()


def test_a_text_of_a_megabyte_is_bounded() -> None:
    item = read(rss_item(guid="1", title="t" * 5000, description="slovo " * 170_000)).items[0]
    assert len(item.title) == feeds.MAX_TITLE_CHARS
    assert len(item.text) == feeds.MAX_TEXT_CHARS
    assert item.text.endswith("…")


def test_broken_xml_gives_what_can_be_read() -> None:
    whole = atom(entry(1), entry(2), entry(3))
    feed = read(whole[: whole.index("urn:item:3")].encode())
    assert feed.problem == "broken_xml"
    assert [item.external_id for item in feed.items[:2]] == ["urn:item:1", "urn:item:2"]
    unescaped = read(atom(entry(1, "Kaše & pečivo"), entry(2)).encode())
    assert unescaped.problem == "broken_xml"
    assert unescaped.items[0].title == "Kaše & pečivo"


@pytest.mark.parametrize(
    "body", [b"", b"\0\0\0", b"just words", b"{}", b"<html><body>Hi</body></html>", b"\xff\xfe\xff"]
)
def test_what_is_no_feed(body: bytes) -> None:
    feed = read(body)
    assert feed.problem == "no_feed"
    assert feed.items == ()


def test_a_page_names_its_feeds() -> None:
    page = (
        '<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml">'
        "<link type='application/atom+xml' href='https://other.example/atom' rel='alternate'>"
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)"></head></html>'
    )
    feed = read(page.encode(), content_type="text/html", url="https://site.example/blog/")
    assert feed.advertised == ("https://site.example/rss.xml", "https://other.example/atom")


BILLION_LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
ONE_LARGE = f'<!DOCTYPE rss [\n<!ENTITY a "{"x" * 10_000}">\n]>'
EXTERNAL = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1/x.dtd"> %a;]>'


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("head", [BILLION_LAUGHS, ONE_LARGE, EXTERNAL, PARAMETER])
def test_entities_are_not_unfolded(head: str, charset: str) -> None:
    document = f"{head}<rss version='2.0'><channel><item><title>{'&d;&a;' * 1000}</title></item></channel></rss>"
    body = document.encode(charset)
    body = b"\xff\xfe" + body if charset == "utf-16-le" else body
    feed = read(body)
    assert feed.problem == "entities"
    assert feed.items == ()


def test_a_doctype_alone_is_harmless() -> None:
    head = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://127.0.0.1/rss-0.91.dtd">'
    assert read(rss("<item><title>a</title></item>", head=head)).items[0].title == "a"


@pytest.mark.parametrize(
    ("charset", "declared", "header"),
    [
        ("windows-1250", "windows-1250", ""),
        ("iso-8859-2", "iso-8859-2", "text/xml"),
        ("utf-8", "", "text/xml"),
        ("utf-16", "utf-16", ""),
        ("windows-1250", "", "application/xml; charset=windows-1250"),
        ("windows-1250", "", ""),
        ("windows-1250", "utf-8", ""),
        ("utf-8", "punycode", ""),
    ],
)
def test_character_sets(charset: str, declared: str, header: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    document = f"{declaration}<rss version='2.0'><channel><item><title>Žluťoučký kůň</title></item></channel></rss>"
    feed = read(document.encode(charset), content_type=header)
    assert feed.items[0].title == "Žluťoučký kůň"


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<", "&", "<script>", "<a '\"", "<!", "</", "<![CDATA["])
def test_hostile_markup_takes_no_time(piece: str) -> None:
    began = time.perf_counter()
    without_markup(piece * (200_000 // len(piece)), 20_000)
    assert time.perf_counter() - began < 3


def test_plain_text() -> None:
    assert clean("  a\t b \r\n\r\n\r\n\r\n c\x07\x00\ud800 ", 100) == "a b\n\nc"
    assert one_line("a\n\n b\t c", 100) == "a b c"
    assert without_markup("5 < 6 a 7 > 3 <b>x</b> a<br>b", 100) == "5 < 6 a 7 > 3 x a\nb"
    assert without_markup('<a title="1 > 0" href="x">y</a>', 100) == "y"
    assert folded("ÚNIK  Dat Žluťoučký") == "unik dat zlutoucky"
    assert clean("x" * 50, 10) == "x" * 9 + "…"
