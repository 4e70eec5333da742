"""A desk of many years: a hundred thousand cases, people with thousands of roles, texts that wait. Made by bulk SQL.

Half of the cases are the brand's that the people work for, the others are spread over forty brands. Work goes on in the
newest two per cent, each with a running clock and somebody who leads it; one case in fifty is confidential.
"""

from typing import Any

from django.db import connection

from crisisdesk.core.access.principals import SYSTEM, Principal
from crisisdesk.core.models import Brand, User

BRANDS = 40
TITLES = [
    "Plíseň v kaši", "Únik adres zákazníků", "Stížnost na rozvoz", "Falešný profil", "Sklo v chlebu",
    "Výpadek e-shopu", "Petice zaměstnanců", "Žaloba konkurence", "Reklama budí odpor", "Zpoždění zásilek",
    "Alergen na obalu", "Video z výroby",
]  # fmt: skip
WAITING = 400
# Roles in cases of the wide users; those of `agency` have no role on a brand.
WIDE = (0, 1000, 6000)
AGENCY = (60, 1000, 6000)

CASES = """
WITH made AS (
    INSERT INTO core_chain (uuid, head_seq, head_hash)
    SELECT gen_random_uuid(), 0, '' FROM generate_series(1, %(cases)s) RETURNING id
), numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM made)
INSERT INTO cases_case (
    uuid, created_at, reference, realm, chain_id, brand_id, kind_id, title, summary, state, severity, confidential,
    primary_language, content_languages, conference_link, reported_at, activated_at, closed_at, policy_snapshot,
    version, search_words
)
SELECT gen_random_uuid(), now() - n * interval '10 minutes', 'CD-2020-' || lpad(n::text, 7, '0'), 'live', id,
       CASE WHEN n %% 2 = 0 THEN %(brand)s ELSE (%(brands)s::bigint[])[1 + n / 2 %% %(brand_count)s] END,
       (SELECT min(id) FROM cases_crisiskind),
       (%(titles)s::text[])[1 + n * 7 %% %(title_count)s] || ' ' || n,
       '', CASE WHEN n <= %(open)s THEN 'active' ELSE 'closed' END, 1 + n %% 4, n %% 50 = 0, 'cs', '{cs,en}', '',
       now() - n * interval '10 minutes', now() - n * interval '10 minutes',
       CASE WHEN n > %(open)s THEN now() - n * interval '9 minutes' END, '{}', 1,
       (%(words)s::text[])[1 + n * 7 %% %(title_count)s] || ' ' || n
FROM numbered
"""

CLOCKS = """
INSERT INTO cases_clock (uuid, created_at, case_id, code, subject, started_at, warn_at, due_at, fence, attempts,
                         last_error)
SELECT gen_random_uuid(), now(), id, 'first', '', now(), now() + interval '20 hours', now() + interval '24 hours',
       0, 0, ''
FROM cases_case WHERE reference LIKE 'CD-2020-%%' AND state = 'active'
"""

ROLES = """
INSERT INTO cases_roleassignment (uuid, created_at, case_id, user_id, role, state, answered_at, due_at, fence, attempts,
                                  last_error, done_at)
SELECT gen_random_uuid(), created_at, id, %(user)s, %(role)s, 'accepted', created_at, created_at, 0, 0, '', created_at
FROM cases_case WHERE reference LIKE 'CD-2020-%%' AND {which}
"""

GRANTS = """
INSERT INTO cases_casegrant (user_id, permission_id, content_object_id)
SELECT held.user_id, permission.id, held.case_id
FROM cases_roleassignment AS held, auth_permission AS permission, django_content_type AS type
WHERE held.user_id = %(user)s AND held.state = 'accepted' AND permission.codename = ANY (%(codenames)s)
  AND type.id = permission.content_type_id AND (type.app_label, type.model) = ('cases', 'case')
ON CONFLICT DO NOTHING
"""


