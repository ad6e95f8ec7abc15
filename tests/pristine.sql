-- What migrations loaded is kept aside, and each transactional test ends with it: only tables that hold rows are emptied.
CREATE SCHEMA pristine;

CREATE TABLE pristine.kept AS
SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'django_migrations'
    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.relname;

DO $$
DECLARE
    found record;
    has_rows boolean;
BEGIN
    FOR found IN SELECT * FROM pristine.kept LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', found.name) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('CREATE TABLE pristine.%I AS SELECT %s FROM public.%I', 'of_' || found.name, found.columns, found.name);
        END IF;
    END LOOP;
END $$;

-- Returns the tables that grew large: their size would mislead the planner. Triggers rest: append-only tables are emptied, too.
CREATE FUNCTION pristine.restore() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    found record;
    has_rows boolean;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    FOR found IN SELECT * FROM pristine.kept LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', found.name) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('DELETE FROM public.%I', found.name);
        END IF;
        IF to_regclass(format('pristine.%I', 'of_' || found.name)) IS NOT NULL THEN
            EXECUTE format('INSERT INTO public.%I (%s) SELECT * FROM pristine.%I', found.name, found.columns, 'of_' || found.name);
        END IF;
        IF pg_relation_size(format('public.%I', found.name)) > 1000000 THEN
            RETURN NEXT format('public.%I', found.name);
        END IF;
    END LOOP;
    PERFORM set_config('session_replication_role', 'origin', true);
END $$;

-- All rows as text, and rows put back as they were: what they stand on is put back with them, so triggers rest here, too.
CREATE FUNCTION pristine.rows() RETURNS TABLE (name text, line text) LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT * FROM pristine.kept LOOP
        RETURN QUERY EXECUTE format('SELECT %L::text, one::text FROM public.%I one', found.name, found.name);
    END LOOP;
END $$;

CREATE FUNCTION pristine.put(name text, gone text[], come text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    columns text := (SELECT kept.columns FROM pristine.kept WHERE kept.name = put.name);
    done bigint;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    IF cardinality(gone) > 0 THEN
        EXECUTE format('DELETE FROM public.%I one WHERE one::text = ANY($1)', name) USING gone;
        GET DIAGNOSTICS done = ROW_COUNT;
        IF done <> cardinality(gone) THEN
            RAISE 'Rows of % that were to change are not as they were.', name;
        END IF;
    END IF;
    EXECUTE format(
        'INSERT INTO public.%1$I (%2$s) SELECT %2$s FROM (SELECT (line::public.%1$I).* FROM unnest($1) line) one', name, columns
    ) USING come;
    PERFORM set_config('session_replication_role', 'origin', true);
END $$;
