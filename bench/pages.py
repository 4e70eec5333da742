"""Pages, polls and verbs through the real web server: CPU time of the web process, against BASE.

BASE is a view with one indexed query behind the same middleware and session. The figures are medians over alternating
rounds; goals are those of the domain note on performance.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.database import as_owner, measured_database
from bench.rounds import alternate, table
from bench.served import Answered, Asker, web_server

# BASE is what everything is divided by, and short: it is asked so many times more often.
OF_BASE = 5


@dataclass(frozen=True)
class Work:
    """One thing that is measured: who asks what, and how many times BASE it may cost (None where no goal is set)."""

    name: str
    ask: Callable[[], Answered]
    goal: float | None = None
    status: int = 200


def signed_in(port: int, user: Any) -> Asker:
    """A browser in which the person signed in with a second factor."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from crisisdesk.core import clock

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "mfa", "at": clock.now().timestamp()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    secret = "bench" * 6 + "ab"
    cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={secret}"
    return Asker(port, {"Cookie": cookies, "X-CSRFToken": secret, "Host": "localhost", "Accept-Language": "cs"})


class Works:
    """Everything that is measured."""

    def __init__(self, port: int) -> None:
        from bench import crowd
        from cases.models import Case
        from crisisdesk.desk.demo import people

        self.port = port
        lead, approver = signed_in(port, people.user_of("crisis_lead")), signed_in(port, people.user_of("comms_lead"))
        quiet, self.duty = signed_in(port, crowd.user_of("quiet")), signed_in(port, people.user_of("duty"))
        made = Case.objects.exclude(reference__startswith="CD-2020-")
        case = made.filter(state="active").exclude(title="Bench").latest("pk")
        reference, seq = case.reference, case.chain.head_seq
        digest = self._digest(lead)
        poll: Any = {"HX_Request": "true"}
        self.every = [
            Work("BASE", lambda: lead("GET", "/bench/base/")),
            Work("case list, 50 rows", lambda: lead("GET", "/cases/"), 15),
            Work("case page", lambda: lead("GET", f"/cases/{reference}/"), 15),
            Work("case course", lambda: lead("GET", f"/cases/{reference}/course/"), 15),
            Work("home, nothing waiting", lambda: quiet("GET", "/"), 15),
            Work("home, 400 waiting", lambda: approver("GET", "/"), 20),
            Work("approvals, 400 waiting", lambda: approver("GET", "/approvals/"), 20),
            Work("signals", lambda: lead("GET", "/signals/")),
            Work("statements", lambda: lead("GET", "/statements/")),
            Work("mentions", lambda: lead("GET", "/mentions/")),
            Work("case list, API, 25", lambda: lead("GET", "/api/v1/cases?limit=25"), 5),
            Work("case, API", lambda: lead("GET", f"/api/v1/cases/{reference}"), 5),
            Work("idle poll of a case", lambda: lead("GET", f"/cases/{reference}/?seq={seq}", **poll), 1.5, 204),
            Work("idle poll of home", lambda: lead("GET", f"/?digest={digest}", **poll), status=204),
            Work("search by title", lambda: lead("GET", "/cases/?state=all&q=petice")),
            Work("newsroom", lambda: lead("GET", "/newsroom/zrnko/")),
        ]
        for name in [*(f"wide-{number}" for number in crowd.WIDE), *(f"agency-{number}" for number in crowd.AGENCY)]:
            self.every += self._of_wide(name)
        self.every.append(Work("report, take over and lead, REST", self._report_and_lead, 20, 200))

    def _of_wide(self, name: str) -> list[Work]:
        from bench import crowd
        from cases.models import Case
        from crisisdesk.core.access.principals import Principal

        user = crowd.user_of(name)
        asker = signed_in(self.port, user)
        case = Case.objects.visible_to(Principal.for_user(user)).filter(reference__startswith="CD-2020").latest("pk")
        poll = f"/cases/{case.reference}/?seq={case.chain.head_seq}"
        return [
            Work(f"case list of {name}", lambda: asker("GET", "/cases/?state=all")),
            Work(f"idle poll of {name}", lambda: asker("GET", poll, HX_Request="true"), status=204),
        ]

    @staticmethod
    def _digest(asker: Asker) -> str:
        page = asker("GET", "/").body.decode()
        return page.partition("?digest=")[2].partition('"')[0].partition("&")[0]

    def _report_and_lead(self) -> Answered:
        body = {"brand": "zrnko", "title": "Bench", "kind": "viral_backlash"}
        counted = {"X_Bench_Queries": "yes"} if self.counting else {}
        reported = self._post("/api/v1/signals", body, counted)
        answers = {"harm": "no", "spreading": "yes", "growing": "no"}
        led = self._post(f"/api/v1/signals/{json.loads(reported.body)['uuid']}/lead", answers, counted)
        if self.counting:
            both = (reported.queries or 0) + (led.queries or 0)
            return Answered(led.status, {"X-Bench-Queries": str(both)}, led.body)
        return led

    counting = False

    def _post(self, address: str, body: Mapping[str, Any], headers: dict[str, str]) -> Answered:
        given = {"Content_Type": "application/json", **headers}
        answer = self.duty("POST", address, json.dumps(body).encode(), **given)
        if answer.status >= 400:
            raise RuntimeError(f"{address}: {answer.status} {answer.body.decode()[:500]}")
        return answer


