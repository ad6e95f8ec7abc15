"""One SELECT a family, its columns named and ordered as declared. Parameters: those of ``write.Scope``.

``hidden`` and ``hidden_identities`` are those whose address no file may carry. Balances and entries are those booked until ``as_of``,
that day included; what a person or a section is called is as it stands now.
"""

KEY = """%(city)s::text AS city_code, src.code AS source, k.code AS kind, c.levy_year, c.taxation_year, c.notice_number,
c.detail_code, c.collector_number, c.instalment, c.declaration_number, c.business_year_number, c.child_number"""
OF_CLAIM = """JOIN debtors_sourcesystem src ON src.id = c.source_id JOIN claims_claimkind k ON k.id = c.kind_id"""
IN_SCOPE = "c.taken_back_at IS NULL AND (%(source)s::bigint IS NULL OR c.source_id = %(source)s)"
IN_KEY_ORDER = """src.code, k.code, c.notice_number, c.levy_year, c.taxation_year, c.instalment, c.detail_code,
c.collector_number, c.declaration_number, c.business_year_number, c.child_number"""
# A person's other numbers are as secret as the one that is flagged.
HIDDEN = """(i.person_id = ANY(%(hidden)s::bigint[]) OR i.id = ANY(%(hidden_identities)s::bigint[]) OR EXISTS (SELECT FROM debtors_protectionflag f
WHERE f.identity_id = i.id AND (f.ends_on IS NULL OR f.ends_on > least(%(as_of)s, %(today)s))))"""
CONTACT = f"""CASE WHEN {HIDDEN} THEN '' ELSE i.postal_code END AS postal_code,
CASE WHEN {HIDDEN} THEN '' ELSE i.address END AS address, CASE WHEN {HIDDEN} THEN '' ELSE i.phone END AS phone"""


def of_claims(columns: str, tables: str, where: str = "true", order: str = "") -> str:
    """A query over rows that belong to claims ``c`` in scope."""
    return f"""SELECT {KEY}, {columns} FROM {tables} {OF_CLAIM}
        WHERE {IN_SCOPE} AND ({where}) ORDER BY {IN_KEY_ORDER}{order and ", " + order}"""


def sum_of(component: str, kinds: str, sign: str = "") -> str:
    """The sum of a claim's entries of those kinds until the day, reversals of such entries taken off."""
    return f"""coalesce({sign}sum(e.amount_yen) FILTER (
        WHERE e.component = '{component}' AND coalesce(o.kind, e.kind) IN ({kinds})), 0)::bigint"""


BOOKED = """JOIN LATERAL (SELECT {columns} FROM claims_entry e LEFT JOIN claims_entry o ON o.id = e.reverses_id
    WHERE e.claim_id = c.id AND e.on <= %(as_of)s) b ON true"""
# A hold of a person or kind silences each of that person's claims.
HELD = """claims_hold h JOIN debtors_sourceidentity i ON i.person_id = h.person_id
JOIN claims_claim c ON c.identity_id = i.id AND (h.claim_id IS NULL OR h.claim_id = c.id)
    AND (h.kind_id IS NULL OR h.kind_id = c.kind_id)
LEFT JOIN claims_measure m ON m.id = h.measure_id"""
HOLD = """h.id AS number, CASE WHEN h.claim_id IS NOT NULL THEN 'claim' WHEN h.kind_id IS NOT NULL THEN 'kind'
    ELSE 'person' END AS scope, h.reason"""
HOLD_DAYS = "h.starts_on, h.ends_on - 1 AS until_on"
HOLD_MEASURE = f"{HOLD}, h.variant, {HOLD_DAYS}, m.decided_on"
SINCE = "h.starts_on <= %(as_of)s"
LINE = "{0}.principal_yen, {0}.fee_yen, {0}.late_yen, {0}.cost_yen"
EVENTS = "claims_claimevent v JOIN claims_claim c ON c.id = v.claim_id"
EVENT_IS = "v.withdrawn_at IS NULL AND v.on <= %(as_of)s AND v.kind"

