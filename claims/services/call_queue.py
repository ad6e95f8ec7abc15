"""電話の順番: the list of a day, and taking the next person from it so that two collectors never have the same one.

The list is made by one statement and says only in which order: those whose clock is near, then those who answer at this
hour, then by what is owed. Whether somebody may be called is asked when they are taken: holds and payments
(``Claim.objects.reachable_by``), protection, who was called today, the household, the hours of the day.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Min, Sum
from django.utils import timezone

from claims.models import Claim
from debtors.models import CallTurn, Contact, OutcomeRule, Person
from debtors.protection import all_hidden_people, hidden_people
from debtors.rules.calling import why_not_now
from debtors.services.assigning import officers_covered
from debtors.services_work import record_contact
from toyota_collect import audit
from toyota_collect.dated import value_on
from toyota_collect.history import bare_statements
from toyota_collect.models import Holiday

CHANNEL = "call"
HOURS, ORDER = "call.hours", "call.order"
BY_PHONE = frozenset(
    {
        Contact.Checked.BIRTH,
        Contact.Checked.ADDRESS,
        Contact.Checked.NUMBER,
        Contact.Checked.FAMILY,
        Contact.Checked.PAYMENT,
    }
)
FACTS_NEEDED = 2
STALE_ROWS = 50  # people passed over in one search because something has changed since the list was made
HOUSEHOLD_TRIES = 10
REMEMBERED_DAYS = 730  # calls from which the best hour is learned
State = CallTurn.State

BUILD = """
INSERT INTO debtors_callturn AS t ("on", person_id, household, value_yen, prescribes_on, clock_is_near, best_hour, state,
    tries, checked, skip_reason)
SELECT %s, p.id, coalesce(h.household_number, ''), o.value_yen, o.prescribes_on,
    coalesce(o.prescribes_on <= %s, false), b.hour, 'waiting', 0, '{{}}', ''
FROM ({owed}) AS o(person_id, value_yen, prescribes_on)
JOIN debtors_person p ON p.id = o.person_id AND p.phone <> '' AND p.died_on IS NULL AND p.withdrawn_at IS NULL
LEFT JOIN (
    SELECT DISTINCT ON (person_id) person_id, household_number FROM debtors_sourceidentity
    WHERE ground = 'register' AND household_number <> '' AND withdrawn_at IS NULL ORDER BY person_id, id DESC
) h ON h.person_id = p.id
LEFT JOIN (
    SELECT c.person_id, mode() WITHIN GROUP (ORDER BY extract(hour FROM c.at)::int) AS hour
    FROM debtors_contact c JOIN debtors_outcomerule r ON r.outcome = c.outcome AND r.reached
    WHERE c.channel = 'phone' AND c.at IS NOT NULL AND c."on" >= %s
        AND NOT EXISTS (SELECT FROM debtors_contact n WHERE n.corrects_id = c.id)
    GROUP BY c.person_id
) b ON b.person_id = p.id
WHERE o.value_yen >= %s AND NOT p.id = ANY(%s)
ON CONFLICT ("on", person_id) DO UPDATE
SET value_yen = EXCLUDED.value_yen, prescribes_on = EXCLUDED.prescribes_on, household = EXCLUDED.household,
    clock_is_near = EXCLUDED.clock_is_near, best_hour = EXCLUDED.best_hour
WHERE t.state IN ('waiting', 'again') AND (t.value_yen, t.prescribes_on, t.best_hour, t.household)
    IS DISTINCT FROM (EXCLUDED.value_yen, EXCLUDED.prescribes_on, EXCLUDED.best_hour, EXCLUDED.household)
"""
# Nobody who was called today without a retry that has come due, and nobody of whose household another was called.
FREE = """
t."on" = %(on)s AND t.state IN ('waiting', 'again') AND (t.not_before IS NULL OR t.not_before <= %(now)s)
AND t.tries < %(tries)s
AND NOT EXISTS (
    SELECT FROM debtors_contact c LEFT JOIN debtors_outcomerule r ON r.outcome = c.outcome
    WHERE c.person_id = t.person_id AND c.channel = 'phone' AND c."on" = %(on)s
        AND (r.retry_minutes IS NULL OR c."on" + coalesce(c.at, (c.written_at AT TIME ZONE %(zone)s)::time)
            + r.retry_minutes * interval '1 minute' > %(hour_of_day)s)
        AND NOT EXISTS (SELECT FROM debtors_contact n WHERE n.corrects_id = c.id))