def counted(works: Works) -> dict[str, str]:
    """Queries and size of each answer; the answers must be what they are meant to be."""
    facts = {}
    Works.counting = True
    original = Asker.__call__

    def counting(self: Asker, method: str, path: str, body: bytes | None = None, **headers: str) -> Answered:
        return original(self, method, path, body, **{**headers, "X_Bench_Queries": "yes"})

    Asker.__call__ = counting  # type: ignore[method-assign]
    try:
        for work in works.every:
            work.ask()
            answer = work.ask()
            if answer.status // 100 != work.status // 100 or (work.status == 204 and answer.status != 204):
                raise RuntimeError(f"{work.name}: {answer.status}")
            facts[work.name] = f"{answer.queries:3} queries {len(answer.body) / 1000:7.1f} kB"
    finally:
        Asker.__call__ = original  # type: ignore[method-assign]
        Works.counting = False
    return facts


def measured(works: Works, clock: Asker, *, rounds: int, repeats: int) -> dict[str, float]:
    """Median CPU milliseconds of one request of each kind, over alternating rounds of `repeats` requests."""
    found: dict[str, list[float]] = {work.name: [] for work in works.every}
    for _ in range(rounds):
        for work in works.every:
            times = repeats * OF_BASE if work.name == "BASE" else repeats
            start = clock.cpu_seconds()
            for _ in range(times):
                work.ask()
            found[work.name].append((clock.cpu_seconds() - start) * 1000 / times)
    return {name: statistics.median(values) for name, values in found.items()}


# A word of every twelfth title, one of a single title, and one without its accents and in another case.
SOUGHT = ("petice", "4242", "plisni")
BARE = """
SELECT id FROM cases_case WHERE to_tsvector('simple', coalesce(search_words, '')) @@ to_tsquery('simple', %s) LIMIT 51
"""


def print_search(rounds: int) -> None:
    """The question of the searched list, visibility and order included, against the bare search of the index."""
    from django.db import connection

    from cases.models import Case
    from crisisdesk.core.access.principals import Principal
    from crisisdesk.core.search import sought
    from crisisdesk.desk.demo import people

    user = people.user_of("crisis_lead")

    def bare(word: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [sought(word)])
            cursor.fetchall()

    def listed(word: str) -> None:
        rows = Case.objects.visible_to(Principal.for_user(user)).searched(word).for_lists()
        list(rows.order_by("-created_at", "-pk")[:51])

    for word in SOUGHT:
        works = {"bare index search": lambda word=word: bare(word), "the list": lambda word=word: listed(word)}
        table(f"search for “{word}”, 51 rows, wall time", alternate(works, rounds=rounds), "bare index search")


def until_idle(clock: Asker) -> None:
    """Wait until what the process makes beside its first requests is made (dictionaries)."""
    before = -1.0
    while (now := clock.cpu_seconds()) - before > 0.05:
        before = now
        time.sleep(1)


def prepare(cases: int) -> None:
    """Set up, tell the demo, fill."""
    from django.conf import settings
    from django.core.management import call_command

    from bench import crowd

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("bootstrap", verbosity=0)
    call_command("demo", verbosity=0)
    with as_owner():
        crowd.fill(cases)
    settings.REQUIRE_MFA = True


def print_table(cases: int, *, rounds: int, repeats: int) -> None:
    """Measure a filled database and print every figure with its ratio to BASE."""
    with web_server() as port:
        works = Works(port)
        facts = counted(works)
        until_idle(Asker(port))
        figures = measured(works, Asker(port), rounds=rounds, repeats=repeats)
    print(f"\n{cases:,} cases; CPU of the web process for one request, medians of {rounds} rounds")
    for work in works.every:
        ratio = figures[work.name] / figures["BASE"]
        goal = "" if work.goal is None else f"≤ {work.goal:g} {'ok' if ratio <= work.goal else 'MISSED'}"
        print(f"  {work.name:<36} {figures[work.name]:8.2f} ms {ratio:7.1f} x  {facts[work.name]}  {goal}")


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    with measured_database(with_people=False):
        prepare(options.cases)
        print_table(options.cases, rounds=options.rounds, repeats=options.repeats)
        print_search(options.rounds)


if __name__ == "__main__":
    main()
