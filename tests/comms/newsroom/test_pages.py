"""The public pages: the exact text, nothing but the text, for anybody, light and cacheable."""

import re
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import html5lib
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from comms.models import StatementVersion
from comms.sending import claiming as sending
from comms.sending.actions.withdrawal import withdraw_statement
from comms.sending.models import Account, NewsroomPost
from comms.sending.newsroom import answers
from comms.sending.newsroom.reading import MOST_POSTS
from crisisdesk.core import clock
from tests.comms import build as texts
from tests.comms.sending import build
from tests.conftest import World


@pytest.fixture
def out(world: World) -> StatementVersion:
    """A text that is on the newsroom."""
    version = build.released(world)
    sending.send_due()
    return version


def room(world: World, language: str = "") -> str:
    kwargs = {"slug": world.brand.slug, **({"language": language} if language else {})}
    return reverse("newsroom:brand", kwargs=kwargs)


def article(answer: Any) -> Any:
    return html5lib.parse(answer.content.decode(), namespaceHTMLElements=False).find(".//article")


def said(answer: Any) -> str:
    """The text of the first post as a browser has it."""
    paragraphs = [part for part in article(answer).iter("p") if part.get("class") == "text"]
    return "\n\n".join("".join(part.itertext()) for part in paragraphs)


def test_the_text_is_the_approved_one_to_the_byte(world: World, out: StatementVersion) -> None:
    assert said(Client().get(room(world))) == build.TEXT
    post = NewsroomPost.objects.get()
    answer = Client().get(reverse("newsroom:post", args=[world.brand.slug, post.uuid]))
    assert said(answer) == build.TEXT
    assert "".join(article(answer).find("h1").itertext()) == build.TITLE


def test_no_script_no_cookie_no_third_party_and_light(world: World, out: StatementVersion) -> None:
    answer = Client().get(room(world))
    page = answer.content.decode()
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!/|#|http://127\.0\.0\.1|https?://zrnko|tel:|mailto:)[^"]*"', page)
    sheet = Path(str(finders.find("css/newsroom.css")))
    assert len(answer.content) + sheet.stat().st_size < 30_000


@pytest.mark.slow
def test_thirty_long_posts_stay_light(world: World, out: StatementVersion) -> None:
    for _post in range(3):
        build.released(world, text="Zjišťujeme, co se stalo. " * 20)
    sending.send_due()
    assert len(Client().get(room(world)).content) < 30_000


def test_only_what_is_published_in_this_language_newest_first(world: World, out: StatementVersion) -> None:
    texts.submitted(world, text="Nobody approved this")
    second = build.released(world, title="Druhé")
    sending.send_due()
    page = Client().get(room(world)).content.decode()
    assert "Nobody approved this" not in page
    assert page.index("Druhé") < page.index("Víme o tom")
    assert "There are no statements" in Client().get(room(world, "en")).content.decode()
    assert second.deliveries.exists()


def test_the_language_stands_in_the_address(world: World, out: StatementVersion) -> None:
    czech, english = Client().get(room(world)), Client().get(room(world, "en"))
    assert (czech["Content-Language"], english["Content-Language"]) == ("cs", "en")
    assert '<html lang="cs">' in czech.content.decode()
    page = english.content.decode()
    assert f'hreflang="cs" href="http://127.0.0.1:8000{room(world)}"' in page
    assert '<span aria-current="true" lang="en">English</span>' in page


def test_the_next_update_is_announced_until_its_time_has_come(world: World) -> None:
    at = clock.now() + timedelta(hours=2)
    draft = texts.draft(world, text=build.TEXT, title=build.TITLE)
    StatementVersion.objects.filter(pk=draft.pk).update(next_update_at=at)
    from comms.actions.submitting import submit_statement

    request = submit_statement(StatementVersion.objects.get(pk=draft.pk), world.principal("community")).request
    texts.approve(world, request)
    sending.send_due()
    assert f'datetime="{at.isoformat()[:10]}' in Client().get(room(world, "cs")).content.decode()
    assert 'class="upcoming"' in Client().get(room(world)).content.decode()
    with clock.time_at(at + timedelta(minutes=1)):
        assert 'class="upcoming"' not in Client().get(room(world)).content.decode()


def test_a_withdrawn_text_is_gone_from_every_public_face(world: World, out: StatementVersion) -> None:
    note = "Číslo šarže bylo chybné."
    withdraw_statement(out.statement, world.principal("spokesperson"), reason="Secret reason", notes={"cs": note})
    post = NewsroomPost.objects.get()
    for name, kwargs in (
        ("brand", {"slug": world.brand.slug}),
        ("atom", {"slug": world.brand.slug}),
        ("json", {"slug": world.brand.slug}),
        ("post", {"slug": world.brand.slug, "uuid": post.uuid}),
    ):
        page = Client().get(reverse(f"newsroom:{name}", kwargs=kwargs)).content.decode()
        assert note in page
        assert "výrobek" not in page
        assert "řešíme" not in page
        assert "Secret reason" not in page


