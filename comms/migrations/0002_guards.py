"""What the database itself guards about words and approvals: submitted texts are final, nobody approves their own."""

from typing import Any, ClassVar

from django.db import migrations

from crisisdesk.core.log.migration_sql import freeze_sql

# Once a version has left the state draft, its row changes nothing but state and instants, and never returns to draft.
FINAL_VERSIONS = migrations.RunSQL(
    """
    CREATE FUNCTION comms_version_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state <> 'draft' AND (TG_OP = 'DELETE' OR NEW.state = 'draft'
            OR (OLD.uuid, OLD.statement_id, OLD.language, OLD.number, OLD.author_id, OLD.payload_hash, OLD.values)
               IS DISTINCT FROM
               (NEW.uuid, NEW.statement_id, NEW.language, NEW.number, NEW.author_id, NEW.payload_hash, NEW.values)
            OR (OLD.parent_id, OLD.channels, OLD.embargo_until, OLD.next_update_at, OLD.template_version_id,
                OLD.submitted_at, OLD.submitted_by_id)
               IS DISTINCT FROM
               (NEW.parent_id, NEW.channels, NEW.embargo_until, NEW.next_update_at, NEW.template_version_id,
                NEW.submitted_at, NEW.submitted_by_id)) THEN
            RAISE EXCEPTION 'a submitted version is final' USING ERRCODE = '23514', CONSTRAINT = 'comms_version_final';
        END IF;
        RETURN COALESCE(NEW, OLD);
    END $$;
    CREATE TRIGGER comms_version_final BEFORE UPDATE OR DELETE ON comms_statementversion
        FOR EACH ROW EXECUTE FUNCTION comms_version_final();
    """,
    "DROP TRIGGER comms_version_final ON comms_statementversion; DROP FUNCTION comms_version_final();",
)

# Texts, contributors and cited facts belong to the version: they change while it is a draft and never again.
FINAL_PARTS = migrations.RunSQL(
    """
    CREATE FUNCTION comms_part_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM comms_statementversion v WHERE v.state <> 'draft'
            AND v.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END,
                         CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END) FOR SHARE;
        IF FOUND THEN
            RAISE EXCEPTION 'a submitted version is final' USING ERRCODE = '23514', CONSTRAINT = 'comms_version_final';
        END IF;
        RETURN COALESCE(NEW, OLD);
    END $$;
    CREATE TRIGGER comms_text_final BEFORE INSERT OR UPDATE OR DELETE ON comms_versiontext
        FOR EACH ROW EXECUTE FUNCTION comms_part_final();
    CREATE TRIGGER comms_contributor_final BEFORE INSERT OR UPDATE OR DELETE ON comms_contributor
        FOR EACH ROW EXECUTE FUNCTION comms_part_final();
    CREATE TRIGGER comms_citation_final BEFORE INSERT OR UPDATE OR DELETE ON comms_factcitation
        FOR EACH ROW EXECUTE FUNCTION comms_part_final();
    """,
    """
    DROP TRIGGER comms_text_final ON comms_versiontext;
    DROP TRIGGER comms_contributor_final ON comms_contributor;
    DROP TRIGGER comms_citation_final ON comms_factcitation;
    DROP FUNCTION comms_part_final();
    """,
)

# Judged at commit: an allowed version has a satisfied request or a signature for exactly its hash, and every stage of
# a satisfied request has its people.
ALLOWED_BY_SOMEBODY = migrations.RunSQL(
    """
    CREATE FUNCTION comms_version_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state IN ('approved', 'scheduled', 'publishing', 'corrected', 'retracted')
           AND NOT EXISTS (SELECT 1 FROM comms_approvalrequest r WHERE r.version_id = NEW.id
                           AND r.state = 'satisfied' AND r.payload_hash = NEW.payload_hash)
           AND NOT EXISTS (SELECT 1 FROM comms_templaterelease t WHERE t.version_id = NEW.id
                           AND t.payload_hash = NEW.payload_hash) THEN
            RAISE EXCEPTION 'nobody allowed this version'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_version_allowed';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER comms_version_allowed AFTER INSERT OR UPDATE OF state ON comms_statementversion
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION comms_version_allowed();

    CREATE FUNCTION comms_request_satisfied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state = 'satisfied' AND (
            NOT EXISTS (SELECT 1 FROM comms_requeststage s WHERE s.request_id = NEW.id)
            OR EXISTS (SELECT 1 FROM comms_requeststage s WHERE s.request_id = NEW.id AND s.required >
                       (SELECT count(*) FROM comms_approval a WHERE a.stage_id = s.id AND a.verdict = 'approve'))) THEN
            RAISE EXCEPTION 'approvals are missing'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_request_satisfied';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER comms_request_satisfied AFTER INSERT OR UPDATE OF state ON comms_approvalrequest
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION comms_request_satisfied();
    """,
    """
    DROP TRIGGER comms_version_allowed ON comms_statementversion; DROP FUNCTION comms_version_allowed();
    DROP TRIGGER comms_request_satisfied ON comms_approvalrequest; DROP FUNCTION comms_request_satisfied();
    """,
)

