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
