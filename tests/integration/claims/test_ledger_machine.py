"""Money moves at random, in any order and by hostile hands too, and the auditor's own books must agree after each step.

All people are synthetic. The everyday run is small; ``bin/test --long`` plays 200 games of 60 steps.
"""

import os
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from claims.models import BookingSource, Claim, Entry, FrozenYear, Overpayment, Receipt, Refund
from claims.services import cancellations, overpayments, receipts, years
from claims.services.allocation import plan_allocation
from claims.services.charges import amounts_due
from claims.services.overpaid import open_overpayment
from claims.services.posting import BookingRefused, Line, accounting_year, post, post_receipt
from debtors.models import IdentityLink, Person, SourceIdentity
from debtors.services.linking import link_new_identities
from tests.factories.claims import claim
from tests.factories.debtors import person, system_user, user
from tests.integration.claims.auditor import COMPONENTS, Auditor
from toyota_collect import approvals

GAMES, STEPS = (200, 60) if os.environ.get("TC_LONG") else (15, 25)
FIRST_DAY, LAST_DAY = date(2026, 5, 1), date(2026, 11, 20)
BOOKS_CLOSE = date(2026, 5, 31)  # of fiscal 2025 (地方自治法235条の5)
KINDS = {"resident_tax": "zei", "water_charge": "suido"}  # one of each law: 強制徴収公債権 and 私債権
SEED = st.integers(0, 2**32 - 1)
TAMPERING = (
    "UPDATE claims_entry SET amount_yen = amount_yen + 1 WHERE id = {entry}",
    "UPDATE claims_entry SET claim_id = NULL WHERE id = {entry}",
    'UPDATE claims_entry SET "on" = "on" - 1',
    "DELETE FROM claims_entry WHERE id = {entry}",
    "DELETE FROM claims_entry",
    "TRUNCATE claims_entry CASCADE",
    "TRUNCATE claims_receipt CASCADE",
    "DELETE FROM claims_claim",
)