ATENA = f"""SELECT %(city)s::text AS city_code, src.code AS source, i.atena_number, i.name, i.kana, i.birth_on, i.sex,
    {CONTACT}, CASE WHEN {HIDDEN} THEN '' ELSE i.household_number END AS household_number, i.moved_on, i.died_on
FROM debtors_sourceidentity i JOIN debtors_sourcesystem src ON src.id = i.source_id
WHERE i.ground = 'register' AND i.atena_number <> '' AND i.withdrawn_at IS NULL
    AND (%(source)s::bigint IS NULL OR i.source_id = %(source)s)
ORDER BY src.code, i.atena_number"""
SHIEN = """SELECT DISTINCT ON (src.code, i.atena_number) %(city)s::text AS city_code, src.code AS source, i.atena_number,
    f.starts_on, f.ends_on - 1 AS until_on
FROM debtors_protectionflag f JOIN debtors_sourceidentity i ON i.id = f.identity_id
JOIN debtors_sourcesystem src ON src.id = i.source_id
WHERE f.ground = 'register' AND i.atena_number <> '' AND (%(source)s::bigint IS NULL OR i.source_id = %(source)s)
ORDER BY src.code, i.atena_number, f.starts_on DESC"""
DOUITSUNIN = """SELECT %(city)s::text AS city_code, src.code AS source, i.person_number, i.atena_number,
    p.number AS debtor_number, l.rule AS linked_by, (l.linked_at AT TIME ZONE 'Asia/Tokyo')::date AS linked_on
FROM debtors_identitylink l JOIN debtors_sourceidentity i ON i.id = l.identity_id
JOIN debtors_person p ON p.id = l.person_id JOIN debtors_sourcesystem src ON src.id = i.source_id
WHERE l.unlinked_at IS NULL AND (%(source)s::bigint IS NULL OR i.source_id = %(source)s)
ORDER BY src.code, i.person_number"""
KIBETSU = f"""SELECT %(city)s::text AS city_code, src.code AS source, k.code AS kind, c.levy_year, c.instalment,
    c.nominal_due_on, c.due_on, count(*) AS claims
FROM claims_claim c {OF_CLAIM} WHERE {IN_SCOPE} GROUP BY 2, 3, 4, 5, 6, 7 ORDER BY 2, 3, 4, 5, 6, 7"""
LEVIED = f"""{sum_of("principal", "'levy'")} AS levied_yen,
    {sum_of("principal", "'levy', 'correction'")} AS corrected_yen,
    bool_or(coalesce(o.kind, e.kind) = 'correction' AND e.component = 'principal') AS is_corrected,
    {sum_of("principal", "'exemption'", "-")} AS exempted_yen, {sum_of("fee", "'levy', 'correction'")} AS fee_yen,
    {sum_of("principal", "'receipt', 'set_off'", "-")} AS paid_yen, count(*) AS entries"""
