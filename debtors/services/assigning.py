"""担当の割り当て: who looks after whom, by the rules in force, in SQL over all who owe something.

A preview is what the rules now say against what stands; applied, it must still be the same (its digest), so that nobody
agrees to what was not shown. All writers take one lock, so they come one after another. Twice is once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count

from debtors.models import Absence, Assignment, AssignmentRule, Person, WorkItem
from debtors.protection import all_hidden_people
from toyota_collect import audit
from toyota_collect.history import bare_statements
from toyota_collect.models import User
from toyota_collect.permissions import POLICY, Permission, Role, allows
from toyota_collect.registry import registry

LOCK = 4_710_072
VOICED = "ヴガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポァィゥェォッャュョヮ"
PLAIN = "ウカキクケコサシスセソタチツテトハヒフヘホハヒフヘホアイウエオツヤユヨワ"

# ``{case}``: the first rule that fits. ``open_items``: steps that go along, those of the officer or of nobody.
MOVES = """
CREATE TEMP TABLE moves ON COMMIT DROP AS
WITH owed AS ({owed}),
hidden AS (SELECT unnest(%s::bigint[]) AS person_id),
judged AS (
    SELECT o.person_id, o.yen, {case} AS rule_id
    FROM owed o JOIN debtors_person p ON p.id = o.person_id AND p.withdrawn_at IS NULL
    LEFT JOIN hidden h ON h.person_id = o.person_id
)
SELECT j.person_id, j.yen, j.rule_id, r.officer_id AS to_id, a.officer_id AS from_id, a.id AS assignment_id,
    coalesce(a.by_hand, false) AS by_hand
FROM judged j
LEFT JOIN debtors_assignmentrule r ON r.id = j.rule_id
LEFT JOIN debtors_assignment a ON a.person_id = j.person_id
"""
# Those without an officer come first: what the others owe need not be summed.
NEW_PEOPLE = """
CREATE TEMP TABLE new_people ON COMMIT DROP AS SELECT p.id AS person_id FROM debtors_person p
WHERE p.withdrawn_at IS NULL AND NOT EXISTS (SELECT FROM debtors_assignment a WHERE a.person_id = p.id)
"""
CHANGES = "to_id IS NOT NULL AND to_id IS DISTINCT FROM from_id AND (NOT by_hand OR %s)"


class AssignmentRefused(Exception):
    """It cannot be assigned so; the message says why, in Japanese."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one officer has (None: nobody) before and after the rules are applied."""

    officer: User | None
    people: int
    yen: int
    steps: int
    people_after: int
    yen_after: int


@dataclass(frozen=True, slots=True)
class Move:
    """How many people go from whom to whom, with what they owe."""

    from_: User | None
    to: User
    people: int
    yen: int


@dataclass(frozen=True, slots=True)
class Preview:
    """``kept``: people somebody assigned by hand whom the rules would give to another, and who stay.
    ``unruled``: people no rule fits."""

    loads: tuple[Load, ...]
    moves: tuple[Move, ...]
    people: int
    yen: int
    kept: int
    unruled: int
    digest: str


def preview(*, on: date, with_by_hand: bool = False) -> Preview:
    """What applying the rules of the day would do. Nothing is written."""
    with bare_statements(), transaction.atomic(), connection.cursor() as cursor:
        _judge(cursor, on, AssignmentRule.objects.in_force(on))
        made = _preview(cursor, with_by_hand)
        cursor.execute("DROP TABLE moves")
        return made


@transaction.atomic
def apply(*, on: date, digest: str, by: Any, with_by_hand: bool = False) -> int:
    """Carry out what the preview with ``digest`` showed; return how many people moved. Open steps follow the owner.

    A second time nothing is left to move: 0.

    Raises:
        AssignmentRefused: the rules, or who owes what, have changed since the preview.
    """
    with bare_statements(), connection.cursor() as cursor:
        _lock(cursor)
        _judge(cursor, on, AssignmentRule.objects.in_force(on))
        shown = _preview(cursor, with_by_hand)
        if not shown.moves:
            cursor.execute("DROP TABLE moves")
            return 0
        if shown.digest != digest:
            raise AssignmentRefused(
                "見たあとに担当の決まりか滞納が変わりました。新しい結果を見て、もう一度反映してください。"
            )
        moved, steps = _carry_out(cursor, with_by_hand, on=on, by=by)
    pairs = [
        {"from": str(one.from_ or ""), "to": str(one.to), "people": one.people, "yen": one.yen} for one in shown.moves
    ]
    detail = {"people": moved, "steps": steps, "by_hand_too": with_by_hand, "digest": digest, "moves": pairs}
    audit.record(event="assignment.applied", by=by, detail=detail)
    return moved


