"""What the database itself sees to: what never changes, what is never cleared, and how it plans lists of cases."""

from django.db import migrations

from crisisdesk.core.log.migration_sql import freeze_sql

# The realm above all: nothing may turn an exercise into a real case or the other way round.
KEEP_IDENTITY = migrations.RunSQL(
    """
    CREATE FUNCTION cases_case_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.realm <> NEW.realm OR OLD.reference <> NEW.reference OR OLD.uuid <> NEW.uuid
           OR OLD.chain_id <> NEW.chain_id OR OLD.brand_id <> NEW.brand_id THEN
            RAISE EXCEPTION 'realm, reference, brand and log of a case never change'
                USING ERRCODE = '23514', CONSTRAINT = 'cases_case_identity';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER cases_case_keep BEFORE UPDATE ON cases_case
        FOR EACH ROW EXECUTE FUNCTION cases_case_keep();
    """,
    "DROP TRIGGER cases_case_keep ON cases_case; DROP FUNCTION cases_case_keep();",
)

# A case refers to the version it was activated with; what it says must stay what it said.
PUBLISHED_PROTOCOLS_STAY = migrations.RunSQL(
    """
    CREATE FUNCTION cases_protocolversion_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.published_at IS NOT NULL THEN
            RAISE EXCEPTION 'a published protocol version is final'
                USING ERRCODE = '23514', CONSTRAINT = 'cases_protocol_published';
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER cases_protocolversion_keep BEFORE UPDATE OR DELETE ON cases_protocolversion
        FOR EACH ROW EXECUTE FUNCTION cases_protocolversion_keep();

    CREATE FUNCTION cases_protocolstep_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        touched bigint[];
    BEGIN
        IF TG_OP = 'INSERT' THEN
            touched := ARRAY[NEW.version_id];
        ELSIF TG_OP = 'DELETE' THEN
            touched := ARRAY[OLD.version_id];
        ELSE
            touched := ARRAY[OLD.version_id, NEW.version_id];
        END IF;
        IF EXISTS (
            SELECT FROM cases_protocolversion WHERE id = ANY (touched) AND published_at IS NOT NULL FOR KEY SHARE
        ) THEN
            RAISE EXCEPTION 'the steps of a published protocol version are final'
                USING ERRCODE = '23514', CONSTRAINT = 'cases_protocol_published';
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER cases_protocolstep_keep BEFORE INSERT OR UPDATE OR DELETE ON cases_protocolstep
        FOR EACH ROW EXECUTE FUNCTION cases_protocolstep_keep();
    """,
    """
    DROP TRIGGER cases_protocolstep_keep ON cases_protocolstep; DROP FUNCTION cases_protocolstep_keep();
    DROP TRIGGER cases_protocolversion_keep ON cases_protocolversion; DROP FUNCTION cases_protocolversion_keep();
    """,
)

# However a limit is changed, the policy says that it is another one now.
COUNT_POLICY_VERSIONS = migrations.RunSQL(
    """
    CREATE FUNCTION cases_policy_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NULL;
        END IF;
        UPDATE cases_severitypolicy SET version = version + 1
            WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.policy_id ELSE NEW.policy_id END;
        RETURN NULL;
    END $$;
    CREATE TRIGGER cases_policylimit_changed AFTER INSERT OR UPDATE OR DELETE ON cases_policylimit
        FOR EACH ROW EXECUTE FUNCTION cases_policy_changed();
    CREATE TRIGGER cases_policylevel_changed AFTER INSERT OR UPDATE OR DELETE ON cases_policylevel
        FOR EACH ROW EXECUTE FUNCTION cases_policy_changed();
    """,
    """
    DROP TRIGGER cases_policylevel_changed ON cases_policylevel;
    DROP TRIGGER cases_policylimit_changed ON cases_policylimit;
    DROP FUNCTION cases_policy_changed();
    """,
)

BREACHES_STAY = migrations.RunSQL(
    """
    CREATE FUNCTION cases_clock_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.breached_at IS NOT NULL AND NEW.breached_at IS DISTINCT FROM OLD.breached_at THEN
            RAISE EXCEPTION 'a limit that was passed stays passed'
                USING ERRCODE = '23514', CONSTRAINT = 'cases_clock_breach_stays';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER cases_clock_keep BEFORE UPDATE ON cases_clock
        FOR EACH ROW EXECUTE FUNCTION cases_clock_keep();
    """,
    "DROP TRIGGER cases_clock_keep ON cases_clock; DROP FUNCTION cases_clock_keep();",
)

# Without them the planner expects a brand with few cases to have many: 136 ms instead of 3 at a million cases.
BRAND_STATISTICS = migrations.RunSQL(
    "ALTER TABLE cases_case ALTER COLUMN brand_id SET STATISTICS 1000;",
    "ALTER TABLE cases_case ALTER COLUMN brand_id SET STATISTICS -1;",
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("core", "0002_guards")]

    operations = [
        KEEP_IDENTITY,
        PUBLISHED_PROTOCOLS_STAY,
        COUNT_POLICY_VERSIONS,
        BREACHES_STAY,
        freeze_sql("cases_severityassessment"),
        BRAND_STATISTICS,
    ]
