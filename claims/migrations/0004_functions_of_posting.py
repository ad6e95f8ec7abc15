from django.db import migrations

# One way to write entries for everything but bulk imports: rows are locked in one order (receipts, overpayments,
# claims, each by id), so that writers wait for each other and never block each other; the audit row goes with them,
# first, so that rows are held no longer than they must be. Arrays, not joins: the planner takes the index even where
# it knows nothing of the table yet.
POST_ENTRIES = """
CREATE FUNCTION claims_post_entries(
    lines jsonb, by_user bigint, event text, subject_type text, subject_key text, detail jsonb,
    new_receipt bigint DEFAULT NULL
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    written integer;
BEGIN
    INSERT INTO toyota_collect_auditevent (at, by_id, event, subject_type, subject_key, detail)
    VALUES (now(), by_user, event, subject_type, subject_key, detail);
    IF new_receipt IS NULL THEN  -- nobody else can hold what this transaction made
        PERFORM 1 FROM claims_receipt
            WHERE id = ANY (ARRAY(SELECT (l->>'receipt')::bigint FROM jsonb_array_elements(lines) l))
            ORDER BY id FOR NO KEY UPDATE;
    END IF;
    IF lines @? '$[*] ? (@.overpayment != null)' THEN
        PERFORM 1 FROM claims_overpayment
            WHERE id = ANY (ARRAY(SELECT (l->>'overpayment')::bigint FROM jsonb_array_elements(lines) l))
            ORDER BY id FOR NO KEY UPDATE;
    END IF;
    PERFORM 1 FROM claims_claim
        WHERE id = ANY (ARRAY(SELECT (l->>'claim')::bigint FROM jsonb_array_elements(lines) l))
        ORDER BY id FOR NO KEY UPDATE;
    INSERT INTO claims_entry (claim_id, kind, component, amount_yen, "on", accounting_year, receipt_id,
        overpayment_id, reverses_id, by_id, note)
    SELECT (l->>'claim')::bigint, l->>'kind', l->>'component', (l->>'yen')::bigint, (l->>'on')::date,
        (l->>'accounting_year')::smallint, coalesce(new_receipt, (l->>'receipt')::bigint), (l->>'overpayment')::bigint,
        (l->>'reverses')::bigint, by_user, coalesce(l->>'note', '')
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS e (l, place) ORDER BY place;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $$;
"""
# A receipt and what it pays, in one call: the lines are of the new receipt.
POST_RECEIPT = """
CREATE FUNCTION claims_post_receipt(receipt jsonb, lines jsonb, by_user bigint, detail jsonb)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    new_id bigint;
BEGIN
    INSERT INTO claims_receipt (source_id, receipt_number, paid_on, booked_on, channel, amount_yen, left_yen, ground)
    VALUES ((receipt->>'source')::bigint, receipt->>'number', (receipt->>'paid_on')::date,
        (receipt->>'booked_on')::date, receipt->>'channel', (receipt->>'yen')::bigint, (receipt->>'yen')::bigint,
        receipt->>'ground')
    RETURNING id INTO new_id;
    PERFORM claims_post_entries(
        lines, by_user, 'receipt.booked', 'claims.receipt', new_id::text, detail, new_receipt => new_id);
    RETURN new_id;
END $$;
"""


class Migration(migrations.Migration):
    replaces = [("claims", "0009_posting")]

    dependencies = [("claims", "0003_tables_and_keys")]
    operations = [
        migrations.RunSQL(
            POST_ENTRIES, "DROP FUNCTION claims_post_entries(jsonb, bigint, text, text, text, jsonb, bigint)"
        ),
        migrations.RunSQL("CREATE SEQUENCE claims_desk_slip_number", "DROP SEQUENCE claims_desk_slip_number"),
        migrations.RunSQL(
            "CREATE SEQUENCE claims_counter_receipt_number", "DROP SEQUENCE claims_counter_receipt_number"
        ),
        migrations.RunSQL(POST_RECEIPT, "DROP FUNCTION claims_post_receipt(jsonb, jsonb, bigint, jsonb)"),
    ]
