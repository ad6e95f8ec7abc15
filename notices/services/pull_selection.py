"""Which letters must not go out any more, and why: looked up for all letters of a run at once.

Nothing here is found by comparing times of writing: a transaction that was open while the amounts were fixed writes its
entries with an earlier time. What counts is the ledger and the people as they are now, beside what the letter says.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from claims.models import Claim, ClaimEvent, ClaimParty, Hold, Payment, PlanClaim
from debtors.joined import current_people
from debtors.models import Person
from debtors.protection import all_hidden_people, maybe_protected_people
from debtors.querysets import in_force
from debtors.rules.mailing import Because, Contents, Destination, Withheld
from debtors.services.mailing import AddressBook, contents_by
from notices.models import Letter, LetterClaim, PrintRun
from notices.querysets import CHANNEL, protected_people, resting_people
from notices.rules.address import address_lines, window_name
from notices.rules.kinds import KINDS
from notices.rules.pulling import ClaimFacts, Found, LetterFacts, reasons_to_pull
from notices.rules.takers import NAMED
from notices.services.selection import NOTHING
from toyota_collect.permissions import Ground

PERSON = ("name", "is_corporate", "died_on", "postal_code", "address")
ENTRIES_SINCE = """
SELECT claim_id, array_agg(DISTINCT kind) FROM (
    SELECT lc.claim_id, lc.entries, e.kind, row_number() OVER (PARTITION BY lc.id ORDER BY e.id) AS place
    FROM notices_letterclaim lc JOIN claims_entry e ON e.claim_id = lc.claim_id WHERE lc.letter_id = ANY(%s)
) all_entries WHERE place > entries GROUP BY claim_id
"""


@dataclass(frozen=True, slots=True)
class _Taken:
    """What has come of a line that asks for the claim of another."""

    ended: bool
    hidden: bool
    holds: frozenset[str]


def letters_to_pull(letters: QuerySet[Letter], *, run: PrintRun, today: date) -> dict[int, tuple[Found, ...]]:
    """Of the letters of a run, those that must not go out today or on their day of issue, with every reason.

    The number of queries does not depend on the letters.
    """
    days = sorted({run.issued_on, today})
    found = {}
    for letter_id, facts in _facts(letters, run=run, days=days):
        if reasons := reasons_to_pull(facts, on=days[-1]):
            found[letter_id] = reasons
    return found


def hidden_letters(letters: QuerySet[Letter], *, days: list[date]) -> list[int]:
    """Of the letters, those whose persons, or who these were found to be, are under protection measures on any of the
    days, or may be. Quick."""
    people, hidden = dict(letters.values_list("pk", "person_id")), all_hidden_people(days)
    now = current_people(set(people.values()))
    return [pk for pk, person in people.items() if {person, now[person]} & hidden]


def resting_letters(letters: QuerySet[Letter], *, days: list[date]) -> list[int]:
    """Of the letters, those whose persons are left in peace (福祉支援) on any of the days. Quick, for a pile that is closed."""
    people = dict(letters.values_list("pk", "person_id"))
    resting = resting_people(set(people.values()), days=days)
    return [pk for pk, person in people.items() if person in resting]


def _facts(letters: QuerySet[Letter], *, run: PrintRun, days: list[date]) -> Iterator[tuple[int, LetterFacts]]:
    columns = ["pk", "person_id", "postal_code", "snapshot__address_lines", "snapshot__name_lines"]
    rows = list(letters.order_by("pk").values_list(*columns, *(f"person__{name}" for name in PERSON)))
    people = {row[1] for row in rows}
    book = AddressBook.of(people, on=days[-1], hidden_on=days)
    about = _contents(letters, book.people)
    protected, maybe = protected_people(days), maybe_protected_people(days)
    now = current_people(people)
    claims = _claims(letters, run=run, days=days)
    unassigned = set(
        Payment.objects.unsettled().filter(person__in=people, targets=None).values_list("person_id", flat=True)
    )
    for pk, person, code, address, names, *facts in rows:
        someone = Person(pk=person, **dict(zip(PERSON, facts, strict=True)))
        to = book.destination(someone, about.get(pk, NOTHING))
        moved, renamed = _moved(to, code, address), _renamed(to, names)
        # Who died before the amounts were fixed has a letter to the speaker of the heirs, and that one stands.
        died = someone.died_on if moved or renamed else None
        yield (
            pk,
            LetterFacts(
                protected=person in protected or (isinstance(to, Withheld) and to.because is Because.AGENT_PROTECTED),
                maybe_protected=person in maybe,
                died_on=died,
                relinked=now[person] != person,
                paid_unassigned=person in unassigned,
                address_changed=moved and not _dead_end(to),
                name_changed=renamed,
                claims=tuple(claims.get(pk, ())),
            ),
        )


def _moved(to: Destination | Withheld, code: str, lines: list[str]) -> bool:
    if isinstance(to, Withheld):
        return True
    return (to.postal_code, list(address_lines(to.address))) != (code, lines)


def _renamed(to: Destination | Withheld, lines: list[str]) -> bool:
    return isinstance(to, Destination) and list(window_name(to).name_lines) != lines


def _dead_end(to: Destination | Withheld) -> bool:
    """Nobody's letter any more: that the address is another goes without saying."""
    return isinstance(to, Withheld) and to.because is not Because.NO_ADDRESS