# A decision is made by a person who wrote nothing of the text, for the very text of the request, in one of its stages.
FOUR_EYES = migrations.RunSQL(
    """
    CREATE FUNCTION comms_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        asked comms_approvalrequest%ROWTYPE;
    BEGIN
        SELECT * INTO asked FROM comms_approvalrequest WHERE id = NEW.request_id;
        IF EXISTS (SELECT 1 FROM comms_contributor c WHERE c.version_id = asked.version_id
                   AND c.user_id IN (NEW.user_id, NEW.on_behalf_of_id)) THEN
            RAISE EXCEPTION 'a contributor never approves' USING ERRCODE = '23514', CONSTRAINT = 'comms_four_eyes';
        END IF;
        IF asked.payload_hash <> NEW.payload_hash
           OR NOT EXISTS (SELECT 1 FROM comms_requeststage s WHERE s.id = NEW.stage_id AND s.request_id = asked.id)
           OR EXISTS (SELECT 1 FROM core_user u WHERE u.id = NEW.user_id AND u.kind <> 'person') THEN
            RAISE EXCEPTION 'not a decision about this request'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_approval_of_request';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER comms_four_eyes BEFORE INSERT ON comms_approval
        FOR EACH ROW EXECUTE FUNCTION comms_four_eyes();
    """,
    "DROP TRIGGER comms_four_eyes ON comms_approval; DROP FUNCTION comms_four_eyes();",
)

# A signed text is looked at by somebody other than the one who signed it.
SOMEBODY_ELSE_REVIEWS = migrations.RunSQL(
    """
    CREATE FUNCTION comms_review_by_other() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.reviewed_by_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM comms_templaterelease r WHERE r.id = NEW.release_id AND r.signed_by_id = NEW.reviewed_by_id
        ) THEN
            RAISE EXCEPTION 'somebody else reviews' USING ERRCODE = '23514', CONSTRAINT = 'comms_review_by_other';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER comms_review_by_other BEFORE INSERT OR UPDATE ON comms_releasereview
        FOR EACH ROW EXECUTE FUNCTION comms_review_by_other();
    """,
    "DROP TRIGGER comms_review_by_other ON comms_releasereview; DROP FUNCTION comms_review_by_other();",
)

# An approved template keeps its text and fields; it is approved by two people who did not write it, at its own hash.
FINAL_TEMPLATES = migrations.RunSQL(
    """
    CREATE FUNCTION comms_template_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state IN ('approved', 'retired') AND (TG_OP = 'DELETE' OR NEW.state NOT IN ('approved', 'retired')
            OR (OLD.template_id, OLD.language, OLD.number, OLD.title, OLD.text, OLD.payload_hash, OLD.author_id)
               IS DISTINCT FROM
               (NEW.template_id, NEW.language, NEW.number, NEW.title, NEW.text, NEW.payload_hash, NEW.author_id)) THEN
            RAISE EXCEPTION 'an approved template is final'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_template_final';
        END IF;
        RETURN COALESCE(NEW, OLD);
    END $$;
    CREATE TRIGGER comms_template_final BEFORE UPDATE OR DELETE ON comms_templateversion
        FOR EACH ROW EXECUTE FUNCTION comms_template_final();

    CREATE FUNCTION comms_template_field_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM comms_templateversion v WHERE v.state <> 'draft'
            AND v.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END,
                         CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END) FOR SHARE;
        IF FOUND THEN
            RAISE EXCEPTION 'a submitted template is final'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_template_final';
        END IF;
        RETURN COALESCE(NEW, OLD);
    END $$;
    CREATE TRIGGER comms_template_field_final BEFORE INSERT OR UPDATE OR DELETE ON comms_templateplaceholder
        FOR EACH ROW EXECUTE FUNCTION comms_template_field_final();

    CREATE FUNCTION comms_template_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM comms_templateversion v WHERE v.id = NEW.version_id
                   AND (v.author_id = NEW.user_id OR v.payload_hash <> NEW.payload_hash)) THEN
            RAISE EXCEPTION 'an author never approves'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_template_four_eyes';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER comms_template_four_eyes BEFORE INSERT ON comms_templateapproval
        FOR EACH ROW EXECUTE FUNCTION comms_template_four_eyes();

    CREATE FUNCTION comms_template_approved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state = 'approved' AND 2 > (SELECT count(DISTINCT a.user_id) FROM comms_templateapproval a
                                           WHERE a.version_id = NEW.id AND a.payload_hash = NEW.payload_hash) THEN
            RAISE EXCEPTION 'two people approve a template'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_template_approved';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER comms_template_approved AFTER INSERT OR UPDATE OF state ON comms_templateversion
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION comms_template_approved();
    """,
    """
    DROP TRIGGER comms_template_final ON comms_templateversion; DROP FUNCTION comms_template_final();
    DROP TRIGGER comms_template_field_final ON comms_templateplaceholder; DROP FUNCTION comms_template_field_final();
    DROP TRIGGER comms_template_four_eyes ON comms_templateapproval; DROP FUNCTION comms_template_four_eyes();
    DROP TRIGGER comms_template_approved ON comms_templateversion; DROP FUNCTION comms_template_approved();
    """,
)

FINAL_ROWS = [freeze_sql(table) for table in ("comms_approval", "comms_templaterelease", "comms_templateapproval")]


class Migration(migrations.Migration):
    dependencies: ClassVar[Any] = [("comms", "0001_initial"), ("core", "0001_initial")]
    operations: ClassVar[Any] = [
        FINAL_VERSIONS,
        FINAL_PARTS,
        ALLOWED_BY_SOMEBODY,
        FOUR_EYES,
        SOMEBODY_ELSE_REVIEWS,
        FINAL_TEMPLATES,
        *FINAL_ROWS,
    ]