def fill(cases: int) -> None:
    """Make the cases, their clocks and leads, the people and the texts; as the owner of the database."""
    from crisisdesk.core.access.roles import Role
    from crisisdesk.core.search import terms_of
    from crisisdesk.desk.demo import people

    brand = Brand.objects.get(slug=people.BRAND[1])
    Brand.objects.bulk_create([Brand(name=f"Brand {n}", slug=f"brand-{n}") for n in range(BRANDS)])
    others = list(Brand.objects.exclude(pk=brand.pk).order_by("pk").values_list("pk", flat=True))
    values = {"cases": cases, "open": cases // 50, "brand": brand.pk, "brands": others, "brand_count": len(others)}
    titles = {"titles": TITLES, "title_count": len(TITLES), "words": [terms_of(title) for title in TITLES]}
    _run(CASES, values | titles)
    _run(CLOCKS, {})
    leading = {"user": people.user_of("crisis_lead_deputy").pk, "role": Role.CRISIS_LEAD.value}
    _run(ROLES.format(which="state = 'active'"), leading)
    _wait_for_approval(cases)
    for number in WIDE:
        _person(f"wide-{number}", number, cases, Role.CRISIS_LEAD, brand)
    for number in AGENCY:
        _person(f"agency-{number}", number, cases, None, brand)
    _person("quiet", 0, cases, Role.CRISIS_LEAD, brand)
    _run("ANALYZE", {})


def user_of(name: str) -> User:
    """One of the made people."""
    return User.objects.get(email=f"{name}@bench.example")


def _run(sql: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _person(name: str, roles: int, cases: int, role: Any, brand: Brand) -> None:
    """Somebody who spoke in `roles` cases spread over all the years, and leads crises of the brand, or of none."""
    from crisisdesk.core.access.roles import ROLE_CAPABILITIES, Role
    from crisisdesk.core.actions.memberships import grant_membership

    user = User.objects.create_user(f"{name}@bench.example", None, name=f"{name.title()} Person")
    if role is not None:
        grant_membership(brand, SYSTEM, user=user, role=role.value)
    if roles:
        every = max(1, cases // roles)
        which = f"right(reference, 7)::int %% {every} = 0 AND right(reference, 7)::int <= {roles * every}"
        _run(ROLES.format(which=which), {"user": user.pk, "role": Role.SPOKESPERSON.value})
        codenames = sorted(each.value for each in ROLE_CAPABILITIES[Role.SPOKESPERSON])
        _run(GRANTS, {"user": user.pk, "codenames": codenames})


def _wait_for_approval(cases: int) -> None:
    """Submit one text by the product's own verbs and copy it into as many cases as there are texts to wait."""
    from cases.actions import report_signal, take_and_lead
    from cases.models import Case, CrisisKind
    from comms.actions.statements import draft_statement
    from comms.actions.submitting import submit_statement
    from comms.models import ApprovalRequest, Contributor, RequestStage, Statement, StatementVersion, VersionText
    from crisisdesk.desk.demo import people

    brand, kind = Brand.objects.get(slug=people.BRAND[1]), CrisisKind.objects.get(code="viral_backlash")
    duty, author = (Principal.for_user(people.user_of(code)) for code in ("duty", "community"))
    signal = report_signal(brand, duty, title="Bench", kind=kind)
    case = take_and_lead(signal, duty, harm="no", spreading="no", growing="yes")
    version = draft_statement(case, author, purpose="update", text="Víme o tom a zjišťujeme, co se stalo.")
    request = submit_statement(version, author).request
    homes = Case.objects.filter(reference__startswith="CD-2020-", brand=brand, state="active", confidential=False)
    pks = list(homes.order_by("pk").values_list("pk", flat=True)[:WAITING])
    for pk in pks:
        statement = _copied(Statement.objects.filter(pk=version.statement_id), case=pk)[0]
        made = _copied(StatementVersion.objects.filter(pk=version.pk), statement=statement, state="draft")[0]
        _copied(VersionText.objects.filter(version=version), version=made)
        _copied(Contributor.objects.filter(version=version), version=made)
        StatementVersion.objects.filter(pk=made).update(state="in_approval")
        asked = _copied(ApprovalRequest.objects.filter(pk=request.pk), version=made)[0]
        _copied(RequestStage.objects.filter(request=request), request=asked)


def _copied(rows: Any, **changed: Any) -> list[int]:
    """Copies of the rows with some values changed; their keys."""
    import uuid

    fresh = []
    for row in rows:
        row.pk = None
        row._state.adding = True
        for name, value in changed.items():
            setattr(row, row._meta.get_field(name).attname, value)
        if hasattr(row, "uuid"):
            row.uuid = uuid.uuid4()
        fresh.append(row)
    return [row.pk for row in type(fresh[0])._base_manager.bulk_create(fresh)]