CHOTEI = of_claims(
    f"""i.person_number, i.atena_number, i.corporate_number, i.name, i.kana, i.birth_on, i.sex, {CONTACT},
    c.nominal_due_on, c.contract_on, b.levied_yen, CASE WHEN b.is_corrected THEN b.corrected_yen END AS corrected_yen,
    b.exempted_yen, b.fee_yen AS charged_fee_yen, (SELECT max(v.on) FROM claims_claimevent v WHERE v.claim_id = c.id
        AND v.kind = 'dunning' AND v.withdrawn_at IS NULL AND v.on <= %(as_of)s) AS dunned_on,
    b.paid_yen AS paid_total_yen""",
    f"claims_claim c JOIN debtors_sourceidentity i ON i.id = c.identity_id {BOOKED.format(columns=LEVIED)}",
    "b.entries > 0",
)
# Money of another system bears that system's code, so that two never share a number.
SHUNOU_PARTS = """claims_claim c JOIN LATERAL (
    SELECT r.paid_on, r.booked_on, r.channel, e.kind = 'reversal' AS is_reversal,
        CASE WHEN r.source_id <> c.source_id THEN rs.code || ':' ELSE '' END || r.receipt_number
            || CASE WHEN place.no > 1 THEN '-' || place.no ELSE '' END AS number,
        min(e.on) AS day, sum(e.amount_yen) FILTER (WHERE e.component = 'principal') AS principal_yen,
        sum(e.amount_yen) FILTER (WHERE e.component = 'fee') AS fee_yen,
        sum(e.amount_yen) FILTER (WHERE e.component = 'late') AS late_yen
    FROM claims_entry e LEFT JOIN claims_entry o ON o.id = e.reverses_id
    JOIN claims_receipt r ON r.id = e.receipt_id AND r.taken_back_at IS NULL JOIN debtors_sourcesystem rs ON rs.id = r.source_id
    CROSS JOIN LATERAL (SELECT count(DISTINCT x.claim_id) AS no FROM claims_entry x
        WHERE x.receipt_id = r.id AND x.kind = 'receipt' AND x.claim_id <= c.id) place
    WHERE e.claim_id = c.id AND e.on <= %(as_of)s AND coalesce(o.kind, e.kind) = 'receipt'
    GROUP BY r.id, rs.code, place.no, e.kind
    UNION ALL
    SELECT e.on, NULL, 'set_off', false, 'set_off:' || e.id, e.on, sum(e.amount_yen) FILTER (WHERE e.component = 'principal'),
        sum(e.amount_yen) FILTER (WHERE e.component = 'fee'), sum(e.amount_yen) FILTER (WHERE e.component = 'late')
    FROM claims_entry e WHERE e.claim_id = c.id AND e.on <= %(as_of)s AND e.kind = 'set_off' AND e.component <> 'cost'
        AND NOT EXISTS (SELECT FROM claims_entry v WHERE v.reverses_id = e.id AND v.on <= %(as_of)s)
    GROUP BY e.id
) p ON true"""
SHUNOU = of_claims(
    """CASE WHEN p.is_reversal THEN p.number || '-R' ELSE p.number END AS receipt_number,
    CASE WHEN p.is_reversal THEN p.day ELSE p.paid_on END AS paid_on,
    CASE WHEN p.is_reversal THEN NULL ELSE p.booked_on END AS booked_on, p.channel,
    abs(coalesce(p.principal_yen, 0))::bigint AS principal_yen, abs(coalesce(p.fee_yen, 0))::bigint AS fee_yen,
    abs(coalesce(p.late_yen, 0))::bigint AS late_yen, CASE WHEN p.is_reversal THEN p.number ELSE '' END AS cancels""",
    SHUNOU_PARTS,
    order="p.paid_on, p.number, p.is_reversal",
)
TOKUSOKU = of_claims("v.on", EVENTS, f"{EVENT_IS} = 'dunning'", "v.on")
SAIKOKU = of_claims("v.on", EVENTS, f"{EVENT_IS} = 'demand'", "v.on")
JIKO = of_claims(
    "v.kind AS event, v.on, v.until AS until_on", EVENTS, f"{EVENT_IS} NOT IN ('dunning', 'demand')", "v.on"
)
TOKUSOKUTEISHI = of_claims(f"{HOLD}, {HOLD_DAYS}", HELD, f"{SINCE} AND 'dunning' = ANY(h.channels)", "h.id")
YUYO = of_claims(
    f"{HOLD_MEASURE}, m.new_due_on, h.late_charge_effect AS late_effect",
    HELD,
    f"{SINCE} AND h.reason IN ('tax_grace', 'conversion_grace', 'deferred_performance')",
    "h.id",
)
SHIKKOUTEISHI = of_claims(
    f"{HOLD_MEASURE}, h.late_charge_effect AS late_effect",
    HELD,
    f"{SINCE} AND h.reason IN ('execution_stop', 'collection_stop')",
    "h.id",
)
LEFT = ", ".join(
    f"coalesce(sum(e.amount_yen) FILTER (WHERE e.component = '{one}'), 0)::bigint AS {one}_yen"
    for one in ("principal", "fee", "late", "cost")
)
MEISAI = of_claims(
    f"""p.number AS debtor_number, i.person_number, i.name, c.nominal_due_on, c.due_on, {LINE.format("b")},
    b.principal_yen + b.fee_yen + b.late_yen + b.cost_yen AS total_yen, c.prescribes_on""",
    f"""claims_claim c JOIN debtors_sourceidentity i ON i.id = c.identity_id
    LEFT JOIN debtors_person p ON p.id = i.person_id {BOOKED.format(columns=LEFT)}""",
    "b.principal_yen + b.fee_yen + b.late_yen + b.cost_yen > 0",
)
BUNNO = of_claims(
    f"""p.number AS debtor_number, n.history_number AS plan_number, t.number AS part,
    coalesce(nullif(CASE WHEN n.closed_on <= %(as_of)s THEN n.closed_as END, ''), 'running') AS plan_state, n.signed_on,
    t.nominal_on AS agreed_on, t.due_on, {LINE.format("l")}, (SELECT count(*) FROM claims_slip s
        WHERE s.instalment_id = t.id AND s.issued_on <= %(as_of)s) AS slips""",
    """claims_planline l JOIN claims_planinstalment t ON t.id = l.instalment_id JOIN claims_plan n ON n.id = t.plan_id
    JOIN debtors_person p ON p.id = n.person_id JOIN claims_claim c ON c.id = l.claim_id""",
    "n.signed_on <= %(as_of)s AND n.closed_as <> 'discarded'",
    "p.number, n.history_number, t.number",
)
KESSON = of_claims(
    "d.id AS number, d.ground, d.booked_on AS decided_on, d.fiscal_year, l.booked_yen AS total_yen",
    "claims_claimendline l JOIN claims_claimend d ON d.id = l.end_id JOIN claims_claim c ON c.id = l.claim_id",
    "d.booked_on <= %(as_of)s AND l.booked_yen IS NOT NULL",
    "d.id",
)
JUTO = of_claims(
    "e.id AS number, e.on, "
    + ", ".join(
        f"CASE WHEN e.component = '{one}' THEN -e.amount_yen ELSE 0 END AS {one}_yen"
        for one in ("principal", "fee", "late", "cost")
    ),
    "claims_entry e JOIN claims_claim c ON c.id = e.claim_id",
    """e.kind = 'set_off' AND e.on <= %(as_of)s AND NOT EXISTS (
        SELECT FROM claims_entry v WHERE v.reverses_id = e.id AND v.on <= %(as_of)s)""",
    "e.id",
)
GENMEN = of_claims(
    "g.id AS number, g.kind AS reduction, g.booked_on AS decided_on, g.booked_yen AS reduced_yen",
    "claims_latereduction g JOIN claims_claim c ON c.id = g.claim_id",
    "g.booked_on <= %(as_of)s AND g.booked_yen IS NOT NULL",
    "g.id",
)
SHOKEI = of_claims(
    "p.number AS debtor_number, p.name, y.starts_on",
    "claims_claimparty y JOIN debtors_person p ON p.id = y.person_id JOIN claims_claim c ON c.id = y.claim_id",
    "y.role = 'heir' AND y.starts_on <= %(as_of)s",
    "p.number",
)
NOFUSHO = of_claims(
    f"""s.number AS slip_number, s.reference, s.origin, s.issued_on, s.due_on AS usable_until,
    CASE WHEN s.voided_on <= %(as_of)s THEN s.voided_on END AS voided_on, {LINE.format("l")}""",
    "claims_slipline l JOIN claims_slip s ON s.id = l.slip_id JOIN claims_claim c ON c.id = l.claim_id",
    "s.issued_on <= %(as_of)s",
    "s.number",
)
QUERIES = {
    "std-atena": ATENA, "std-shien": SHIEN, "std-douitsunin": DOUITSUNIN, "std-kibetsu": KIBETSU, "std-chotei": CHOTEI,
    "std-shunou": SHUNOU, "std-tokusoku": TOKUSOKU, "std-tokusokuteishi": TOKUSOKUTEISHI, "std-meisai": MEISAI,
    "std-bunno": BUNNO, "std-yuyo": YUYO, "std-shikkouteishi": SHIKKOUTEISHI, "std-kesson": KESSON, "std-juto": JUTO,
    "std-genmen": GENMEN, "std-shokei": SHOKEI, "std-saikoku": SAIKOKU, "std-nofusho": NOFUSHO, "std-jiko": JIKO,
}  # fmt: skip
# Whose facts an export of the scope holds: of the source's claims and numbers, and who is bound beside the debtor.
PEOPLE = """SELECT p.number FROM debtors_person p WHERE
    EXISTS (SELECT FROM debtors_sourceidentity i WHERE i.person_id = p.id
        AND (%(source)s::bigint IS NULL OR i.source_id = %(source)s))
    OR EXISTS (SELECT FROM claims_claimparty y JOIN claims_claim c ON c.id = y.claim_id
        WHERE y.person_id = p.id AND (%(source)s::bigint IS NULL OR c.source_id = %(source)s))"""
