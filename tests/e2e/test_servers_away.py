"""The broker and the database go away while people work: pages say so, nothing is lost, and all of it returns."""

import signal
import time
from typing import Any

import httpx
import pytest

from tests.e2e import reading, steps
from tests.e2e.running import RunningDesk, until

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.slow]

PAGES = ("/", "/signals/", "/cases/", "/statements/", "/approvals/")
# Seconds a page may take on a machine that has other things to do; far less than any time-out towards a broker.
PATIENT = 20
DRAINED_WITHIN = 60


def test_without_the_broker_pages_work_and_nothing_is_lost(desk: RunningDesk, person: Any) -> None:
    duty = person("duty")
    with desk.without("valkey-server", signal.SIGKILL):
        for address in PAGES:
            began = time.monotonic()
            assert duty.page.goto(address).status == 200
            assert time.monotonic() - began < PATIENT, address
        steps.report(duty, "Bez fronty: účtenky se špatnou cenou", "Pokladny účtují cenu z minulého týdne.")
        case_url = steps.take_and_lead(duty, "Vlna kritiky", growing="yes")
        duty.page.goto(f"{case_url}first-statement/")
        duty.click("main a:has-text('Obecné první vyjádření')")
        steps.fill_closed_fields(duty)
        duty.page.select_option("main form select[name=topic]", "service")
        duty.click("main form .btn.p")
        duty.page.wait_for_url("**/statements/**")
        statement = duty.page.url
        assert "dostupnost služby" in duty.text()
        assert "dostupnost služby" not in reading.newsroom(desk)
    out = reading.published(desk, "dostupnost služby", seconds=DRAINED_WITHIN)
    desk.mailbox.wait_for("novinky@modrydenik.example", out.title, out.text)
    duty.page.goto(statement)
    assert "zveřejněno" in duty.text()


def test_without_the_database_a_page_says_so_and_it_returns(desk: RunningDesk, person: Any) -> None:
    duty = person("duty")
    duty.page.goto("/cases/")
    before = duty.text()
    with desk.without("bin/postgres", signal.SIGQUIT):
        for address in (*PAGES, "/newsroom/sklenenka/", "/accounts/login/"):
            answer = httpx.get(f"{desk.address}{address}", headers={"accept-language": "cs"}, cookies=cookies(duty))
            assert answer.status_code == 503, address
            assert int(answer.headers["retry-after"]) <= 30
            assert "Nic z uloženého se neztratilo a limity běží dál" in " ".join(answer.text.split()), answer.text
            assert "Traceback" not in answer.text
        program = httpx.get(f"{desk.address}/api/v1/cases", cookies=cookies(duty))
        assert (program.status_code, program.headers["content-type"]) == (503, "application/problem+json")
        assert httpx.get(f"{desk.address}/healthz").status_code == 200
        assert httpx.get(f"{desk.address}/readyz").status_code == 503
    until(lambda: httpx.get(f"{desk.address}/readyz").status_code == 200, "the database is back", 60)
    assert duty.page.goto("/cases/").status == 200
    assert duty.text().splitlines()[0] == before.splitlines()[0]


def cookies(person: Any) -> dict[str, str]:
    """The cookies of somebody who is signed in, for a client that keeps no page open."""
    return {cookie["name"]: cookie["value"] for cookie in person.context.cookies()}
