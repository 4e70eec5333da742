"""The database itself keeps whoever has words in a template from approving it, and these rows as they are."""

from typing import Any, ClassVar

from django.db import migrations

from crisisdesk.core.log.migration_sql import freeze_sql

# Nobody is added to what was submitted already, and nobody leaves.
ONLY_TO_DRAFTS = migrations.RunSQL(
    """
    CREATE FUNCTION comms_template_contributor_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM comms_templateversion v WHERE v.state <> 'draft' AND v.id = NEW.version_id FOR SHARE;
        IF FOUND THEN
            RAISE EXCEPTION 'a submitted template is final'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_template_final';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER comms_template_contributor_final BEFORE INSERT ON comms_templatecontributor
        FOR EACH ROW EXECUTE FUNCTION comms_template_contributor_final();
    """,
    """
    DROP TRIGGER comms_template_contributor_final ON comms_templatecontributor;
    DROP FUNCTION comms_template_contributor_final();
    """,
)

_FOUR_EYES = """
    CREATE OR REPLACE FUNCTION comms_template_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM comms_templateversion v WHERE v.id = NEW.version_id
                   AND (v.author_id = NEW.user_id OR v.payload_hash <> NEW.payload_hash)) __or_wrote__ THEN
            RAISE EXCEPTION 'an author never approves'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_template_four_eyes';
        END IF;
        RETURN NEW;
    END $$;
"""
_OR_WROTE = """
           OR EXISTS (SELECT 1 FROM comms_templatecontributor c
                      WHERE c.version_id = NEW.version_id AND c.user_id = NEW.user_id)"""


class Migration(migrations.Migration):
    dependencies: ClassVar[Any] = [("comms", "0010_template_contributors_filled")]
    operations: ClassVar[Any] = [
        ONLY_TO_DRAFTS,
        freeze_sql("comms_templatecontributor"),
        migrations.RunSQL(_FOUR_EYES.replace("__or_wrote__", _OR_WROTE), _FOUR_EYES.replace("__or_wrote__", "")),
    ]
