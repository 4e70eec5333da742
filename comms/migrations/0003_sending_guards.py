"""What the database itself guards about what leaves the house."""

from typing import Any, ClassVar

from django.db import migrations

from crisisdesk.core.log.migration_sql import freeze_sql

# A delivery belongs to the text that was approved: it carries its version's hash and language, keeps what the channel
# is given, and is claimed only while the version is released and somebody has allowed exactly this hash.
DELIVERIES = migrations.RunSQL(
    """
    CREATE FUNCTION comms_delivery_of_version() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        version comms_statementversion%ROWTYPE;
    BEGIN
        IF TG_OP = 'UPDATE' AND
           (OLD.uuid, OLD.version_id, OLD.account_id, OLD.language, OLD.part, OLD.parts, OLD.operation, OLD.of_id,
            OLD.by_hand, OLD.idempotency_key, OLD.payload_hash, OLD.headline, OLD.text)
           IS DISTINCT FROM
           (NEW.uuid, NEW.version_id, NEW.account_id, NEW.language, NEW.part, NEW.parts, NEW.operation, NEW.of_id,
            NEW.by_hand, NEW.idempotency_key, NEW.payload_hash, NEW.headline, NEW.text) THEN
            RAISE EXCEPTION 'what is delivered is final' USING ERRCODE = '23514', CONSTRAINT = 'comms_delivery_final';
        END IF;
        IF TG_OP = 'UPDATE' AND NOT (NEW.state = 'claimed' AND OLD.state <> 'claimed') THEN
            RETURN NEW;
        END IF;
        SELECT * INTO version FROM comms_statementversion WHERE id = NEW.version_id;
        IF version.payload_hash <> NEW.payload_hash OR version.language <> NEW.language THEN
            RAISE EXCEPTION 'a delivery carries the approved text'
                USING ERRCODE = '23514', CONSTRAINT = 'comms_delivery_of_version';
        END IF;
        IF NEW.state = 'claimed' AND NEW.operation = 'publish' AND (version.state <> 'publishing' OR NOT (
            EXISTS (SELECT 1 FROM comms_approvalrequest r WHERE r.version_id = version.id
                    AND r.state = 'satisfied' AND r.payload_hash = NEW.payload_hash)
            OR EXISTS (SELECT 1 FROM comms_templaterelease t WHERE t.version_id = version.id
                       AND t.payload_hash = NEW.payload_hash))) THEN
            RAISE EXCEPTION 'nobody allowed this text' USING ERRCODE = '23514', CONSTRAINT = 'comms_delivery_allowed';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER comms_delivery_of_version BEFORE INSERT OR UPDATE ON comms_delivery
        FOR EACH ROW EXECUTE FUNCTION comms_delivery_of_version();
    """,
    "DROP TRIGGER comms_delivery_of_version ON comms_delivery; DROP FUNCTION comms_delivery_of_version();",
)

# A post is what was delivered, to the byte; afterwards it can be withdrawn once and nothing else, and never vanishes.
POSTS = migrations.RunSQL(
    """
    CREATE FUNCTION comms_post_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            PERFORM 1 FROM comms_delivery d WHERE d.id = NEW.delivery_id AND d.payload_hash = NEW.payload_hash
                AND d.headline = NEW.headline AND d.text = NEW.text AND d.language = NEW.language;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'a post is what was delivered'
                    USING ERRCODE = '23514', CONSTRAINT = 'comms_post_of_delivery';
            END IF;
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL
           OR (OLD.uuid, OLD.delivery_id, OLD.brand_id, OLD.statement_id, OLD.language, OLD.headline, OLD.text,
               OLD.payload_hash, OLD.published_at, OLD.next_update_at, OLD.corrects_id)
              IS DISTINCT FROM
              (NEW.uuid, NEW.delivery_id, NEW.brand_id, NEW.statement_id, NEW.language, NEW.headline, NEW.text,
               NEW.payload_hash, NEW.published_at, NEW.next_update_at, NEW.corrects_id) THEN
            RAISE EXCEPTION 'a post is final' USING ERRCODE = '23514', CONSTRAINT = 'comms_post_final';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER comms_post_final BEFORE INSERT OR UPDATE OR DELETE ON comms_newsroompost
        FOR EACH ROW EXECUTE FUNCTION comms_post_final();
    """,
    "DROP TRIGGER comms_post_final ON comms_newsroompost; DROP FUNCTION comms_post_final();",
)


class Migration(migrations.Migration):
    dependencies: ClassVar[Any] = [("comms", "0002_guards")]
    operations: ClassVar[Any] = [DELIVERIES, POSTS, freeze_sql("comms_deliveryattempt"), freeze_sql("comms_withdrawal")]