@transaction.atomic
def assign_new(*, on: date, by: Any) -> int:
    """Give everybody who owes something and has no officer the one the rules name; return how many. Safe to run again."""
    with bare_statements(), connection.cursor() as cursor:
        _lock(cursor)
        rules = list(AssignmentRule.objects.in_force(on))
        cursor.execute(NEW_PEOPLE)
        if not rules or not cursor.rowcount:
            cursor.execute("DROP TABLE new_people")
            return 0
        _judge(cursor, on, rules, whose="IN (SELECT person_id FROM new_people)")
        cursor.execute("DROP TABLE new_people")
        made, steps = _carry_out(cursor, False, on=on, by=by)
    if made:
        audit.record(event="assignment.new_people", by=by, detail={"people": made, "steps": steps})
    return made


@transaction.atomic
def assign_by_hand(*, person_id: int, officer: Any, reason: str, on: date, by: Any) -> Assignment:
    """Give one person to an officer, whatever the rules say; open steps follow.

    Raises:
        Person.DoesNotExist: no such person.
        AssignmentRefused: no reason, or the officer cannot have people.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if not reason.strip():
        raise AssignmentRefused("手で決める理由を書いてください。")
    check_officer(officer)
    with connection.cursor() as cursor:
        _lock(cursor)
    former = Assignment.objects.filter(person=person).first()
    facts = {"officer": officer, "rule": None, "by_hand": True, "reason": reason.strip()[:200], "since": on, "by": by}
    made, _ = Assignment.objects.update_or_create(person=person, defaults=facts)
    items = WorkItem.objects.filter(person=person, closed_at=None)
    items = items.filter(owner=former.officer_id if former else None) | items.filter(owner=None)
    steps = items.update(owner=officer)
    detail = {"person": person.number, "from": str(former.officer) if former else "", "to": str(officer)}
    audit.record(event="assignment.by_hand", by=by, target=made, detail=detail | {"steps": steps, "reason": reason})
    return made


def officers_covered(officer: Any, *, on: date) -> list[int]:
    """Whose people the officer sees on the day: their own, and those of whom they stand in for."""
    covered = Absence.objects.on_day(on).filter(stand_in=officer).values_list("officer", flat=True)
    return [officer.pk, *covered]


def officers() -> Any:
    """Who can have people: active accounts that work on cases and have a day."""
    roles = [role for role, allowed in POLICY.items() if Permission.DAY_VIEW in allowed]
    return User.objects.filter(role__in=roles, is_active=True).order_by("username")


def check_officer(officer: Any) -> None:
    if not (officer.is_active and allows(officer, Permission.DAY_VIEW)):
        raise AssignmentRefused("担当にできるのは、徴収担当と係長・課長だけです。")


def _lock(cursor: Any) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _judge(cursor: Any, on: date, rules: Iterable[AssignmentRule], *, whose: str = "") -> None:
    """Make table ``moves``: everybody who owes something (of ``whose``), the rule that fits, and who has the person now."""
    if registry.owed is None:
        raise AssignmentRefused("滞納を数えるアプリが入っていません。管理者に連絡してください。")
    owed, owed_params = registry.owed.select(on, whose)
    rules = list(rules)
    case, case_params = _case(rules)
    # Whose address no officer may guess from a rule by district.
    hidden = sorted(all_hidden_people([on])) if any(rule.district for rule in rules) else []
    cursor.execute("DROP TABLE IF EXISTS moves")
    cursor.execute(MOVES.format(owed=owed, case=case), [*owed_params, hidden, *case_params])


def _case(rules: Sequence[AssignmentRule]) -> tuple[str, list[Any]]:
    """SQL of the first rule that fits, and its parameters."""
    lines, params = [], []
    for rule in rules:
        condition, given = _condition(rule)
        lines.append(f"WHEN {condition} THEN %s")
        params += [*given, rule.pk]
    return (f"CASE {' '.join(lines)} END" if lines else "NULL::bigint"), params


def _condition(rule: AssignmentRule) -> tuple[str, list[Any]]:
    parts: list[tuple[str, list[Any]]] = [("true", [])]
    if rule.claim_group:
        parts.append(("o.claim_group = %s", [rule.claim_group]))
    if rule.legal_class:
        parts.append(("o.legal_class = %s", [rule.legal_class]))
    if rule.least_yen is not None:
        parts.append(("o.yen >= %s", [rule.least_yen]))
    if rule.most_yen is not None:
        parts.append(("o.yen <= %s", [rule.most_yen]))
    if rule.district:
        parts.append(("h.person_id IS NULL AND strpos(p.address, %s) > 0", [settings.CITY_NAME + rule.district]))
    if rule.kana_from:
        first = 'translate(left(p.kana_key, 1), %s, %s) COLLATE "C"'
        parts.append((f"{first} BETWEEN %s AND %s", [VOICED, PLAIN, rule.kana_from, rule.kana_to]))
    return " AND ".join(sql for sql, _ in parts), [value for _, given in parts for value in given]


def _preview(cursor: Any, with_by_hand: bool) -> Preview:
    cursor.execute(
        f"""
        SELECT officer_id, sum(people)::int, sum(yen)::bigint, sum(people_after)::int, sum(yen_after)::bigint FROM (
            SELECT from_id AS officer_id, count(*) AS people, sum(yen) AS yen, 0 AS people_after, 0 AS yen_after
            FROM moves GROUP BY from_id
            UNION ALL
            SELECT CASE WHEN {CHANGES} THEN to_id ELSE from_id END, 0, 0, count(*), sum(yen) FROM moves GROUP BY 1
        ) both_ways GROUP BY officer_id
        """,
        [with_by_hand],
    )
    sums = {row[0]: row[1:] for row in cursor.fetchall()}
    cursor.execute(
        f"SELECT from_id, to_id, count(*), sum(yen)::bigint FROM moves WHERE {CHANGES} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        [with_by_hand],
    )
    pairs = cursor.fetchall()
    cursor.execute(
        f"""
        SELECT count(*) FILTER (WHERE by_hand AND to_id IS DISTINCT FROM from_id AND NOT %s),
            count(*) FILTER (WHERE rule_id IS NULL AND from_id IS NULL),
            md5(coalesce(string_agg(person_id || ':' || coalesce(from_id, 0) || ':' || to_id, ',' ORDER BY person_id)
                FILTER (WHERE {CHANGES}), ''))
        FROM moves
        """,
        [with_by_hand, with_by_hand],
    )
    kept, unruled, digest = cursor.fetchone()
    users = {user.pk: user for user in officers()} | {
        user.pk: user
        for user in User.objects.filter(pk__in={key for pair in pairs for key in pair[:2]} | set(sums) - {None})
    }
    moves = tuple(Move(users.get(from_), users[to], people, yen) for from_, to, people, yen in pairs)
    return Preview(
        loads=_loads(sums, users),
        moves=moves,
        people=sum(one.people for one in moves),
        yen=sum(one.yen for one in moves),
        kept=kept,
        unruled=unruled,
        digest=digest,
    )


def _loads(sums: dict[int | None, tuple[int, ...]], users: dict[int, User]) -> tuple[Load, ...]:
    """Every collector, and whoever else has people; nobody last."""
    open_items = WorkItem.objects.filter(closed_at=None).order_by().values("owner").annotate(steps=Count("pk"))
    steps = dict(open_items.values_list("owner", "steps"))
    none = (0, 0, 0, 0)
    rows = []
    for pk in [*sorted(users, key=lambda pk: users[pk].username), *([None] if None in sums else [])]:
        people, yen, people_after, yen_after = sums.get(pk, none)
        user = users.get(pk) if pk is not None else None
        if not people and not people_after and user and user.role != Role.COLLECTOR:
            continue
        rows.append(Load(user, people, yen, steps.get(pk, 0), people_after, yen_after))
    return tuple(rows)


def _carry_out(cursor: Any, with_by_hand: bool, *, on: date, by: Any) -> tuple[int, int]:
    """Write what ``moves`` says; return people and open steps that moved."""
    cursor.execute("ANALYZE moves")
    cursor.execute(
        f"""
        INSERT INTO debtors_assignment (person_id, officer_id, rule_id, by_hand, reason, since, by_id)
        SELECT person_id, to_id, rule_id, false, '', %s, %s FROM moves WHERE {CHANGES} ORDER BY person_id
        ON CONFLICT (person_id) DO UPDATE SET officer_id = excluded.officer_id, rule_id = excluded.rule_id,
            by_hand = false, reason = '', since = excluded.since, by_id = excluded.by_id
        """,
        [on, by.pk, with_by_hand],
    )
    moved = cursor.rowcount
    cursor.execute(
        f"""
        UPDATE debtors_workitem w SET owner_id = m.to_id FROM moves m
        WHERE m.person_id = w.person_id AND w.closed_at IS NULL AND {CHANGES}
            AND (w.owner_id IS NULL OR w.owner_id = m.from_id)
        """,
        [with_by_hand],
    )
    steps = cursor.rowcount
    cursor.execute("DROP TABLE moves")
    return moved, steps
