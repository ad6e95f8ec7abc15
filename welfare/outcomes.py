"""What came of the signals, from what people decided and from the ledger. No figure is stored; each can be told again.

*Supported*: handed over with a basis and answered with a result that counts as help (``SupportResult.helped``, as the list
stood on the day of the answer). *Since*: the day of the first such handing over. Help that came stays counted when the consent
is withdrawn later; what was withdrawn before an answer never counts.
*Returned*: what supported people paid themselves (receipts booked and not reversed, seizure left out) from that day on, for
twelve months. It comes after the support; that it comes because of it is a reading, not a proof.
*Collected*: all receipts of the same days, the seized part beside it.
*Re-default*: a claim that fell due in the months after that day and of which principal is still owed at their end.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models.functions import Coalesce

from debtors.models import Contact, LifeEvent
from welfare.models import FlagAssessment, HardshipFlag, Referral
from welfare.rules.shares import Decided, Known, Share

SUPPORTED = """
WITH supported AS (
    SELECT r.person_id, min(coalesce(r.handed_on, r.consented_on)) AS since FROM welfare_referral r
    WHERE r.state = 'answered' AND (r.consented_on IS NOT NULL OR r.conference_id IS NOT NULL) AND (
        SELECT s.helped FROM welfare_supportresult s WHERE s.code = r.result AND s.starts_on <= r.answered_on
        ORDER BY s.starts_on DESC LIMIT 1)
    GROUP BY r.person_id
)
"""
REACHED = "SELECT person_id FROM supported"
MONEY = """
SELECT coalesce(sum(-e.amount_yen), 0)::bigint,
    coalesce(sum(-e.amount_yen) FILTER (WHERE r.channel = 'seizure'), 0)::bigint,
    coalesce(sum(-e.amount_yen) FILTER (
        WHERE r.channel <> 'seizure' AND e."on" >= s.since AND e."on" <= s.since + interval '12 months'), 0)::bigint,
    count(DISTINCT s.person_id) FILTER (
        WHERE r.channel <> 'seizure' AND e."on" >= s.since AND e."on" <= s.since + interval '12 months')
FROM claims_entry e JOIN claims_receipt r ON r.id = e.receipt_id
JOIN claims_claim c ON c.id = e.claim_id AND c.taken_back_at IS NULL
JOIN debtors_sourceidentity i ON i.id = c.identity_id LEFT JOIN supported s ON s.person_id = i.person_id
WHERE e.kind = 'receipt' AND e."on" BETWEEN %(first)s AND %(last)s
    AND NOT EXISTS (SELECT FROM claims_entry v WHERE v.reverses_id = e.id)
"""
# What was levied counts whenever it was entered here; money, as it stood on the last day.
REDEFAULT = """
, cohort AS (
    SELECT person_id, since, (since + make_interval(months => %(months)s))::date AS until FROM supported
    WHERE since + make_interval(months => %(months)s) <= %(on)s
)
SELECT count(*), count(*) FILTER (WHERE EXISTS (
    SELECT FROM debtors_sourceidentity i JOIN claims_claim c ON c.identity_id = i.id AND c.taken_back_at IS NULL
    WHERE i.person_id = cohort.person_id AND c.due_on > cohort.since AND c.due_on < cohort.until
        AND (SELECT sum(e.amount_yen) FROM claims_entry e
            WHERE e.claim_id = c.id AND e.component = 'principal'
                AND (e.kind IN ('levy', 'correction', 'exemption') OR e."on" <= cohort.until)) > 0
)) FROM cohort
"""
# Whether a name shows another origin: letters of the alphabet, or kana throughout. The register holds no nationality here;
# names in 漢字 are not seen. Only for these figures, never for a rule.
FOREIGN_NAMES = r"""
SELECT DISTINCT person_id FROM debtors_sourceidentity WHERE person_id = ANY(%s) AND withdrawn_at IS NULL
    AND ground = 'register' AND name ~ '^[A-Za-zＡ-Ｚａ-ｚァ-ヶー・\s　]+$'
"""
LONE_PARENTS = """
SELECT own.person_id FROM (
    SELECT DISTINCT ON (person_id) person_id, household_number FROM debtors_sourceidentity
    WHERE person_id = ANY(%(people)s) AND ground = 'register' AND household_number <> '' AND withdrawn_at IS NULL
    ORDER BY person_id, id DESC
) own JOIN debtors_sourceidentity m ON m.household_number = own.household_number AND m.ground = 'register'
    AND m.died_on IS NULL AND m.withdrawn_at IS NULL
