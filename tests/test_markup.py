"""What people write is text on every page: never markup, and nothing that acts in the name of whoever reads it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.urls import reverse

from comms.forms import closed_field
from comms.models import TemplatePlaceholder
from crisisdesk.core.access.principals import ANONYMOUS
from crisisdesk.core.templatetags.desk import field as drawn_field
from crisisdesk.core.web.input_forms import DeskForm
from tests.comms import build
from tests.conftest import World
from tests.permissions_table import SEEN, PageRow
from tests.test_permissions import PAGE_ROWS, READERS, _capabilities

CHECKOUT = Path(__file__).resolve().parent.parent
ROOMS = ("crisisdesk", "cases", "comms", "training")
# Approves the text in the name of the reader, if it is ever read as markup.
EVIL = '<button hx-post="/approvals/1/" hx-trigger="load">Read me</button>'
SHOWN = "&lt;button hx-post="

RAW = re.compile(r"\|\s*safe(?:seq)?\b|\{%\s*autoescape\s+off|\bmark_safe\b|\bSafeString\(|\bhtml_safe\b|def __html__")
# Where text becomes markup as it is, and why nothing that a person wrote is among it.
ALLOWED = {
    "crisisdesk/core/templatetags/desk.py": "drawings of the icon library, templates of ours, and what was escaped",
    "comms/templatetags/texts.py": "pills, which `format_html` made",
    "crisisdesk/core/templates/core/mail/notice.txt": "a mail in plain text, in which nothing is markup",
}

ACTS = re.compile(r"\bhx-(?:post|put|patch|delete)\b")
FORM = re.compile(r"<form\b(?:(?!</form>).)*", re.DOTALL)
# Boxes in which a text stands that people wrote.
CONTENT = re.compile(r'<[a-z]+\b[^>]*\bclass="(?:txt|text|quote|fact|help)\b[^"]*"[^>]*>')


def _files(*endings: str) -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for path in sorted((CHECKOUT / room).rglob("*")):
            if path.suffix in endings and "migrations" not in path.parts:
                yield str(path.relative_to(CHECKOUT)), path.read_text(encoding="utf-8")


def test_text_becomes_markup_only_where_the_list_says_why() -> None:
    found = {name for name, text in _files(".html", ".txt", ".xml", ".svg", ".py") if RAW.search(text)}
    assert found == set(ALLOWED)


def test_only_forms_carry_the_token() -> None:
    assert [name for name, text in _files(".html", ".py") if "hx-headers" in text] == []
    scripts = (CHECKOUT / "static" / "js").glob("*.js")
    assert sorted(path.name for path in scripts if re.search("csrf", path.read_text(), re.IGNORECASE)) == [
        "autosave.js",
        "uploads.js",
    ]
    for name, text in _files(".html", ".py"):
        for place in ACTS.finditer(text):
            around = [form[0] for form in FORM.finditer(text) if form.start() < place.start() < form.end()]
            assert any("{% csrf_token %}" in form for form in around), (
                f"{name}: {place[0]} outside a form with its token"
            )


def test_nothing_acts_in_the_boxes_that_hold_what_people_wrote() -> None:
    # The newsroom's pages are plain HTML and load no htmx.
    boxes = {name: CONTENT.findall(text) for name, text in _files(".html") if "/newsroom/" not in name}
    assert sum(map(len, boxes.values())) > 20
    assert {name: box for name, found in boxes.items() for box in found if "hx-disable" not in box} == {}


@pytest.fixture
def evil(monkeypatch: pytest.MonkeyPatch) -> Any:
    """From now on whatever a person wrote, and a row keeps, is read with a button at its end."""

    def begin() -> None:
        for field in _written():
            monkeypatch.setattr(
                field,
                "from_db_value",
                lambda value, *_rest: f"{value}{EVIL}" if isinstance(value, str) and value else value,
                raising=False,
            )

    return begin


# Fields that hold no words: rules keep them to codes, names of rows, hashes and addresses.
_CODED = re.compile(
    r"hash|sha256|code$|^prev$|^kind$|^via$|^actor$|object_type|canonical|language|reference|slug|secret|password"
    r"|key$|remote_id|^path$|^variant$|^channel$|time_zone|phone|url|website|email|token|external_id|initials|secrets"
    r"|session|network|quiet|version|role|public_id|subject$|template$|etag|modified|topic|outcome|problem|hint$"
)


def _written() -> Iterator[models.Field[Any, Any]]:
    for model in apps.get_models():
        if model._meta.app_label not in {"core", "cases", "monitoring", "comms"}:
            continue
        for field in model._meta.concrete_fields:
            plain = type(field) in (models.CharField, models.TextField)
            if f"{model.__name__}.{field.name}" == "TemplatePlaceholder.name":
                continue
            if plain and not field.choices and not field.primary_key and not _CODED.search(field.name):
                yield field


def test_what_the_table_of_written_fields_holds() -> None:
    names = {f"{field.model._meta.label}.{field.name}" for field in _written()}
    assert {
        "comms.TemplatePlaceholder.help_cs", "comms.TemplatePlaceholder.label_en", "comms.VersionText.text",
        "comms.StatementTemplate.name_cs", "comms.Account.name_cs", "comms.NewsroomPost.text", "cases.Case.title",
        "cases.Fact.text", "cases.Task.own_title", "cases.CrisisKind.name_en", "cases.Signal.text", "core.Entry.text",
        "core.User.name", "core.Brand.name", "monitoring.Mention.text", "monitoring.Source.name",
    } <= names  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("row", PAGE_ROWS, ids=lambda row: row.name)
def test_no_page_draws_what_people_wrote_as_markup(row: PageRow, world: World, evil: Any) -> None:
    seen = [code for code in READERS if row.expected(code) == SEEN and code != "superuser"]
    if not seen:
        return
    address = reverse(row.name, kwargs=dict(row.kwargs(world)))
    browser = world.client(max(seen, key=_capabilities))
    evil()
    answer = browser.get(address)
    assert answer.status_code == SEEN
    if not answer.streaming and "json" not in answer.headers["Content-Type"]:  # markup is nothing there
        assert "<button hx-post" not in answer.content.decode()


@pytest.mark.slow
def test_no_page_of_the_administration_draws_what_people_wrote_as_markup(world: World, evil: Any) -> None:
    build.published(world)
    build.review(world)
    browser = world.client("manager")
    newest = {
        model: model._default_manager.order_by("-pk").values_list("pk", flat=True) for model in admin.site._registry
    }
    rows = {model: keys.first() for model, keys in newest.items()}
    evil()
    drawn = ""
    for model, pk in rows.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for address in (f"{name}_changelist", f"{name}_change", f"{name}_history"):
            answer = browser.get(reverse(address, args=[] if address.endswith("list") else [pk or 0]))
            drawn += answer.content.decode() if answer.status_code == SEEN else ""
    assert "<button hx-post" not in drawn
    assert drawn.count(SHOWN) > 20


@pytest.mark.parametrize("page", ["release", "template", "first_statement"])
def test_a_help_text_is_text_where_people_sign(world: World, evil: Any, page: str) -> None:
    case, [version, *_others] = build.case(world), build.prepared(world)
    browser = world.client("duty")
    pages: dict[str, list[Any]] = {
        "release": ["comms:release", case.reference, version.template.uuid],
        "template": ["comms:template", version.uuid],
        "first_statement": ["comms:first_statement", case.reference],
    }
    address = pages[page]
    evil()
    drawn = browser.get(reverse(address[0], args=address[1:])).content.decode()
    assert "<button hx-post" not in drawn
    assert SHOWN in drawn


def test_a_closed_field_shows_label_help_and_options_as_text() -> None:
    row = TemplatePlaceholder(
        name="topic", type="choice", label_cs=EVIL, label_en=EVIL, help_cs=EVIL, help_en=EVIL,
        choices=[{"code": "one", "text": EVIL}],
    )  # fmt: skip

    class Closed(DeskForm):
        topic = closed_field(row, [])

    drawn = drawn_field(Closed(principal=ANONYMOUS)["topic"])
    assert "<button" not in drawn
    assert drawn.count(SHOWN) == 3
