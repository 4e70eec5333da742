"""What no program gets past: submitted texts are final, nobody approves their own, nothing is allowed by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from comms.models import Approval, ApprovalRequest, Contributor, StatementVersion, VersionText
from tests.comms import build
from tests.conftest import World

NO_RIGHT = "42501"


def refused(sql: str, *values: Any) -> str:
    """The constraint that a statement breaks, now or at commit; `42501` where the application has no right to try."""
    with pytest.raises(DatabaseError) as broken, transaction.atomic(), connection.cursor() as cursor:
        _as_at_commit(cursor, sql, values)
    told = broken.value.__cause__.diag
    return str(told.constraint_name or told.sqlstate)


def _as_at_commit(cursor: Any, sql: str, values: Any) -> None:
    cursor.execute(sql, values)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def version(world: World) -> StatementVersion:
    return build.submitted(world).version


@pytest.mark.parametrize(
    "change",
    [
        "payload_hash = repeat('0', 64)",
        "channels = '{}'",
        "embargo_until = now()",
        "next_update_at = now()",
        "language = 'de'",
        "number = 7",
        "values = '{\"a\": 1}'",
        "submitted_by_id = NULL",
        "state = 'draft'",
    ],
)
def test_a_submitted_version_never_changes(version: StatementVersion, change: str) -> None:
    sql = f"UPDATE comms_statementversion SET {change} WHERE id = %s"  # noqa: S608 - written above
    assert refused(sql, version.pk) == "comms_version_final"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE comms_versiontext SET text = 'x' WHERE version_id = %s",
        "DELETE FROM comms_versiontext WHERE version_id = %s",
        "INSERT INTO comms_versiontext (version_id, channel, title, text, source_hash) VALUES (%s, 'x', '', 'y', '')",
        "DELETE FROM comms_contributor WHERE version_id = %s",
    ],
)
def test_its_words_and_authors_never_change(version: StatementVersion, sql: str) -> None:
    assert refused(sql, version.pk) == "comms_version_final"


def test_neither_do_they_by_bulk_writes_of_the_product_itself(world: World, version: StatementVersion) -> None:
    writes: list[Callable[[], Any]] = [
        lambda: VersionText.objects.filter(version=version).update(text="x"),
        lambda: VersionText.objects.bulk_create([VersionText(version=version, channel="x", text="y")]),
        lambda: Contributor.objects.filter(version=version).delete(),
        lambda: Contributor.objects.create(version=version, user=world.user("legal")),
        version.delete,
    ]
    for write in writes:
        with transaction.atomic():
            try:
                write()
            except DatabaseError:
                transaction.set_rollback(True)
    assert version.texts.get().text == build.CZECH
    assert version.contributors.count() == 1


@pytest.mark.parametrize("state", ["approved", "scheduled", "publishing"])
def test_no_version_is_allowed_without_its_people(version: StatementVersion, state: str) -> None:
    sql = "UPDATE comms_statementversion SET state = %s WHERE id = %s"
    assert refused(sql, state, version.pk) == "comms_version_allowed"


def test_no_request_is_satisfied_without_its_people(version: StatementVersion) -> None:
    sql = "UPDATE comms_approvalrequest SET state = 'satisfied', decided_at = now() WHERE version_id = %s"
    assert refused(sql, version.pk) == "comms_request_satisfied"


DECISION = """
    INSERT INTO comms_approval (uuid, created_at, request_id, stage_id, user_id, on_behalf_of_id, verdict, payload_hash,
                               via)
    VALUES (gen_random_uuid(), now(), %s, %s, %s, %s, 'approve', %s, 'web')
"""


def test_a_contributor_never_decides(world: World, version: StatementVersion) -> None:
    request, community, other = version.request, world.user("community").pk, world.user("comms_lead").pk
    stage = request.stages.get().pk
    assert refused(DECISION, request.pk, stage, community, None, request.payload_hash) == "comms_four_eyes"
    assert refused(DECISION, request.pk, stage, other, community, request.payload_hash) == "comms_four_eyes"


def test_a_decision_is_about_its_own_request(world: World, version: StatementVersion) -> None:
    request, user = version.request, world.user("comms_lead").pk
    stage = request.stages.get().pk
    elsewhere = build.submitted(world).stages.get().pk
    service = world.user("service").pk
    for values in (
        (request.pk, stage, user, None, "0" * 64),
        (request.pk, elsewhere, user, None, request.payload_hash),
        (request.pk, stage, service, None, request.payload_hash),
    ):
        assert refused(DECISION, *values) == "comms_approval_of_request"


def test_decisions_are_final_and_made_once(world: World) -> None:
    request = build.submitted(world, purpose="apology")
    approval = build.approve(world, request)
    assert refused("UPDATE comms_approval SET verdict = 'reject' WHERE id = %s", approval.pk) == NO_RIGHT
    assert refused("DELETE FROM comms_approval WHERE id = %s", approval.pk) == NO_RIGHT
    stage = request.stages.exclude(pk=approval.stage_id).get().pk
    again = (request.pk, stage, approval.user_id, None, request.payload_hash)
    assert refused(DECISION, *again) == "comms_approval_once"
    assert Approval.objects.count() == 1
    assert ApprovalRequest.objects.get().state == "open"


def test_one_text_is_worked_on_at_a_time(version: StatementVersion) -> None:
    sql = """
        INSERT INTO comms_statementversion (uuid, created_at, statement_id, language, number, state, author_id,
                                            payload_hash, channels, values, held_back)
        SELECT gen_random_uuid(), now(), statement_id, language, 9, 'draft', author_id, '', '{}', '{}', ''
        FROM comms_statementversion WHERE id = %s
    """
    assert refused(sql, version.pk) == "comms_version_one_open"


def test_a_signature_and_its_review_are_two_people(world: World) -> None:
    review = build.review(world)
    sql = "UPDATE comms_releasereview SET reviewed_by_id = %s, reviewed_at = now(), outcome = 'confirmed' WHERE id = %s"
    assert refused(sql, review.release.signed_by_id, review.pk) == "comms_review_by_other"
    assert refused("DELETE FROM comms_templaterelease WHERE id = %s", review.release_id) == NO_RIGHT