GROUP BY own.person_id
HAVING count(*) FILTER (WHERE m.birth_on IS NULL OR m.birth_on <= %(grown)s) = 1 AND count(*) > 1
"""
OLD = "SELECT id FROM debtors_person WHERE id = ANY(%(people)s) AND birth_on <= %(old)s"
GROUPS = {"foreign": "外国籍とみられる氏名の人", "elderly": "65歳以上の人", "single_parent": "ひとり親"}
Span = tuple[date, date]  # both included


@dataclass(frozen=True, slots=True)
class Money:
    """Yen of a time, and how many supported people paid."""

    collected: int
    seized: int
    returned: int
    payers: int


def decided(span: Span) -> list[Decided]:
    """The flags confirmed or rejected in the time."""
    rows = FlagAssessment.objects.filter(on__range=span, answer__in=["confirmed", "rejected"]).order_by("pk")
    return [
        Decided(person, answer == "confirmed", reason, tuple(signs))
        for person, answer, reason, signs in rows.values_list("flag__person", "answer", "reason", "signs")
    ]


def known_otherwise(span: Span) -> list[Known]:
    """Who turned out to be in hardship in the time without a flag being asked: handed over by consent or by the decision of
    the 支援会議, by what they told on the telephone or at the counter, or because 生活保護 began. A flag counts if it was found
    before that day. Whom somebody had already found in hardship by a flag is no case of another way.
    """
    handed = Referral.objects.handed_over().annotate(day=Coalesce("consented_on", "handed_on"))
    referred = handed.filter(day__range=span).values_list("person", "day")
    told = (
        Contact.objects.in_force().filter(on__range=span, outcome=Contact.Outcome.HARDSHIP).values_list("person", "on")
    )
    began = LifeEvent.objects.filter(on__range=span, kind=LifeEvent.Kind.WELFARE_START, identity__person__isnull=False)
    days: dict[int, date] = {}
    for person, day in (*referred, *told, *began.values_list("identity__person", "on")):
        days[person] = min(day, days.get(person, day))
    for person, day in _confirmed(days):
        if day <= days.get(person, date.min):
            del days[person]
    found: dict[int, date] = {}
    for person, day in HardshipFlag.objects.filter(person__in=days).values_list("person", "found_on"):
        found[person] = min(day, found.get(person, day))
    return [Known(person, person in found and found[person] < day) for person, day in sorted(days.items())]


def _confirmed(people: Collection[int]) -> list[tuple[int, date]]:
    confirmed = FlagAssessment.objects.filter(flag__person__in=list(people), answer=FlagAssessment.Answer.CONFIRMED)
    return list(confirmed.values_list("flag__person", "on"))


def groups_of(people: Collection[int], *, on: date) -> dict[str, set[int]]:
    """Of the people, who belongs to which of ``GROUPS`` on the day."""
    params = {"people": list(people), "grown": _years_before(on, 18), "old": _years_before(on, 65)}
    return {
        "foreign": _ids(FOREIGN_NAMES, [list(people)]),
        "elderly": _ids(OLD, params),
        "single_parent": _ids(LONE_PARENTS, params),
    }


def money(span: Span) -> Money:
    """Collected, seized and returned in the time (definitions: above)."""
    with connection.cursor() as cursor:
        cursor.execute(SUPPORTED + MONEY, {"first": span[0], "last": span[1]})
        return Money(*cursor.fetchone())


def redefault(months: int, *, on: date) -> Share:
    """Of the people supported so many months ago or longer, those who fell into arrears anew within these months."""
    with connection.cursor() as cursor:
        cursor.execute(SUPPORTED + REDEFAULT, {"months": months, "on": on})
        whole, part = cursor.fetchone()
    return Share(part, whole)


def reached(span: Span) -> Share:
    """Of the people confirmed in the time, those whom support reached, whenever."""
    people = {one.person for one in decided(span) if one.confirmed}
    return Share(len(people & _ids(SUPPORTED + REACHED, None)), len(people))


def first_day() -> date | None:
    """The day of the first assessment."""
    return FlagAssessment.objects.order_by("on").values_list("on", flat=True).first()


def _ids(query: str, params: Any) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return {key for (key,) in cursor.fetchall()}


def _years_before(on: date, years: int) -> date:
    return on.replace(year=on.year - years, day=min(on.day, 28))