class LedgerMachine(RuleBasedStateMachine):
    """Each rule knows what it asked for: it says which money must have moved, and the auditor looks for exactly that."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        BookingSource.objects.update(by="own")
        self.clerk, self.chief = user("receipts_clerk"), user("supervisor")
        self.people = [person(), person()]
        self.today, self.numbers = FIRST_DAY, 0
        self.asked: dict[int, tuple[int, list[dict[str, int]], list[Any]]] = {}
        self.auditor = Auditor()

    def teardown(self) -> None:
        try:
            self.auditor.finish()
        finally:
            transaction.set_rollback(True)
            with suppress(transaction.TransactionManagementError):
                self.savepoint.__exit__(None, None, None)

    # --- what is owed ---------------------------------------------------------------------------------------

    @initialize(yen=st.integers(1, 900_000))
    def something_is_owed(self, yen: int) -> None:
        self._levy(0, "resident_tax", yen, 100, date(2025, 7, 31))
        self._levy(0, "resident_tax", yen // 2 + 1, 0, date(2026, 4, 30))
        self._levy(0, "water_charge", 4_321, 0, date(2026, 2, 28))
        self._levy(1, "water_charge", yen, 0, date(2025, 12, 25))
        self._expect({})

    @rule(
        who=st.integers(0, 1),
        kind=st.sampled_from(sorted(KINDS)),
        yen=st.one_of(st.sampled_from([1, 999, 1_000, 1_999, 2_000]), st.integers(1, 900_000)),
        fee=st.sampled_from([0, 100]),
        age=st.integers(-40, 500),
    )
    def levy(self, who: int, kind: str, yen: int, fee: int, age: int) -> None:
        self._levy(who % len(self.people), kind, yen, fee, self.today - timedelta(days=age))
        self._expect({})

    @rule(seed=SEED, how=st.sampled_from(["up", "correction", "correction", "exemption", "write_off"]))
    def change(self, seed: int, how: str) -> None:
        rng = random.Random(seed)
        if how == "up":
            one = self._some(Claim, seed)
            self._post([Line("correction", "principal", rng.randint(1, 50_000), self.today, claim_id=one.pk)])
            self._expect({})
        elif how == "write_off" and Claim.objects.outstanding().exists():
            self._write_off(seed)
        elif how in ("correction", "exemption") and Claim.objects.filter(levied_yen__gt=0).exists():
            self._lower(seed, how, rng.randint(1, 100))

    def _lower(self, seed: int, kind: str, part: int) -> None:
        """What is paid already of the lowered part has to go back: it is an overpayment, in the same statement."""
        one = self._some(Claim, seed, levied_yen__gt=0)
        written_off = -sum(f.yen for f in self.auditor.books if f.claim == one.pk and f.kind == "write_off")
        yen = min(max(1, one.levied_yen * part // 100), one.levied_yen - written_off)
        if yen < 1:
            return
        back = max(0, yen - one.principal_yen)
        facts: dict[str, Any] = {"on": self.today, "claim_id": one.pk}
        lines = [Line(kind, "principal", -yen, **facts)]
        if back:
            over = open_overpayment(
                person_id=one.identity.person_id, cause="reduced", arose_on=self.today, explanation="架空の減額",
                ground=one.ground, bears_interest=True, by=self.clerk,
            )  # fmt: skip
            lines.append(Line("refund", "principal", back, overpayment_id=over.pk, **facts))
        self._post(lines)
        self._expect({})
        if back:
            over.refresh_from_db()
            assert over.left_yen == back

    def _write_off(self, seed: int) -> None:
        one = Claim.objects.outstanding().order_by("pk")[seed % Claim.objects.outstanding().count()]
        owed = {name: getattr(one, f"{name}_yen") for name in COMPONENTS}
        lines = [Line("write_off", name, -yen, self.today, claim_id=one.pk) for name, yen in owed.items() if yen]
        self._post(lines)
        self._expect({})
        one.refresh_from_db()
        assert one.outstanding_yen == 0

    # --- money in -------------------------------------------------------------------------------------------

    @precondition(lambda self: Claim.objects.outstanding().exists())
    @rule(seed=SEED, days_ago=st.integers(0, 200), how=st.sampled_from(["exact", "part", "too much"]))
    def pay(self, seed: int, days_ago: int, how: str) -> None:
        """A receipt over some claims of one person, allocated by law; what is too much becomes an overpayment."""
        rng, on = random.Random(seed), self.today - timedelta(days=days_ago)
        someone = rng.choice(self.people)
        owed = list(Claim.objects.outstanding().filter(identity__person=someone).select_related("kind"))
        if not owed:
            return
        chosen = rng.sample(owed, rng.randint(1, len(owed)))
        total = sum(due.total_yen for due in amounts_due(chosen, as_of=on).values())
        yen = {
            "exact": total,
            "part": rng.randint(1, total),
            "too much": total + rng.choice([rng.randint(1, 5_000), total]),
        }[how]
        plan = plan_allocation(chosen, yen=yen, on=on)
        answer = [share.as_json() for share in plan.shares if share.yen]
        made = self._receive(yen, on)
        self._book(made, answer, person_id=someone.pk)

    @rule(yen=st.integers(1, 100_000), days_ago=st.integers(0, 200))
    def receive_and_wait(self, yen: int, days_ago: int) -> None:
        self._receive(yen, self.today - timedelta(days=days_ago))
        self._expect({})

    @precondition(lambda self: Receipt.objects.filter(left_yen__gt=0).exists())
    @rule(seed=SEED)
    def place_what_waits(self, seed: int) -> None:
        """By hand: any part of any component of any claims, as two people may have decided."""
        rng, made = random.Random(seed), self._some(Receipt, seed, left_yen__gt=0)
        claims = list(Claim.objects.outstanding().filter(identity__person__isnull=False).select_related("kind"))
        dues = amounts_due(claims, as_of=made.paid_on)
        left, answer = made.left_yen, []
        for one in rng.sample(claims, len(claims)):
            part = {"claim": one.pk}
            for name in COMPONENTS:
                part[name] = min(left, rng.choice([0, getattr(dues[one.pk], f"{name}_yen")]))
                left -= part[name]
            if any(part[name] for name in COMPONENTS):
                answer.append(part)
        self._book(made, answer, person_id=rng.choice(self.people).pk)

    @precondition(lambda self: Receipt.objects.filter(cancellation=None).exists())
    @rule(seed=SEED, share=st.integers(0, 100))
    def cancel_a_receipt(self, seed: int, share: int) -> None:
        made = self._some(Receipt, seed, cancellation=None)
        on = made.paid_on + (self.today - made.paid_on) * share // 100
        others = self._used_but(made)
        spent = [
            over
            for over in Overpayment.objects.filter(entries__receipt=made).distinct()
            if over.left_yen < -sum(f.yen for f in self.auditor.books if (f.receipt, f.over) == (made.pk, over.pk))
        ]
        try:
            cancellations.cancel_receipt(receipt_id=made.pk, on=on, reason="不渡り", by=self.clerk, today=self.today)
        except BookingRefused:
            assert spent, "a receipt could not be taken back for no reason"
            self._expect({})
            return
        assert not spent
        self.auditor.cancelled.add(made.pk)
        self.auditor.look()
        assert self.auditor.paid_of(made.pk) == {}
        assert self._used_but(made) == others

    # --- money back -----------------------------------------------------------------------------------------

    @precondition(lambda self: Overpayment.objects.filter(left_yen__gt=0, person__isnull=False).exists())
    @rule(seed=SEED, set_off=st.booleans())
    def ask_about_an_overpayment(self, seed: int, set_off: bool) -> None:
        """Set off what may be set off and pay out the rest, or pay out all."""
        over = self._some(Overpayment, seed, left_yen__gt=0, person__isnull=False)
        if over.pk in self.asked:
            return
        self._name_account(over.person_id)
        plan, _ = overpayments.propose(over, on=self.today)
        answer = [share.as_json() for share in plan.shares] if set_off else []
        approval = overpayments.ask(overpayment_id=over.pk, answer=answer, by=self.clerk, on=self.today)
        self.asked[over.pk] = (approval.pk, answer, self._state_of(over.pk, answer))
        self._expect({})

    @precondition(lambda self: self.asked)
    @rule(seed=SEED)
    def decide_on_an_overpayment(self, seed: int) -> None:
        """Perhaps long after: where the ledger has moved on nothing may be booked, otherwise exactly what was asked."""
        key = sorted(self.asked)[seed % len(self.asked)]
        approval, answer, then = self.asked.pop(key)
        paid_out = Refund.objects.count()
        left = self.auditor.over_left(key)
        with pytest.raises(approvals.ApprovalRefused):
            approvals.decide(approval_id=approval, decision="approved", by=self.clerk)
        try:
            approvals.decide(approval_id=approval, decision="approved", by=self.chief)
        except approvals.ApprovalRefused:
            assert self._state_of(key, answer) != then, "nothing had changed and yet it was refused"
            approvals.decide(approval_id=approval, decision="rejected", by=self.chief, reason="架空の差戻し")
            self._expect({})
            return
        asked = {(part["claim"], name): part[name] for part in answer for name in COMPONENTS if part[name]}
        self._expect(asked)
        assert self.auditor.over_left(key) == 0
        refunds = list(Refund.objects.order_by("pk")[paid_out:])
        assert sum(refund.amount_yen for refund in refunds) == left - sum(asked.values())
        assert sum(refund.interest_yen for refund in refunds) == Overpayment.objects.get(pk=key).plan["interest_yen"]

    def _state_of(self, over: int, answer: Sequence[dict[str, int]]) -> list[Any]:
        claims = [part["claim"] for part in answer]
        return [self.auditor.over_left(over), [fact for fact in self.auditor.books if fact.claim in claims]]

    # --- time, years, people --------------------------------------------------------------------------------

    @precondition(lambda self: self.today < LAST_DAY)
    @rule(days=st.integers(1, 30))
    def time_passes(self, days: int) -> None:
        self.today = min(LAST_DAY, self.today + timedelta(days=days))

    @precondition(lambda self: self.today > BOOKS_CLOSE)
    @rule()
    def freeze_the_year_or_open_it_again(self) -> None:
        if FrozenYear.objects.exists():
            decision = approvals.ask(subject_type=years.SUBJECT, subject_key="2025", title="年度を開く", by=self.clerk)
            approvals.decide(approval_id=decision.pk, decision="approved", by=self.chief)
            assert not FrozenYear.objects.exists()
            return
        years.freeze_year(year=2025, on=self.today, by=self.chief)
        one = self._some(Claim, 0)
        for facts in ({"on": date(2026, 3, 31)}, {"on": self.today, "accounting_year": 2025}):
            self._refused_by("締めた会計年度", Line("correction", "principal", 1, claim_id=one.pk, **facts))

    @rule(seed=SEED)
    def unlink_somebody_or_link_everybody(self, seed: int) -> None:
        """What is owed and what was paid stay where they are, whoever an identity belongs to."""
        if SourceIdentity.objects.filter(person=None).exists():
            link_new_identities(by=self.chief)
            self.people = list(Person.objects.filter(identities__isnull=False).distinct().order_by("pk"))
        else:
            one = self._some(SourceIdentity, seed)
            links = IdentityLink.objects.filter(identity=one, unlinked_at=None)
            links.update(unlinked_at=timezone.now(), unlinked_by=self.chief)
            SourceIdentity.objects.filter(pk=one.pk).update(person=None)
        self._expect({})

    # --- hostile hands --------------------------------------------------------------------------------------

    @rule(seed=SEED, hand=st.sampled_from(["statement", "reversal", "receipt", "claim", "overpayment"]))
    def hostile_hands(self, seed: int, hand: str) -> None:
        rng = random.Random(seed)
        getattr(self, f"_tamper_by_{hand}")(rng, rng.randint(1, 1_000))

    def _tamper_by_statement(self, rng: random.Random, _: int) -> None:
        statement = rng.choice(TAMPERING).format(entry=rng.choice(self.auditor.books).pk)
        self._refused(lambda: connection.cursor().execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE"))

    def _tamper_by_reversal(self, rng: random.Random, _: int) -> None:
        """Of an entry reversed before, of a reversal, or of another amount."""
        entry = Entry.objects.get(pk=rng.choice(self.auditor.books).pk)
        spent = entry.kind == "reversal" or Entry.objects.filter(reverses=entry).exists()
        yen = -entry.amount_yen + (0 if spent else rng.choice([-1, 1]))
        self._refused(
            lambda: Entry.objects.create(
                kind="reversal", amount_yen=yen, on=self.today, reverses=entry, component=entry.component,
                claim_id=entry.claim_id, receipt_id=entry.receipt_id, overpayment_id=entry.overpayment_id,
                by=system_user(),
            )
        )  # fmt: skip

    def _tamper_by_receipt(self, rng: random.Random, more: int) -> None:
        """More than was received, on a claim that owes enough, so that only the receipt can refuse."""
        made = self._receive(1, self.today) if rng.random() < 0.2 else self._any(rng, Receipt)
        if made:
            yen = made.left_yen + more
            facts: dict[str, Any] = {"on": self.today, "claim_id": self._any(rng, Claim).pk}
            paid = Line("receipt", "principal", -yen, receipt_id=made.pk, **facts)
            self._refused_by("この領収の残り", Line("correction", "principal", yen, **facts), paid)

    def _tamper_by_claim(self, rng: random.Random, more: int) -> None:
        one, name = self._any(rng, Claim), rng.choice(COMPONENTS)
        yen = getattr(one, f"{name}_yen") + more
        self._refused_by("未納額を超えています", Line("write_off", name, -yen, self.today, claim_id=one.pk))

    def _tamper_by_overpayment(self, rng: random.Random, more: int) -> None:
        over = self._any(rng, Overpayment)
        if over:
            yen = over.left_yen + more
            self._refused_by("過誤納金の残り", Line("refund", "overpaid", yen, self.today, overpayment_id=over.pk))

    # --- helpers --------------------------------------------------------------------------------------------

    def _levy(self, who: int, kind: str, yen: int, fee: int, due_on: date) -> None:
        one = claim(self.people[who], kind=kind, source=KINDS[kind], principal_yen=0, due_on=due_on)
        on = min(self.today, due_on)
        facts: dict[str, Any] = {
            "on": on,
            "claim_id": one.pk,
            "accounting_year": accounting_year(on, today=self.today),
        }
        self._post([Line("levy", "principal", yen, **facts), *([Line("levy", "fee", fee, **facts)] if fee else [])])

    def _receive(self, yen: int, on: date) -> Receipt:
        self.numbers += 1
        return post_receipt(
            [], number=f"M{self.numbers}", paid_on=on, booked_on=on, channel="counter", yen=yen, ground="tax",
            by=self.clerk, detail={},
        )  # fmt: skip

    def _book(self, made: Receipt, answer: Sequence[dict[str, int]], *, person_id: int) -> None:
        rest = made.left_yen - sum(part[name] for part in answer for name in COMPONENTS)
        receipts.book_receipt(
            receipt_id=made.pk, answer=answer, by=self.clerk, today=self.today,
            rest_as="excess" if rest else "", person_id=person_id,
        )  # fmt: skip
        asked: dict[tuple[int | None, str], int] = {
            (part["claim"], name): part[name] for part in answer for name in COMPONENTS if part[name]
        }
        self._expect(asked | ({(None, "overpaid"): rest} if rest else {}))
        made.refresh_from_db()
        assert made.left_yen == 0

    def _post(self, lines: Sequence[Line]) -> None:
        with transaction.atomic():
            post(lines, by=self.clerk, event="test", subject_type="test", subject_key="test", detail={})

    def _expect(self, money: dict[tuple[int | None, str], int]) -> None:
        assert self.auditor.money(self.auditor.look()) == money

    def _refused_by(self, sentence: str, *lines: Line) -> None:
        with pytest.raises(BookingRefused, match=sentence):
            self._post(lines)
        self._expect({})

    def _refused(self, act: Callable[[], object]) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
        assert self.auditor.look() == []

    def _used_but(self, made: Receipt) -> dict[int, int]:
        """How much of each other receipt is used: taking one back moves no yen of the others out of the ledger."""
        others = Receipt.objects.exclude(pk=made.pk)
        return {other.pk: sum(self.auditor.paid_of(other.pk).values()) for other in others}

    def _name_account(self, person_id: int) -> None:
        overpayments.name_account(
            person_id=person_id, by=self.clerk, bank_code="0001", bank_kana="カクウ", branch_code="001",
            branch_kana="カクウ", account_type="1", account_number="1234567", holder_kana="カクウ タロウ",
        )  # fmt: skip

    def _any(self, rng: random.Random, model: Any) -> Any:
        rows = list(model.objects.order_by("pk"))
        return rng.choice(rows) if rows else None

    def _some(self, model: Any, seed: int, **conditions: Any) -> Any:
        rows = model.objects.filter(**conditions).order_by("pk")
        return rows[seed % rows.count()]


@pytest.mark.django_db
def test_money_never_disappears_whatever_is_done_to_it():
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=GAMES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # shrinking plays hundreds of games; the failing one is printed as it was played
            suppress_health_check=list(HealthCheck),
        ),
    )
