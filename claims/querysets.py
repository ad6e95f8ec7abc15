"""Selections of claims. Every way out to a debtor asks ``reachable_by`` here; there is no other."""

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from debtors.querysets import in_force
from toyota_collect.permissions import Role, visible_grounds

DAYS_AFTER_DUNNING = 10  # 発した日から起算して10日を経過した日まで


class PaymentQuerySet(models.QuerySet):
    def unsettled(self) -> "PaymentQuerySet":
        """Payments that are known and not wholly booked (速報, 要確認, 所管課の記帳待ち)."""
        return self.filter(settled_at=None, state__in=["provisional", "final"])


class ClaimQuerySet(models.QuerySet):
    def outstanding(self) -> "ClaimQuerySet":
        """Claims of which any component is unpaid."""
        return self.filter(Q(principal_yen__gt=0) | Q(fee_yen__gt=0) | Q(late_yen__gt=0) | Q(cost_yen__gt=0))

    def overdue(self, *, on: date) -> "ClaimQuerySet":
        """Outstanding claims whose due date (after the holiday shift) has passed on ``on``."""
        return self.outstanding().filter(due_on__lt=on)

    def alive(self, *, on: date) -> "ClaimQuerySet":
        """Claims whose prescription has not run out on ``on`` (its last day included; null: postponed)."""
        return self.filter(Q(prescribes_on=None) | Q(prescribes_on__gte=on))

    def held(self, *, on: date, channel: str) -> "ClaimQuerySet":
        """Claims a hold in force silences on the channel, by claim, by kind or by person."""
        hold = self.model._meta.get_field("holds").related_model
        reaching = hold.objects.filter(in_force(on), person=OuterRef("identity__person"), channels__contains=[channel])
        return self.filter(
            Exists(
                reaching.filter(
                    Q(claim=OuterRef("pk")) | Q(claim=None, kind=OuterRef("kind")) | Q(claim=None, kind=None)
                )
            )
        )

    def being_paid(self) -> "ClaimQuerySet":
        """Claims a payment is known for that is not settled yet (速報, 要確認, 所管課の記帳待ち)."""
        target = self.model._meta.get_field("payment_targets").related_model
        unsettled = target.objects.filter(payment__settled_at=None, payment__state__in=["provisional", "final"])
        return self.filter(Exists(unsettled.filter(claim=OuterRef("pk"))))

    def reachable_by(self, channel: str, *, on: date) -> "ClaimQuerySet":
        """Overdue, living claims that no hold silences on the channel and no payment is known for.

        The one outbound queryset.
        """
        held = self.held(on=on, channel=channel)
        return (
            self.overdue(on=on)
            .alive(on=on)
            .exclude(pk__in=held.values("pk"))
            .exclude(pk__in=self.being_paid().values("pk"))
        )

    def self_executing(self) -> "ClaimQuerySet":
        """Claims the city may enforce by itself (自力執行権), by the legal attributes of the day each fell due."""
        terms = self.model._meta.get_field("kind").related_model._meta.get_field("terms").related_model
        of_its_day = terms.objects.filter(kind=OuterRef("kind"), starts_on__lte=OuterRef("due_on"))
        executes = Subquery(of_its_day.order_by("-starts_on").values("self_execution")[:1])
        return self.annotate(executes_itself=executes).filter(executes_itself=True)

    def seizable(self, *, on: date) -> "ClaimQuerySet":
        """Self-executing claims whose 督促 left at least ten days ago (地方税法331条1項1号ほか), not held on seizure."""
        events = self.model._meta.get_field("events").related_model
        dunned = events.objects.filter(
            claim=OuterRef("pk"), kind="dunning", withdrawn_at=None, on__lt=on - timedelta(days=DAYS_AFTER_DUNNING)
        )
        held = self.held(on=on, channel="seizure")
        return self.self_executing().filter(Exists(dunned)).exclude(pk__in=held.values("pk"))

    def visible_to(self, user: Any, *, opened: frozenset[str] = frozenset()) -> "ClaimQuerySet":
        """Claims the user may know to exist; fails closed for roles the policy does not name.

        ``opened``: grounds that consent or a decision opened for the one case that is looked at.
        """
        if user.role == Role.SECTION_VIEWER:
            return self.filter(section=user.section_id)
        grounds = visible_grounds(user, opened=opened)
        return self.filter(ground__in=grounds) if grounds else self.none()

    def with_office(self) -> "ClaimQuerySet":
        """Claims the collection office has taken over from their section (移管済); who books their money is another matter."""
        lines = self.model._meta.get_field("handover_lines").related_model
        return self.filter(Exists(lines.objects.filter(claim=OuterRef("pk"), state="accepted")))

    def free_to_hand_over(self, *, on: date) -> "ClaimQuerySet":
        """Claims a section may announce and hand over: nothing silences a letter on them, and they are in no basket."""
        lines = self.model._meta.get_field("handover_lines").related_model
        taken = lines.objects.filter(claim=OuterRef("pk"), state__in=["picked", "accepted"])
        return self.reachable_by("notice", on=on).filter(~Exists(taken), identity__person__isnull=False)

    def with_total(self) -> "ClaimQuerySet":
        return self.annotate(booked_yen=F("principal_yen") + F("fee_yen") + F("late_yen") + F("cost_yen"))


class ClaimManager(models.Manager.from_queryset(ClaimQuerySet)):  # type: ignore[misc]
    """Claims in force: those of an import that was taken back are seen nowhere."""

    def get_queryset(self) -> ClaimQuerySet:
        return super().get_queryset().filter(taken_back_at=None)


class EvidenceQuerySet(models.QuerySet):
    def in_force(self) -> "EvidenceQuerySet":
        return self.filter(withdrawn_at=None)

    def visible_to(self, user: Any) -> "EvidenceQuerySet":
        """Files of claims the user may know of; to a section, those that are shared with it."""
        claims = self.model._meta.get_field("claim").related_model
        found = self.filter(claim__in=claims.objects.visible_to(user))
        return found.filter(shared=True) if user.role == Role.SECTION_VIEWER else found


class SlipQuerySet(models.QuerySet):
    def with_money(self) -> "SlipQuerySet":
        """Annotate ``paid`` (確報: its money came), ``announced`` (速報 only) and ``owed`` (a claim of it owes something)."""
        payments = self.model._meta.get_field("payments").related_model.objects.filter(slip=OuterRef("pk"))
        claims = self.model._meta.get_field("lines").related_model._meta.get_field("claim").related_model
        owing = claims.objects.outstanding().filter(slip_lines__slip=OuterRef("pk"))
        return self.annotate(
            paid=Exists(payments.filter(state="final")),
            announced=Exists(payments.filter(state="provisional")),
            owed=Exists(owing),
        )
