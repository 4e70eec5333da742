"""Evidence in a browser: chosen, pasted, dropped; a broken line costs one part, refusals are read on the page."""

import hashlib
import re
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.core.files import samples
from tests.e2e import steps
from tests.e2e.running import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.servers]

# Five parts and a bit.
VIDEO = samples.iso_media(b"isom", b"mp42") + b"\0" * 21_000_000
DROP = """([name, type, letters]) => {
  const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type }));
  return carried;
}"""


def open_case(person: Any, title: str) -> Any:
    duty = person("duty", "small", color_scheme="dark")
    steps.report(duty, title, "Zákazníci posílají fotografie.")
    case = steps.take_and_lead(duty, "Vlna kritiky", growing="yes")
    duty.page.goto(f"{case}facts/")
    return duty


def carried(page: Any, name: str, kind: str, content: bytes) -> Any:
    import base64

    return page.evaluate_handle(DROP, [name, kind, base64.b64encode(content).decode()])


def test_a_long_video_goes_on_after_a_broken_line(desk: RunningDesk, person: Any) -> None:
    duty = open_case(person, "Doklady: video z prodejny")
    page, offsets = duty.page, []

    def line(route: Route) -> None:
        offsets.append(int(route.request.headers["upload-offset"]))
        if len(offsets) == 3:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/uploads/*/parts", line)
    page.locator(".upload input[name=file]").set_input_files(
        {"name": "prodejna č. 1.mp4", "mimeType": "video/mp4", "buffer": VIDEO}
    )
    page.locator(".upload summary").click()
    page.fill(".upload [name=caption]", "Regál v prodejně")
    page.locator(".upload .btn.p").click()
    page.locator(".file :text('Regál v prodejně')").wait_for()
    assert offsets == [0, 4_000_000, 8_000_000, 8_000_000, 12_000_000, 16_000_000, 20_000_000]
    assert "prodejna č. 1.mp4" in duty.text(".file")
    with page.expect_download() as download:
        page.locator(".file a:has-text('Stáhnout')").click()
    assert download.value.suggested_filename == "prodejna č. 1.mp4"
    assert hashlib.sha256(download.value.path().read_bytes()).digest() == hashlib.sha256(VIDEO).digest()
    # A part that could not be sent is a complaint of the browser, and expected here.
    duty.complaints[:] = [each for each in duty.complaints if "ERR_CONNECTION_RESET" not in each]


def test_pictures_are_dropped_and_pasted(desk: RunningDesk, person: Any) -> None:
    duty = open_case(person, "Doklady: obrázky")
    page = duty.page
    dropped = carried(page, "přetažený.png", "image/png", samples.picture("PNG", (300, 200)))
    page.locator(".upload").dispatch_event("drop", {"dataTransfer": dropped})
    pasted = carried(page, "vložený.png", "image/png", samples.picture("PNG", (200, 300)))
    page.evaluate("held => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: held }))", pasted)
    assert re.findall(r"\w+\.png", duty.text("[data-chosen]")) == ["přetažený.png", "vložený.png"]
    page.locator(".upload .btn.p").click()
    page.locator(".file >> nth=1").wait_for()
    names = page.locator(".file h3 bdi").all_inner_texts()
    assert names == ["vložený.png", "přetažený.png"]
    drawn = "image => image.complete && image.naturalWidth > 0"
    for image in page.locator(".file img").all():
        image.scroll_into_view_if_needed()
        page.wait_for_function(drawn, arg=image.element_handle())
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_refusal_is_read_on_the_page(desk: RunningDesk, person: Any) -> None:
    duty = open_case(person, "Doklady: co se nepřijímá")
    page = duty.page
    page.locator(".upload input[name=file]").set_input_files(
        {"name": "kresba.png", "mimeType": "image/png", "buffer": samples.SVG}
    )
    page.locator(".upload .btn.p").click()
    page.locator("output.bad").wait_for()
    assert "kresba SVG" in duty.text("output.bad")
    assert page.locator(".upload .btn.p").is_enabled()