def _contents(letters: QuerySet[Letter], people: set[int]) -> dict[int, Contents]:
    """What the letters of these people tell of, by letter."""
    if not people:
        return {}
    lines = LetterClaim.objects.filter(letter__in=letters.order_by().values("pk"), letter__person__in=people)
    rows = lines.values_list("letter_id", "claim__kind__code", "claim__ground")
    return contents_by((letter, kind, ground == Ground.TAX) for letter, kind, ground in rows)


def _claims(letters: QuerySet[Letter], *, run: PrintRun, days: list[date]) -> dict[int, list[ClaimFacts]]:
    """By letter, the claims of which there is anything to say."""
    lines = LetterClaim.objects.filter(letter__in=letters.order_by().values("pk"))
    named = Claim.objects.filter(pk__in=lines.values("claim"))
    reachable = _reachable(named, days)
    if KINDS[run.kind].seizes:
        reachable &= set(named.seizable(on=days[-1]).values_list("pk", flat=True))
    silent = set(named.values_list("pk", flat=True)) - reachable
    entries = _entries_since(list(letters.values_list("pk", flat=True)))
    held_by = lines.filter(role="").values_list("claim_id", "letter__person_id", "claim__identity__person_id")
    elsewhere = {claim for claim, mine, now in held_by if mine != now}
    taken = _taken(lines, days)
    withdrawn = set(
        ClaimEvent.objects.filter(
            claim__in=named, kind=ClaimEvent.Kind.DUNNING, withdrawn_at__gte=run.started_at
        ).values_list("claim_id", flat=True)
    )
    planned = _planned_since(named, run)
    told = silent | set(entries) | elsewhere | withdrawn | planned
    announced = set(Claim.objects.filter(pk__in=silent).being_paid().values_list("pk", flat=True))
    holds = _holds(silent, days)
    found: dict[int, list[ClaimFacts]] = defaultdict(list)
    about = lines.filter(Q(claim__in=told) | Q(pk__in=taken)).select_related("claim__kind").order_by("letter", "pk")
    for line in about:
        pk, claim = line.claim_id, line.claim
        found[line.letter_id].append(
            ClaimFacts(
                name=f"{claim.kind.short_name} {claim.levy_year}年度 {claim.instalment_label}",
                entries=frozenset(entries.get(pk, ())),
                announced=pk in announced,
                holds=frozenset(holds.get(pk, ())) | (taken[line.pk].holds if line.pk in taken else frozenset()),
                planned=pk in planned,
                prescribes_on=claim.prescribes_on,
                dunning_withdrawn=pk in withdrawn,
                elsewhere=pk in elsewhere,
                reachable=pk not in silent,
                **_of_taken(taken.get(line.pk)),
            )
        )
    return found