def test_a_correction_and_what_it_corrects_link_to_each_other(world: World, out: StatementVersion) -> None:
    correction = build.released(
        world, case=out.statement.case, purpose="correction", supersedes=out.statement, title="Oprava"
    )
    build.send_all()
    first = NewsroomPost.objects.get(statement=out.statement)
    second = NewsroomPost.objects.get(statement=correction.statement)
    assert second.corrects == first
    page = Client().get(room(world)).content.decode()
    for post in (first, second):
        assert reverse("newsroom:post", args=[world.brand.slug, post.uuid]) in page
    assert page.count('class="notice"') == 1


@pytest.mark.parametrize(
    "address",
    ["/newsroom/nobody/", "/newsroom/nobody/atom.xml", "/newsroom/nobody/posts.json", "/newsroom/nobody/subscribe/"],
)
def test_an_unknown_newsroom_has_a_page_of_its_own(db: None, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 404
    assert not answer.cookies
    assert "There is nothing here" in answer.content.decode()


def test_a_post_of_another_brand_is_not_here(world: World, out: StatementVersion) -> None:
    post = NewsroomPost.objects.get()
    assert Client().get(reverse("newsroom:post", args=[world.other_brand.slug, post.uuid])).status_code == 404


def test_a_newsroom_that_is_switched_off_is_not_there(world: World, out: StatementVersion) -> None:
    Account.objects.filter(brand=world.brand, kind="newsroom").update(active=False)
    assert Client().get(room(world)).status_code == 404


def test_right_behind_a_cache(world: World, out: StatementVersion) -> None:
    first = Client().get(room(world))
    assert first["Cache-Control"] == "public, max-age=10"
    assert first["Last-Modified"]
    again = Client().get(room(world), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    withdraw_statement(out.statement, world.principal("spokesperson"), reason="x")
    changed = Client().get(room(world), headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


@pytest.mark.parametrize("name", ["brand", "atom", "json"])
def test_the_same_number_of_queries_however_many_posts(
    world: World, out: StatementVersion, name: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = reverse(f"newsroom:{name}", kwargs={"slug": world.brand.slug})
    with django_assert_num_queries(3):
        Client().get(address)
    build.released(world, title="Druhé")
    build.released(world, title="Třetí")
    sending.send_due()
    with django_assert_num_queries(3):
        Client().get(address)
    assert MOST_POSTS >= 30


def test_only_reading(world: World, out: StatementVersion) -> None:
    assert Client().post(room(world)).status_code == 405
    assert Client().head(room(world)).status_code == 200


def test_a_rush_of_readers_costs_one_page_and_a_withdrawal_is_seen_at_once_enough(
    committed_db: str, world: World, monkeypatch: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    version = build.released(world)
    sending.send_due()
    seen = Client().get(room(world))
    assert build.TITLE.split(" ")[0] in seen.content.decode()
    address = room(world)
    with django_assert_num_queries(0):
        again = Client().get(address)
    assert (again.content, again["ETag"]) == (seen.content, seen["ETag"])
    withdraw_statement(version.statement, world.principal("spokesperson"), reason="x")
    monkeypatch.setattr(answers.time, "monotonic", lambda: time.time() + 10**9)
    assert 'class="post withdrawn"' in Client().get(address).content.decode()
    assert answers.KEPT_FOR <= 2


def test_a_post_is_seen_at_once_on_a_page_that_is_being_read(committed_db: str, world: World) -> None:
    version = build.released(world)
    address, told, stop = room(world), answers.kept.told, threading.Event()
    listener = threading.Thread(target=answers.listen, args=(stop,))
    listener.start()
    try:
        assert answers.kept.wait(told, 30)
        for change, shown in (
            (sending.send_due, build.TITLE.split(" ")[0]),
            (lambda: withdraw(version, world), 'class="post withdrawn"'),
        ):
            assert shown not in Client().get(address).content.decode()
            told = answers.kept.told
            change()
            assert answers.kept.wait(told, 30)
            assert shown in Client().get(address).content.decode()
    finally:
        stop.set()
        listener.join(30)


def withdraw(version: StatementVersion, world: World) -> None:
    withdraw_statement(version.statement, world.principal("spokesperson"), reason="x")


def test_an_answer_begun_before_a_change_is_not_kept() -> None:
    kept = answers.Kept()
    answer = answers.Answer(b"", "text/html", "cs", clock.now())
    told = kept.told
    kept.drop()
    kept.put(("", "/"), answer, told)
    assert kept.get(("", "/")) is None
    kept.put(("", "/"), answer, kept.told)
    assert kept.get(("", "/")) is answer
