"""Evidence: files on cases and signals keep bytes, side and name; who takes them is noted, removing leaves a mark."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.actions import (
    add_evidence,
    attach_signal,
    change_evidence,
    close_case,
    open_evidence,
    remove_evidence,
    take_and_lead,
)
from cases.models import Evidence, Side, SignalFile
from crisisdesk.core import clock
from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow
from crisisdesk.core.models import StoredFile, Upload
from tests.api.conftest import Program, _no_second_factor, program  # noqa: F401 - fixtures
from tests.cases import build
from tests.conftest import World, sign_in
from tests.core.files import samples
from tests.core.files.test_receiving import stored

PICTURE = samples.photo()


@pytest.fixture(autouse=True)
def _own_folder(file_folder: Path) -> None:
    """Every test looks at its own files."""


# --- adding -----------------------------------------------------------------------------------------------------------


def test_evidence_keeps_its_bytes_its_side_and_its_name(world: World, file_folder: Path) -> None:
    case = build.led(world)
    taken = clock.now() - timedelta(hours=3)
    evidence = add_evidence(
        case,
        world.principal("scribe"),
        file=build.received("Víčko č. 1.JPG", PICTURE),
        caption=" Mould under the lid ",
        source="Jana, by e-mail",
        side=Side.PUBLIC,
        captured_at=taken,
    )
    evidence.refresh_from_db()
    assert (file_folder / evidence.file.key).read_bytes() == PICTURE
    assert evidence.file.name == "Víčko č. 1.JPG"
    assert evidence.file.stored_by == evidence.added_by == world.user("scribe")
    told = (evidence.number, evidence.caption, evidence.source, evidence.side, evidence.captured_at)
    assert told == (1, "Mould under the lid", "Jana, by e-mail", Side.PUBLIC, taken)
    assert evidence.history.count() == 1
    (event,) = build.events_of(evidence, "case_evidence.added")
    assert event.payload["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    assert event.chain == case.chain
    assert "Víčko" not in str(event.payload)


def test_two_files_of_one_name_stay_two_with_numbers_of_their_own(world: World) -> None:
    case = build.led(world)
    numbers = [build.evidence(case, world.principal("scribe")).number for _each in range(3)]
    assert numbers == [1, 2, 3]
    assert StoredFile.objects.values("key").distinct().count() == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"captured_at": clock.now() + timedelta(days=1)}, "captured_at"),
        ({"caption": "x" * 301}, "caption"),
        ({"source": "x" * 301}, "source"),
        ({"side": "moon"}, "side"),
    ],
)
def test_what_is_said_about_it_is_checked(world: World, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        build.evidence(build.led(world), world.principal("scribe"), **values)
    assert list(refused.value.errors) == [field]
    assert not StoredFile.objects.exists()


def test_a_closed_case_takes_no_evidence(world: World) -> None:
    case = build.in_review(world)
    evidence = build.evidence(case, world.principal("scribe"))
    close_case(case, world.principal("comms_lead"), review="We were late")
    for verb, row, values in (
        (add_evidence, case, {"file": build.received()}),
        (change_evidence, evidence, {"caption": "x"}),
    ):
        with pytest.raises(NotNow) as refused:
            verb(row, world.principal("scribe"), **values)
        assert build.codes(refused) == {"closed"}
    assert open_evidence(evidence, world.principal("scribe")) == evidence.file


def test_others_do_not_see_it(world: World) -> None:
    case = build.confidential(world)
    evidence = build.evidence(case, world.principal("duty"))
    for code in ("scribe", "manager", "superuser", "outsider"):
        with pytest.raises(Missing):
            open_evidence(evidence, world.principal(code))
        assert not StoredFile.objects.visible_to(world.principal(code)).exists()
    assert StoredFile.objects.visible_to(world.principal("duty")).get() == evidence.file
    with pytest.raises(Denied):
        build.evidence(build.led(world), world.principal("observer"))


# --- changing, opening, removing --------------------------------------------------------------------------------------


def test_what_is_said_about_it_changes_the_file_does_not(world: World) -> None:
    evidence = build.evidence(build.led(world), world.principal("scribe"), caption="Lid", source="Jana")
    change_evidence(evidence, world.principal("legal"), caption="The lid of batch L2207", side=Side.MEDIA)
    evidence.refresh_from_db()
    assert (evidence.caption, evidence.source, evidence.side) == ("The lid of batch L2207", "Jana", Side.MEDIA)
    assert evidence.history.count() == 2
    assert build.events_of(evidence, "case_evidence.changed")


def test_who_takes_the_original_is_noted(world: World, sealed: Callable[[], None]) -> None:
    evidence = build.evidence(build.led(world), world.principal("scribe"))
    for code in ("legal", "observer"):
        open_evidence(evidence, world.principal(code))
    actors = [event.actor for event in build.events_of(evidence, "case_evidence.opened")]
    assert actors == [f"user:{world.user(code).pk}" for code in ("legal", "observer")]
    sealed()
    page = reverse("cases:course", args=[evidence.case.reference])
    shown = build.english(world, "legal").get(page).content.decode()
    assert "Evidence no. 1 added" in shown
    assert "downloaded" not in shown


def test_removing_leaves_hash_and_reason(
    world: World, file_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    evidence = build.evidence(build.led(world), world.principal("scribe"), caption="A child is on it")
    digest = evidence.file.sha256
    with pytest.raises(Invalid), django_capture_on_commit_callbacks(execute=True):
        remove_evidence(evidence, world.principal("duty"), reason=" ")
    assert len(stored(file_folder)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        remove_evidence(evidence, world.principal("duty"), reason="The mother asked for it")
    assert stored(file_folder) == []
    file = StoredFile.objects.get()
    assert (file.sha256, file.removal.text) == (digest, "The mother asked for it")
    (event,) = build.events_of(evidence, "case_evidence.removed")
    assert event.payload["sha256"] == digest
    with pytest.raises(NotNow) as refused:
        open_evidence(Evidence.objects.get(), world.principal("duty"))
    assert build.codes(refused) == {"removed"}
    again = remove_evidence(Evidence.objects.get(), world.principal("duty"), reason="Once more")
    assert again.file.removal.text == "The mother asked for it"


def test_removing_does_not_wait_for_a_closed_case_to_be_opened(world: World) -> None:
    case = build.in_review(world)
    evidence = build.evidence(case, world.principal("scribe"))
    close_case(case, world.principal("comms_lead"), review="We were late")
    assert remove_evidence(evidence, world.principal("duty"), reason="GDPR").file.removed_at


# --- on the page ------------------------------------------------------------------------------------------------------


def page_of(case: Any) -> str:
    return reverse("cases:facts", args=[case.reference])


def post(client: Any, case: Any, **values: Any) -> Any:
    return client.post(reverse("cases:add_evidence", args=[case.reference]), values)


def test_a_file_is_added_with_a_plain_form(world: World) -> None:
    case, client = build.led(world), build.english(world, "scribe")
    answer = post(client, case, file=samples.sent("Víčko.jpg", PICTURE), caption="Mould", side="public")
    assert (answer.status_code, answer["Location"]) == (303, f"{page_of(case)}#evidence")
    shown = client.get(page_of(case)).content.decode()
    assert "Mould" in shown
    assert "Víčko.jpg" in shown
    assert "from customers or the public" in shown
    assert re.search(r'<img\s+src="/evidence/[^"]+/preview/"\s+alt="Mould"\s+width="48"\s+height="64"', shown)
    assert 'enctype="multipart/form-data"' in shown


def test_form_and_script_carry_the_token_of_the_session(world: World) -> None:
    case, browser = build.led(world), Client(enforce_csrf_checks=True)
    sign_in(browser, world.user("duty"))
    form = browser.get(page_of(case)).content.decode().partition('class="upload"')[2].partition("</form>")[0]
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert post(browser, case, file=samples.sent("a.jpg", PICTURE)).status_code == 403
    assert post(browser, case, file=samples.sent("a.jpg", PICTURE), csrfmiddlewaretoken=token).status_code == 303
    sent: dict[str, Any] = {"content_type": "application/json", "headers": {"X-CSRFToken": token}}
    begun = browser.post("/api/v1/uploads", {"name": "a.jpg", "size": len(PICTURE)}, **sent)
    assert begun.status_code == 201
    address = f"/api/v1/uploads/{begun.json()['uuid']}"
    headers = {"X-CSRFToken": token, "Upload-Offset": "0"}
    part = browser.generic("POST", f"{address}/parts", PICTURE, "application/octet-stream", headers=headers)
    assert part.json()["offset"] == len(PICTURE)
    assert browser.post(f"{address}/finish", {}, **sent).json()["finished"]
    assert browser.post(f"{address}/finish", {}, content_type="application/json").status_code == 403


def test_the_camera_counts_as_well(world: World) -> None:
    case, client = build.led(world), build.english(world, "scribe")
    assert post(client, case, photo=samples.sent("image.jpg", PICTURE)).status_code == 303
    assert 'capture="environment"' in client.get(page_of(case)).content.decode()


def test_a_finished_upload_is_added_by_its_name(world: World) -> None:
    case, client = build.led(world), build.english(world, "scribe")
    upload = sent_in_parts(world, "scribe", PICTURE)
    foreign = sent_in_parts(world, "legal", PICTURE)
    assert post(client, case, upload=str(foreign.uuid)).status_code == 404
    assert post(client, case, upload=str(upload.uuid), caption="In parts").status_code == 303
    assert Evidence.objects.get().file.name == "long.jpg"
    assert list(Upload.objects.all()) == [foreign]
    assert post(client, case, upload=str(upload.uuid)).status_code == 404


def sent_in_parts(world: World, code: str, content: bytes) -> Upload:
    import io

    from crisisdesk.core.files.receiving import append
    from crisisdesk.core.files.uploads import finish_upload, start_upload

    actor = world.principal(code)
    upload = start_upload(world.organisation, actor, name="long.jpg", size=len(content))
    upload = append(upload, actor, offset=0, stream=io.BytesIO(content), length=len(content))
    return finish_upload(upload, actor)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.svg", samples.SVG, "an SVG drawing"),
        ("a.html", samples.HTML, "a web page"),
        ("a.jpg", samples.PDF, "ends in .jpg, but the content is PDF"),
        ("a.png", b"", "empty"),
        ("run.exe", b"MZ\x90\0\x03" + b"\0" * 64, "a program"),
    ],
)
def test_a_refusal_stands_beside_the_field_and_loses_nothing(
    world: World, file_folder: Path, name: str, content: bytes, told: str
) -> None:
    case, client = build.led(world), build.english(world, "scribe")
    answer = post(client, case, file=samples.sent(name, content), caption="What I typed")
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert told in shown
    assert 'id="id_file_error"' in shown
    assert "What I typed" in shown
    assert stored(file_folder) == []


def test_a_form_without_a_file_says_so(world: World) -> None:
    case, client = build.led(world), build.english(world, "scribe")
    answer = post(client, case, caption="x")
    assert answer.status_code == 422
    assert "Choose a file, take a picture, or drop one here" in answer.content.decode()


def test_a_refusal_of_the_verb_deletes_what_was_stored(world: World, file_folder: Path) -> None:
    case = build.in_review(world)
    close_case(case, world.principal("comms_lead"), review="We were late")
    answer = post(build.english(world, "scribe"), case, file=samples.sent("a.jpg", PICTURE))
    assert answer.status_code == 409
    assert stored(file_folder) == []


def test_originals_are_downloads_and_noted(world: World) -> None:
    evidence = build.evidence(build.led(world), world.principal("scribe"), file=build.received("č. 1.jpg", PICTURE))
    client = build.english(world, "legal")
    answer: Any = client.get(reverse("cases:evidence_file", args=[evidence.uuid]))
    assert b"".join(answer.streaming_content) == PICTURE
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C4%8D.%201.jpg"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert len(build.events_of(evidence, "case_evidence.opened")) == 1
    assert "downloaded 1 time" in client.get(page_of(evidence.case)).content.decode()


def test_previews_carry_nothing_of_where_a_photo_was_taken(world: World) -> None:
    evidence = build.evidence(build.led(world), world.principal("scribe"), file=build.received("a.jpg", PICTURE))
    answer: Any = world.client("legal").get(reverse("cases:evidence_preview", args=[evidence.uuid]))
    content = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "image/webp"
    assert samples.GPS.encode() not in content
    assert not build.events_of(evidence, "case_evidence.opened")


def test_a_name_that_is_markup_is_text(world: World) -> None:
    case = build.led(world)
    build.evidence(case, world.principal("scribe"), file=build.received('<img src=x onerror="alert(1)">.png'))
    shown = world.client("scribe").get(page_of(case)).content.decode()
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror" in shown


def test_a_removed_file_stays_in_the_list(world: World) -> None:
    evidence = build.evidence(build.led(world), world.principal("scribe"), caption="Face")
    client = build.english(world, "duty")
    page = reverse("cases:remove_evidence", args=[evidence.uuid])
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": "The mother asked for it"}).status_code == 303
    shown = client.get(page_of(evidence.case)).content.decode()
    assert "The mother asked for it" in shown
    assert evidence.file.sha256 in shown
    assert "<img" not in shown.partition('id="evidence"')[2]
    assert client.get(reverse("cases:evidence_preview", args=[evidence.uuid])).status_code == 404
    assert client.get(reverse("cases:evidence_file", args=[evidence.uuid])).status_code == 409


def test_what_is_said_is_changed_on_a_page(world: World) -> None:
    evidence = build.evidence(build.led(world), world.principal("scribe"), caption="Face")
    client = build.english(world, "scribe")
    page = reverse("cases:change_evidence", args=[evidence.uuid])
    assert "Face" in client.get(page).content.decode()
    assert client.post(page, {"caption": "Lid", "source": "", "side": "ours", "captured_at": ""}).status_code == 303
    evidence.refresh_from_db()
    assert (evidence.caption, evidence.side) == ("Lid", Side.OURS)


def test_the_page_takes_the_same_queries_however_much_there_is(
    world: World, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    case, client = build.led(world), world.client("duty")
    counts = []
    for _round in range(2):
        for _each in range(3):
            build.evidence(case, world.principal("scribe"))
        client.get(page_of(case))
        with CaptureQueriesContext(connection) as few:
            client.get(page_of(case))
        counts.append(len(few))
    assert counts[0] == counts[1]


def test_a_long_list_is_shown_in_full_on_request(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from cases.views import evidence as views

    monkeypatch.setattr(views, "SHOWN", 2)
    case, client = build.led(world), world.client("duty")
    for number in range(3):
        build.evidence(case, world.principal("scribe"), caption=f"Piece {number}")
    assert "Piece 0" not in client.get(page_of(case)).content.decode()
    assert "Piece 0" in client.get(f"{page_of(case)}?evidence=all").content.decode()


# --- signals ----------------------------------------------------------------------------------------------------------


def test_a_screenshot_comes_with_a_report_and_goes_into_the_case(world: World) -> None:
    client = build.english(world, "community")
    values = {"brand": world.brand.pk, "title": "Mould", "screenshot": samples.sent("post.png", samples.picture())}
    answer = client.post(reverse("cases:report_signal"), values)
    assert answer.status_code == 303
    held = SignalFile.objects.get()
    shown = client.get(answer["Location"]).content.decode()
    assert reverse("cases:signal_file_preview", args=[held.uuid]) in shown
    case = take_and_lead(held.signal, world.principal("duty"), **build.SERIOUS)
    evidence = case.evidence.get()
    assert (evidence.file, evidence.caption, evidence.number) == (held.file, "Mould", 1)
    assert build.events_of(evidence, "case_evidence.added")


def test_an_attached_signal_brings_its_files_along(world: World) -> None:
    case = build.led(world)
    signal = build.signal(world, screenshot=build.received())
    attach_signal(signal, world.principal("duty"), case=case)
    assert case.evidence.get().file == signal.files.get().file


def test_a_report_takes_pictures_only(world: World, file_folder: Path) -> None:
    with pytest.raises(Invalid) as refused:
        build.signal(world, screenshot=build.received("a.pdf", samples.PDF))
    assert list(refused.value.errors) == ["screenshot"]
    client = build.english(world, "community")
    values = {"brand": world.brand.pk, "title": "Mould", "screenshot": samples.sent("a.pdf", samples.PDF)}
    answer = client.post(reverse("cases:report_signal"), values)
    assert answer.status_code == 422
    assert "This is no picture but PDF" in answer.content.decode()


def test_a_file_of_a_signal_is_taken_and_removed_alike(world: World) -> None:
    held = build.signal(world, screenshot=build.received()).files.get()
    client = build.english(world, "duty")
    answer: Any = client.get(reverse("cases:signal_file", args=[held.uuid]))
    assert b"".join(answer.streaming_content) == samples.picture()
    assert len(build.events_of(held, "case_evidence.opened")) == 1
    client.post(reverse("cases:remove_signal_file", args=[held.uuid]), {"reason": "A child is on it"})
    shown = client.get(reverse("cases:signal", args=[held.signal.uuid])).content.decode()
    assert "A child is on it" in shown


# --- over the API -----------------------------------------------------------------------------------------------------

Make = Callable[..., Program]
SCOPES = ("read", "cases.*", "core.*")


def in_a_form(client: Program, case: Any, file: SimpleUploadedFile, **values: Any) -> Any:
    headers = {"Authorization": f"Bearer {client.token.secret}", **values.pop("headers", {})}
    return client.client.post(f"/api/v1/cases/{case.reference}/evidence", {"file": file, **values}, headers=headers)


def test_a_small_file_comes_in_a_form(world: World, program: Make) -> None:  # noqa: F811
    case, client = build.led(world), program("scribe", SCOPES)
    answer = in_a_form(client, case, samples.sent("a.jpg", PICTURE), caption="Lid", side="media")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["number"], told["caption"], told["side"]) == (1, "Lid", "media")
    assert told["file"]["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    assert told["file"]["name"] == "a.jpg"
    original = client("GET", f"case-evidence/{told['uuid']}/file", Accept="image/*")
    assert b"".join(original.streaming_content) == PICTURE
    assert original["Content-Disposition"].startswith("attachment")
    assert client("GET", f"case-evidence/{told['uuid']}/preview")["Content-Type"] == "image/webp"


def test_a_large_one_comes_by_its_upload(world: World, program: Make) -> None:  # noqa: F811
    case, client = build.led(world), program("scribe", SCOPES)
    upload = sent_in_parts(world, "scribe", PICTURE)
    address = f"cases/{case.reference}/evidence"
    first = client("POST", address, {"upload": str(upload.uuid)})
    assert first.status_code == 201, first.content
    assert client("POST", address, {"upload": str(upload.uuid)}).status_code == 422
    assert client("POST", address, {}).json()["errors"][0]["field"] == "file"
    assert Evidence.objects.count() == 1


def test_a_repeated_form_adds_once(world: World, program: Make, file_folder: Path) -> None:  # noqa: F811
    case, client = build.led(world), program("scribe", SCOPES)
    key = {"headers": {"Idempotency-Key": "k-1"}}
    first, again = (in_a_form(client, case, samples.sent("a.jpg", PICTURE), **key) for _each in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again["Idempotent-Replayed"] == "true"
    other = in_a_form(client, case, samples.sent("a.jpg", samples.picture("JPEG")), **key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Evidence.objects.count() == 1
    assert len(stored(file_folder)) == 2


def test_a_refused_file_is_a_problem(world: World, program: Make, file_folder: Path) -> None:  # noqa: F811
    case, client = build.led(world), program("scribe", SCOPES)
    answer = in_a_form(client, case, samples.sent("a.png", samples.HTML))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file")
    assert in_a_form(program("observer", SCOPES), case, samples.sent("a.jpg", PICTURE)).status_code == 403
    assert stored(file_folder) == []


def test_taking_an_original_needs_its_scope(world: World, program: Make) -> None:  # noqa: F811
    evidence = build.evidence(build.led(world), world.principal("scribe"))
    reader = program("scribe", ("read",))
    assert reader("GET", f"case-evidence/{evidence.uuid}").status_code == 200
    assert reader("GET", f"case-evidence/{evidence.uuid}/file").status_code == 403


def test_evidence_is_found_by_its_hash(world: World, program: Make) -> None:  # noqa: F811
    evidence = build.evidence(build.led(world), world.principal("scribe"))
    build.evidence(evidence.case, world.principal("scribe"), file=build.received("b.jpg", PICTURE))
    rows = program("scribe", SCOPES)("GET", f"case-evidence?sha256={evidence.file.sha256}").json()["results"]
    assert [row["uuid"] for row in rows] == [str(evidence.uuid)]


def test_a_signal_is_reported_with_an_upload(world: World, program: Make) -> None:  # noqa: F811
    upload = sent_in_parts(world, "scribe", PICTURE)
    values = {"brand": world.brand.slug, "title": "Mould", "screenshot": str(upload.uuid)}
    answer = program("scribe", SCOPES)("POST", "signals", values)
    assert answer.status_code == 201, answer.content
    listed = program("scribe", SCOPES)("GET", f"signal-files?signal={answer.json()['uuid']}").json()
    assert [row["file"]["name"] for row in listed["results"]] == ["long.jpg"]