AND (t.household = '' OR NOT EXISTS (
    SELECT FROM debtors_callturn o WHERE o."on" = t."on" AND o.household = t.household AND o.household <> ''
        AND o.id <> t.id AND o.state IN ('taken', 'again', 'done')) AND NOT EXISTS (
    SELECT FROM debtors_sourceidentity s JOIN debtors_contact c ON c.person_id = s.person_id
    WHERE s.household_number = t.household AND s.ground = 'register' AND s.person_id <> t.person_id
        AND c.channel = 'phone' AND c."on" = %(on)s))
"""
# In this order; inside each by what is owed. An index serves each of them in its order, so that nobody else is looked at;
# ``o.household <> ''`` above lets the index of the constraint answer.
CLASSES = tuple(
    f"{FREE} AND t.clock_is_near = {near} AND {hour}"
    for near in ("true", "false")
    for hour in ("t.best_hour = %(hour)s", "t.best_hour IS NULL", "t.best_hour <> %(hour)s")
)
# Of those whom the collector looks after, or stands in for today.
OWN = "EXISTS (SELECT FROM debtors_assignment a WHERE a.person_id = t.person_id AND a.officer_id = ANY(%(officers)s))"
TAKE = """
UPDATE debtors_callturn SET state = 'taken', taken_by_id = %(by)s, taken_until = %(until)s, checked = '{{}}', checked_at = NULL
WHERE id = (SELECT t.id FROM debtors_callturn t WHERE {free} ORDER BY t.value_yen DESC, t.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
LOOK = """
SELECT t.id FROM debtors_callturn t WHERE {free} AND NOT t.id = ANY(%(seen)s) ORDER BY t.value_yen DESC, t.id LIMIT %(limit)s
"""


class CallRefused(Exception):
    """Nobody may be called now, or the call cannot be gone on with; the message says why, in Japanese."""


def build_list(*, on: date, by: Any) -> int:
    """Put everybody on the day's list who may be called, with figures of now; return how many are new or changed.

    Safe to run again and beside people who call: who is taken or done stays as they are.
    """
    order = value_on(ORDER, on)
    owed = (
        Claim.objects.reachable_by(CHANNEL, on=on)
        .filter(identity__person__isnull=False)
        .with_total()
        .order_by()
        .values("identity__person")
        .annotate(value_yen=Sum("booked_yen"), first=Min("prescribes_on"))
        .values_list("identity__person", "value_yen", "first")
    )
    sql, params = owed.query.sql_with_params()
    near, since = on + timedelta(days=int(order["clock_days"])), on - timedelta(days=REMEMBERED_DAYS)
    given = [on, near, *params, since, int(order["minimum_yen"]), sorted(all_hidden_people([on]))]
    with transaction.atomic(), bare_statements(), connection.cursor() as cursor:
        cursor.execute(BUILD.format(owed=sql), given)
        written = int(cursor.rowcount)
        audit.record(event="calls.list_made", by=by, detail={"on": on.isoformat(), "people": written})
    return written


def callable_people(people: Collection[int], on: date) -> set[int]:
    """Of the people, those whom a collector could be given to call today, whoever is on the list."""
    found = Person.objects.filter(pk__in=people)
    return {one.pk for one in found if not _why_not(CallTurn(person=one), on=on)}


def why_closed(*, on: date, now: datetime) -> str:
    """Why nobody may be called at this moment, in Japanese; empty where calling is allowed."""
    holidays = set(Holiday.objects.filter(on=on).values_list("on", flat=True))
    local = timezone.localtime(now)
    return why_not_now(datetime.combine(on, local.time()), value_on(HOURS, on), holidays)


def take_next(*, on: date, now: datetime, by: Any, own_first: bool = False) -> CallTurn | None:
    """The next person for this collector, or the one still in hand; nothing where the list is worked off for now.

    Who is taken is nobody else's for the minutes of ``call.order``. People who may not be called any more are passed
    over with the reason. ``own_first``: those the collector looks after come before all others, in the same order.

    Raises:
        CallRefused: it is not an hour at which people are called.
    """
    if held := in_hand(on=on, now=now, by=by):
        return held
    if why := why_closed(on=on, now=now):
        raise CallRefused(why)
    given = _given(on=on, now=now, own_of=by if own_first else None) | {"by": by.pk}
    for _ in range(STALE_ROWS):
        pk = _take(given)
        if pk is None:  # nobody is left, or this collector asked twice at once
            return CallTurn.objects.filter(state=State.TAKEN, taken_by=by).select_related("person").first()
        turn = CallTurn.objects.select_related("person").get(pk=pk)
        why = _why_not(turn, on=on)
        if not why:
            audit.record(event="call.taken", by=by, target=turn, detail={"person": turn.person.number})
            return turn
        _end(turn, State.SKIPPED, skip_reason=why[:100])
    return None


def in_hand(*, on: date, now: datetime, by: Any) -> CallTurn | None:
    """The person this collector has taken, unless a call is not allowed any more (``closed_since``).

    What was held too long, by whomever, goes back to the list first.
    """
    stale = CallTurn.objects.filter(state=State.TAKEN).exclude(on=on, taken_until__gt=now)
    for turn in stale:
        release(turn_id=turn.pk, by=by)
    held = CallTurn.objects.filter(state=State.TAKEN, taken_by=by).select_related("person").first()
    return None if held and closed_since(turn_id=held.pk, on=on, by=by) else held


@transaction.atomic
def closed_since(*, turn_id: int, on: date, by: Any) -> str:
    """Skip a person in hand who may not be called any more, as taking does; return why, or "".

    Who is spoken with already stays in hand: what was said has to be written.
    """
    turn = CallTurn.objects.select_for_update(of=("self",)).select_related("person").get(pk=turn_id)
    if turn.state != State.TAKEN or turn.taken_by_id != by.pk or turn.checked_at:
        return ""
    if why := _why_not(turn, on=on):
        _end(turn, State.SKIPPED, skip_reason=why[:100])
        audit.record(event="call.skipped", by=by, target=turn, detail={"reason": why})
    return why


@transaction.atomic
def release(*, turn_id: int, by: Any) -> CallTurn:
    """Give a person back to the list who was not called. Twice does no more than once."""
    turn = CallTurn.objects.select_for_update().get(pk=turn_id)
    if turn.state == State.TAKEN:
        _end(turn, State.AGAIN if turn.tries else State.WAITING)
        audit.record(event="call.released", by=by, target=turn)
    return turn


@transaction.atomic
def confirm_identity(*, turn_id: int, facts: Sequence[str], by: Any, now: datetime) -> CallTurn:
    """Two facts were asked for and agreed: from now on amounts may be shown and spoken of.

    Raises:
        CallRefused: fewer than two facts that can be asked for by telephone, or the person is not in this hand.
    """
    turn = _held(turn_id, by=by)
    matched = sorted(set(facts) & BY_PHONE)
    if len(matched) < FACTS_NEEDED:
        raise CallRefused("一致したことを2つ以上選んでください。2つ一致するまで、金額は伝えられません。")
    turn.checked, turn.checked_at = matched, now
    turn.save()
    audit.record(event="call.identity_checked", by=by, target=turn, detail={"facts": matched})
    return turn


@transaction.atomic
def finish(*, turn_id: int, on: date, now: datetime, by: Any, **facts: Any) -> Contact:
    """Write what came of the call (facts of ``record_contact``); busy and absent people come again later.

    Raises:
        CallRefused: the person is not in this hand, or the debtor spoke without having been identified.
        NextStepMissing: something is owed, and next step or due date is missing.
    """
    if (token := facts.get("token")) and (written := Contact.objects.filter(token=token).first()):
        return written
    turn = _held(turn_id, by=by)
    rule = OutcomeRule.objects.filter(outcome=facts["outcome"]).first()
    spoke = rule is not None and rule.reached and facts["outcome"] != Contact.Outcome.REFUSED
    if spoke and facts.get("with_whom") in ("", None, Contact.Whom.SELF) and turn.checked_at is None:
        raise CallRefused(
            "本人と話した記録には、本人確認（2つの一致）が要ります。確かめていないときは「伝言」などを選びます。"
        )
    facts.setdefault("at", timezone.localtime(now).time().replace(second=0, microsecond=0))
    contact = record_contact(
        person_id=turn.person_id, on=on, channel=Contact.Channel.PHONE, checked=turn.checked, by=by, **facts
    )
    turn.tries += 1
    turn.contact = contact
    retry = rule.retry_minutes if rule else None
    again = retry is not None and turn.tries < int(value_on(ORDER, on)["tries"])
    _end(turn, State.AGAIN if again else State.DONE, not_before=now + timedelta(minutes=retry) if again else None)
    return contact


def coming(*, on: date, now: datetime, limit: int, own_of: Any = None) -> list[CallTurn]:
    """Who comes next, in order, as the list stands; the people of ``own_of`` before all others."""
    given, ids = _given(on=on, now=now, own_of=own_of), list[int]()
    with connection.cursor() as cursor:
        for free in _classes(given):
            cursor.execute(LOOK.format(free=free), given | {"limit": limit - len(ids), "seen": ids})
            ids += [pk for (pk,) in cursor.fetchall()]
            if len(ids) >= limit:
                break
    found = CallTurn.objects.select_related("person").in_bulk(ids)
    return [found[pk] for pk in ids]


def _given(*, on: date, now: datetime, own_of: Any = None) -> dict[str, Any]:
    """``hour_of_day`` is the clock's time on the business date, which in a demo city is not the clock's own day."""
    order = value_on(ORDER, on)
    until = now + timedelta(minutes=int(order["hold_minutes"]))
    local = timezone.localtime(now)
    given = {"on": on, "now": now, "hour": local.hour, "hour_of_day": datetime.combine(on, local.time())}
    officers = officers_covered(own_of, on=on) if own_of else []
    return given | {
        "zone": settings.TIME_ZONE,
        "officers": officers,
        "tries": int(order["tries"]),
        "until": until,
    }


def _classes(given: dict[str, Any]) -> list[str]:
    return [f"{OWN} AND {free}" for free in CLASSES if given["officers"]] + list(CLASSES)


def _take(given: dict[str, Any]) -> int | None:
    """One row, locked and taken; a household of which somebody else takes another at this moment is tried anew."""
    for free in _classes(given):
        for _ in range(HOUSEHOLD_TRIES):
            try:
                with transaction.atomic(), bare_statements(), connection.cursor() as cursor:
                    cursor.execute(TAKE.format(free=free), given)
                    if found := cursor.fetchone():
                        return int(found[0])
                    break
            except IntegrityError:
                continue  # by now the other's row is there to be seen
    return None


def _why_not(turn: CallTurn, *, on: date) -> str:
    """Why the person may not be called although they are on the list."""
    person = turn.person
    if person.died_on or not person.phone or person.withdrawn_at:
        return "電話番号がないか、亡くなっている"
    if person.pk in hidden_people([person.pk], on=on):
        return "支援措置"
    if not Claim.objects.reachable_by(CHANNEL, on=on).filter(identity__person=person).exists():
        return "保留・納付の知らせ、または未納がなくなった"
    return ""


def _held(turn_id: int, *, by: Any) -> CallTurn:
    turn = CallTurn.objects.select_for_update().get(pk=turn_id)
    if turn.state != State.TAKEN or turn.taken_by_id != by.pk:
        raise CallRefused("この人の受持ちは終わっています。一覧からもう一度始めてください。")
    return turn


def _end(turn: CallTurn, state: str, **facts: Any) -> None:
    turn.state, turn.taken_by, turn.taken_until = state, None, None
    for name, value in facts.items():
        setattr(turn, name, value)
    turn.save()
