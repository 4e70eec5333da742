"""The visibility part of a list of cases, at a million cases, for three kinds of people.

Goal (domain note on performance): at most 10 ms, and at most five times the unrestricted page, for all three.
"""

import argparse
from typing import Any

from bench.database import as_owner, measured_database
from bench.rounds import alternate, table

FILL = """
WITH made AS (
    INSERT INTO core_chain (uuid, head_seq, head_hash)
    SELECT gen_random_uuid(), 0, '' FROM generate_series(1, %(cases)s) RETURNING id
), numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM made)
INSERT INTO cases_case (
    uuid, created_at, reference, realm, chain_id, brand_id, title, summary, state, severity, confidential,
    primary_language, content_languages, conference_link, reported_at, policy_snapshot, version,
    search_words
)
SELECT gen_random_uuid(), now() - n * interval '3 minutes', 'CD-2020-' || lpad(n::text, 7, '0'), 'live', id,
       (SELECT array_agg(pk ORDER BY pk) FROM unnest(%(brands)s::bigint[]) AS pk)[1 + n %% %(brand_count)s],
       'Case ' || n, '', 'reported', 1 + n %% 4, n %% 50 = 0, 'cs', '{cs,en}', '', now(), '{}', 1, 'case ' || n
FROM numbered
"""


def fill(cases: int, brands: int) -> None:
    """Make `cases` cases spread over `brands` brands."""
    from django.db import connection

    from crisisdesk.core.models import Brand

    Brand.objects.bulk_create([Brand(name=f"Brand {n}", slug=f"brand-{n}") for n in range(brands - 2)])
    pks = list(Brand.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"cases": cases, "brands": pks, "brand_count": len(pks)})
        cursor.execute("ANALYZE")


def people(brands: int) -> dict[str, int]:
    """Three accounts: all brands, four brands, forty old cases on no brand. Returns primary keys by name."""
    from django.contrib.auth.models import Permission

    from cases.models import Case, CaseGrant
    from crisisdesk.core import clock
    from crisisdesk.core.access.permissions import write_membership_grants
    from crisisdesk.core.models import Brand, Membership, User

    view_case = Permission.objects.get(codename="view", content_type__model="case")
    made = {
        name: User.objects.create_user(f"{name}@bench.example", None, name=name) for name in ("all", "four", "forty")
    }
    pks = list(Brand.objects.order_by("pk").values_list("pk", flat=True))
    for name, held in (("all", pks), ("four", pks[3:7])):
        for pk in held:
            role = Membership.objects.create(user=made[name], brand_id=pk, role="duty")
            write_membership_grants(role, clock.now())
    old = Case.objects.order_by("created_at").values_list("pk", flat=True)[:4000:100]
    CaseGrant.objects.bulk_create(
        [CaseGrant(user=made["forty"], permission=view_case, content_object_id=pk) for pk in old]
    )
    return {name: user.pk for name, user in made.items()}


def measure(rounds: int) -> dict[str, float]:
    """Median milliseconds of the newest page of 25, unrestricted and for each of the three, grants read anew."""
    from cases.models import Case
    from crisisdesk.core.access.principals import Grants, Principal
    from crisisdesk.core.models import User

    def page(name: str) -> list[Case]:
        principal = Principal.for_user(User.objects.get(email=f"{name}@bench.example"))
        return list(Case.objects.visible_to(principal).order_by("-created_at", "-pk")[:25])

    works: dict[str, Any] = {"unrestricted page": lambda: list(Case.objects.order_by("-created_at", "-pk")[:25])}
    for name in ("all", "four", "forty"):
        user = User.objects.get(email=f"{name}@bench.example")
        works[f"grants of {name}"] = lambda user=user: Grants(user)
        works[f"sees {name}"] = lambda name=name: page(name)
    return alternate(works, rounds=rounds)


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--brands", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with measured_database():
        with as_owner():
            fill(options.cases, options.brands)
            people(options.brands)
        table(
            f"{options.cases:,} cases, page of 25 with reading the grants", measure(options.rounds), "unrestricted page"
        )


if __name__ == "__main__":
    main()
