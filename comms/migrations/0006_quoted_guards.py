"""What the database itself guards about being quoted: only the person quoted agrees to it."""

from typing import Any, ClassVar

from django.db import migrations

ONLY_THE_PERSON = migrations.RunSQL(
    """
    CREATE FUNCTION comms_quoted_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM comms_requeststage s WHERE s.id = NEW.stage_id
                   AND s.person_id IS NOT NULL AND s.person_id <> NEW.user_id) THEN
            RAISE EXCEPTION 'nobody agrees for the person quoted'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_quoted_agrees';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER comms_quoted_agrees BEFORE INSERT ON comms_approval
        FOR EACH ROW EXECUTE FUNCTION comms_quoted_agrees();
    """,
    "DROP TRIGGER comms_quoted_agrees ON comms_approval; DROP FUNCTION comms_quoted_agrees();",
)


# Judged at commit: every stage `s` of a satisfied request `NEW` has its people.
_SATISFIED = """
    CREATE OR REPLACE FUNCTION comms_request_satisfied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state = 'satisfied' AND (
            NOT EXISTS (SELECT 1 FROM comms_requeststage s WHERE s.request_id = NEW.id)
            OR EXISTS (SELECT 1 FROM comms_requeststage s
                       WHERE s.request_id = NEW.id AND s.required > __given__)) THEN
            RAISE EXCEPTION 'approvals are missing'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_request_satisfied';
        END IF;
        RETURN NULL;
    END $$;
"""
_BY_STAGE = "(SELECT count(*) FROM comms_approval a WHERE a.stage_id = s.id AND a.verdict = 'approve')"
# Whoever is quoted decides once, in whichever stage: their approval of the text is that of their words in it.
_BY_STAGE_OR_PERSON = """(
    SELECT count(*) FROM comms_approval a WHERE a.request_id = s.request_id AND a.verdict = 'approve'
    AND CASE WHEN s.person_id IS NULL THEN a.stage_id = s.id ELSE a.user_id = s.person_id END)"""


class Migration(migrations.Migration):
    dependencies: ClassVar[Any] = [("comms", "0005_quoted")]
    operations: ClassVar[Any] = [
        ONLY_THE_PERSON,
        migrations.RunSQL(
            _SATISFIED.replace("__given__", _BY_STAGE_OR_PERSON), _SATISFIED.replace("__given__", _BY_STAGE)
        ),
    ]