def _of_taken(taken: _Taken | None) -> dict[str, Any]:
    return {"role_ended": taken.ended, "names_hidden": taken.hidden} if taken else {}


def _taken(lines: QuerySet[LetterClaim], days: list[date]) -> dict[int, _Taken]:
    """Lines to joint debtors, heirs and guarantors of which there is anything to say, by line."""
    others = lines.exclude(role="")
    columns = ["pk", "party", "letter__person_id", "claim_id", "claim__kind_id"]
    rows = list(others.annotate(yen=F("principal_yen") + F("fee_yen") + F("late_yen")).values_list(*columns, "yen"))
    if not rows:
        return {}
    parties = ClaimParty.objects.filter(in_force(days[-1]), pk__in={row[1] for row in rows})
    limits = {(pk, person): limit for pk, person, limit in parties.values_list("pk", "person_id", "limit_yen")}
    named = _named(others, all_hidden_people(days))
    in_days = Q()
    for day in days:
        in_days |= in_force(day)
    holds: dict[int, list[tuple[int | None, int | None, str]]] = defaultdict(list)
    of_party = Hold.objects.filter(in_days, person__in={row[2] for row in rows}, channels__contains=[CHANNEL])
    for person, kind, claim, reason in of_party.values_list("person_id", "kind_id", "claim_id", "reason"):
        holds[person].append((kind, claim, reason))
    found = {}
    for pk, party, person, claim, kind, yen in rows:
        limit = limits.get((party, person))
        ended = (party, person) not in limits or (limit is not None and limit < yen)
        reasons = frozenset(
            reason
            for of_kind, of_claim, reason in holds[person]
            if of_kind in (None, kind) and of_claim in (None, claim)
        )
        if ended or pk in named or reasons:
            found[pk] = _Taken(ended, pk in named, reasons)
    return found


def _named(others: QuerySet[LetterClaim], hidden: set[int]) -> set[int]:
    """Lines whose letter names a debtor who is hidden now; one who was hidden before stands on none."""
    lines = others.filter(claim__identity__person__in=hidden).values_list("pk", "claim_id", "letter__snapshot__lines")
    return {
        pk
        for pk, claim, printed in lines
        if any(one["claim_ref"] == str(claim) and NAMED in one.get("role_text", "") for one in printed)
    }


def _reachable(named: QuerySet[Claim], days: list[date]) -> set[int]:
    """Of the claims, those that a letter may ask for on every one of the days."""
    for day in days:
        named = named.filter(pk__in=Claim.objects.reachable_by(CHANNEL, on=day).values("pk"))
    return set(named.values_list("pk", flat=True))


def _entries_since(letter_ids: list[int]) -> dict[int, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES_SINCE, [letter_ids])
        return dict(cursor.fetchall())


def _planned_since(named: QuerySet[Claim], run: PrintRun) -> set[int]:
    """Claims of plans that were signed since: also where the city lets its letters go on beside a plan."""
    first = run.letters.order_by("pk").values_list("snapshot__confirmed_on", flat=True).first()
    if first is None:
        return set()
    signed = PlanClaim.objects.filter(
        claim__in=named, plan__signed_on__gte=date.fromisoformat(first), plan__closed_on=None
    )
    return set(signed.values_list("claim_id", flat=True))


def _holds(claim_ids: set[int], days: list[date]) -> dict[int, set[str]]:
    """Reasons of the holds that silence letters for the claims on any of the days."""
    claims = Claim.objects.filter(pk__in=claim_ids).values_list("pk", "kind_id", "identity__person_id")
    of_person: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pk, kind, person in claims:
        of_person[person].append((pk, kind))
    in_days = Q()
    for day in days:
        in_days |= in_force(day)
    rows = Hold.objects.filter(in_days, person__in=of_person, channels__contains=[CHANNEL])
    found: dict[int, set[str]] = defaultdict(set)
    for person, kind, claim, reason in rows.values_list("person_id", "kind_id", "claim_id", "reason"):
        for pk, its_kind in of_person[person]:
            if claim in (None, pk) and kind in (None, its_kind):
                found[pk].add(reason)
    return found
