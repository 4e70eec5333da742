"""Pages and verbs against BASE (a view with one indexed query): CPU time and number of queries.

Goals (domain note on performance, 100,000 cases): case list ≤ 12 queries and ≤ 25 × BASE; case page ≤ 15 queries and
≤ 40 × BASE (HTML), ≤ 15 × BASE (API); create a case ≤ 40 × BASE; newsroom < 30 kB.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.database import as_owner, measured_database
from bench.visibility import fill


def cpu_ms(work: Callable[[], Any], repeats: int) -> float:
    """Median CPU time of one call in milliseconds."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


def reads() -> dict[str, Callable[[], Any]]:
    """What is measured, by name; each returns its response."""
    from django.test import Client

    from cases.models import Case
    from crisisdesk.desk.demo import people

    lead = Client()
    lead.force_login(people.user_of("crisis_lead"), backend="allauth.account.auth_backends.AuthenticationBackend")
    running = Case.objects.filter(state="active").latest("pk").reference
    addresses = {
        "BASE": "/bench/base/",
        "waiting for me": "/",
        "case list": "/cases/",
        "case list, API": "/api/v1/cases",
        "case page": f"/cases/{running}/",
        "case course": f"/cases/{running}/course/",
        "case, API": f"/api/v1/cases/{running}",
        "signals": "/signals/",
        "statements": "/statements/",
        "approvals": "/approvals/",
        "mentions": "/mentions/",
        "newsroom": "/newsroom/zrnko/",
    }
    return {name: lambda address=address: lead.get(address) for name, address in addresses.items()}  # type: ignore[misc]


def verbs() -> dict[str, Callable[[], Any]]:
    """Verbs that write, by name; each call makes something new."""
    from cases.actions import report_signal, take_and_lead
    from cases.models import CrisisKind
    from crisisdesk.core.access.principals import Principal
    from crisisdesk.core.models import Brand
    from crisisdesk.desk.demo import people

    brand, kind = Brand.objects.get(slug="zrnko"), CrisisKind.objects.get(code="viral_backlash")
    duty = Principal.for_user(people.user_of("duty"))

    def open_case() -> None:
        signal = report_signal(brand, duty, title="Bench", kind=kind)
        take_and_lead(signal, duty, harm="no", spreading="yes", growing="no")

    return {"report a signal, open and activate a case": open_case}


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with measured_database():
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        settings.ROOT_URLCONF, settings.ALLOWED_HOSTS, settings.REQUIRE_MFA = "bench.urls", ["testserver"], False
        settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
        call_command("bootstrap", verbosity=0)
        call_command("demo", verbosity=0)
        with as_owner():
            fill(options.cases, 40)
        found: dict[str, list[float]] = {}
        facts: dict[str, str] = {}
        works = {**reads(), **verbs()}
        for name, work in works.items():
            with CaptureQueriesContext(connection) as asked:
                answer = work()
            size = f"{len(answer.content) / 1000:7.1f} kB" if answer is not None else ""
            facts[name] = f"{len(asked):3} queries {size}"
        for _ in range(options.rounds):
            for name, work in works.items():
                found.setdefault(name, []).append(cpu_ms(work, 10))
        base = statistics.median(found["BASE"])
        print(f"\n{options.cases:,} cases; CPU of one request, medians")
        for name, values in found.items():
            value = statistics.median(values)
            print(f"  {name:<44} {value:8.2f} ms {value / base:7.1f} x   {facts[name]}")


if __name__ == "__main__":
    main()
