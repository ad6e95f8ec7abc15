"""People whom every way out would reach: they owe, were dunned, have a plan they did not keep, letters at every stage of the
house, baskets and steps. All of it is synthetic."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from claims.models import BookingSource, Claim
from claims.services import plan_watch
from claims.services.events import record_events
from claims.services.parties import Heir
from debtors.models import Person, WorkItem
from notices.models import PrintRun
from notices.services import singles
from notices.services.single_data import Wish
from tests.factories import handovers, plans
from tests.factories.claims import claim
from tests.factories.debtors import person, system_user, user
from tests.integration.claims import test_parties
from tests.integration.notices import mailing, test_closed_piles
from tests.integration.notices.conftest import DAY
from toyota_collect.permissions import Role
from welfare.services import questions

SUMMER = date(2026, 7, 1)


def people(count: int, make_run: Callable[..., PrintRun]) -> list[Person]:
    """So many people who owe, and two under protection with a confirmed route."""
    BookingSource.objects.update(by="own")
    collector, operator = user(Role.COLLECTOR), user(Role.PRINT_OPERATOR)
    made = [_debtor(number, collector) for number in range(count)]
    plan_watch.watch(today=DAY, by=system_user())
    _returned(make_run(), operator)
    mailing.sealed(make_run(), operator)
    make_run()  # stays where it is: made, and not sealed
    for one in made[: count // 2]:
        wish = Wish("visit", DAY + timedelta(days=24), details={"visit": "令和8年12月1日（火）午前10時"})
        singles.ask_or_make(person_id=one.pk, wish=wish, by=collector, today=DAY)
    _baskets(made[: count // 2])
    for one in made:
        asked = questions.ask(person_id=one.pk, by=user(Role.SUPERVISOR), on=DAY)
        questions.answer(question_id=asked.pk, answer="go", by=user(Role.WELFARE_WORKER), on=DAY)
    for one in made[::3]:
        dead = _named(f"故人{one.pk}", died_on=date(2026, 10, 1))
        claim(dead)
        test_parties.enter(dead, collector, Heir(one.pk, Fraction(1, 1), True))
    hidden = [test_closed_piles.hidden(number) for number in (5, 6)]
    for one in hidden:
        test_closed_piles.confirmed(one, collector, user(Role.SUPERVISOR))
    return [*made, *hidden]


def _named(name: str, **facts: Any) -> Person:
    return person(name=f"架空 {name}", name_key=f"架空{name}", kana_key=f"カ{name}", **facts)


def _debtor(number: int, collector: Any) -> Person:
    facts = {"birth_on": date(1950, 1, 1) + timedelta(days=97 * number), "phone": f"090-0000-{number:04d}"}
    one = _named(f"人{number}", address=f"愛知県豊田市架空町{number + 1}番地", **facts)
    tax = claim(one, principal_yen=60_000, due_on=date(2026, 1, 31))
    rent = handovers.rent(one)
    dun(collector, tax, rent)
    claim(one, instalment=2, due_on=date(2026, 10, 31))
    kept = claim(one, instalment=3, due_on=date(2026, 6, 30))
    terms = plans.terms(starts_on=SUMMER)
    plans.signed(kept, by=collector, signed_on=SUMMER, terms=terms, on=SUMMER)
    WorkItem.objects.create(
        person=one,
        reason="不在",
        next_step="電話する",
        due_on=DAY,
        owner=collector,
        opened_by=collector,
        subject_key="case",
    )
    return one


def dun(collector: Any, *claims: Claim) -> None:
    day = date(2026, 9, 18)
    record_events(
        claim_ids=[one.pk for one in claims], kind="dunning", on=day, by=collector, origin="督促状",
        detail={"arrived_on": "2026-09-21", "deadline_on": "2026-09-28"},
    )  # fmt: skip


def _returned(run: PrintRun, operator: Any) -> None:
    mailing.posted(run, operator)
    for letter in run.letters.all():
        mailing.receive(letter, operator)


def _baskets(made: list[Person]) -> None:
    rents = list(Claim.objects.filter(identity__person__in=made, kind__code="housing_rent").select_related("section"))
    handovers.pick(rents, user(Role.SECTION_VIEWER, section=rents[0].section))
