"""SQL that migrations share: frozen tables, the seal, blanking."""

from django.db.migrations import RunSQL


def freeze_sql(table: str) -> RunSQL:
    """Refuse every UPDATE and DELETE on a table, whoever asks.

    TRUNCATE stays a matter of rights: the application role does not hold it.
    """
    return RunSQL(
        f"""
        CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of {table} are final' USING ERRCODE = '23514', CONSTRAINT = '{table}_frozen';
        END $$;
        CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_refuse();
        """,
        f"DROP TRIGGER {table}_frozen ON {table}; DROP FUNCTION {table}_refuse();",
    )


# A SECURITY DEFINER function runs with the rights of the owner of the tables. It must mean the same whoever calls it,
# so its path is fixed: built-in functions and operators first, temporary tables (which else come before everything,
# and which the caller makes) last. Everything in it is named with its schema besides.
SEAL_FUNCTION = """
    CREATE OR REPLACE FUNCTION public.core_seal_event() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        before text;
        place bigint;
        sealed text;
    BEGIN
        SELECT head_hash, head_seq + 1 INTO before, place FROM public.core_chain
            WHERE id = NEW.chain_id FOR NO KEY UPDATE;
        sealed := pg_catalog.encode(
            pg_catalog.sha256(pg_catalog.convert_to(before || E'\\n' || NEW.canonical, 'UTF8')), 'hex');
        UPDATE public.core_chain SET head_seq = place, head_hash = sealed WHERE id = NEW.chain_id;
        INSERT INTO public.core_eventseal (event_id, chain_id, seq, prev, hash)
            VALUES (NEW.id, NEW.chain_id, place, before, sealed);
        RETURN NULL;
    END $$;
"""

SEAL_EVENTS = RunSQL(
    SEAL_FUNCTION
    + """
    CREATE CONSTRAINT TRIGGER core_event_seal AFTER INSERT ON core_event
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION core_seal_event();
    """,
    "DROP TRIGGER core_event_seal ON core_event; DROP FUNCTION core_seal_event();",
)

# A text of an entry may be blanked once, with the instant noted, and never be rewritten.
GUARD_ENTRIES = RunSQL(
    """
    CREATE FUNCTION core_entry_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR OLD.sha256 <> NEW.sha256 OR OLD.chain_id <> NEW.chain_id OR OLD.kind <> NEW.kind
           OR OLD.recorded_at <> NEW.recorded_at OR OLD.occurred_at <> NEW.occurred_at
           OR ((OLD.text <> NEW.text OR OLD.data <> NEW.data)
               AND NOT (NEW.text = '' AND NEW.data = '{}'::jsonb AND NEW.blanked_at IS NOT NULL)) THEN
            RAISE EXCEPTION 'entries are blanked, never rewritten'
                USING ERRCODE = '23514', CONSTRAINT = 'core_entry_kept';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER core_entry_keep BEFORE UPDATE OR DELETE ON core_entry
        FOR EACH ROW EXECUTE FUNCTION core_entry_keep();
    """,
    "DROP TRIGGER core_entry_keep ON core_entry; DROP FUNCTION core_entry_keep();",
)

# What is known of stored bytes never changes. They are removed once, with a reason, and the row stays.
KEEP_FILES = RunSQL(
    """
    CREATE FUNCTION core_storedfile_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE'
           OR (OLD.uuid, OLD.sha256, OLD.size, OLD.name, OLD.media_type, OLD.kind, OLD.key)
              IS DISTINCT FROM (NEW.uuid, NEW.sha256, NEW.size, NEW.name, NEW.media_type, NEW.kind, NEW.key)
           OR (OLD.removed_at IS NOT NULL
               AND (OLD.removed_at, OLD.removal_id) IS DISTINCT FROM (NEW.removed_at, NEW.removal_id)) THEN
            RAISE EXCEPTION 'rows of files stay as they are'
                USING ERRCODE = '23514', CONSTRAINT = 'core_storedfile_kept';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER core_storedfile_keep BEFORE UPDATE OR DELETE ON core_storedfile
        FOR EACH ROW EXECUTE FUNCTION core_storedfile_keep();
    """,
    "DROP TRIGGER core_storedfile_keep ON core_storedfile; DROP FUNCTION core_storedfile_keep();",
)
