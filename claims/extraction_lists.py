"""What claims offer to saved extractions: instalments, money that came in, plans; and what a person owes.

Yen are booked balances, without the late charge that is still running.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, DateField, Exists, F, Max, Min, OuterRef, Q, Subquery, Sum, When
from django.db.models import Value as Constant
from django.db.models.functions import Coalesce

from claims.countdown import terms_of
from claims.models import Claim, ClaimEvent, ClaimGroup, ClaimKind, ClaimKindTerms, Entry, Plan, PlanInstalment
from claims.services.plan_standing import MONEY
from debtors.extraction_lists import choices_from, fixed, person_columns
from debtors.models import Person, SourceSystem
from toyota_collect.lists import Column, ExtractionList, Grouped, Kind, Lists
from toyota_collect.models import Section
from toyota_collect.permissions import Permission

PLAN_STATES = [
    ("draft", "署名待ち"),
    ("running", "履行中（不履行を含む）"),
    *[(code, str(label)) for code, label in Plan.Closed.choices],
]


def register(lists: Lists) -> None:
    lists.register(CLAIMS, RECEIPTS, PLANS)
    lists.add_columns("people", *OWED)


def _booked(prefix: str = "") -> Any:
    return F(f"{prefix}principal_yen") + F(f"{prefix}fee_yen") + F(f"{prefix}late_yen") + F(f"{prefix}cost_yen")


def _booked_in(group: str) -> Any:
    return Sum(_booked(), filter=Q(kind__group=group), default=0)


def _overdue(user: Any, on: date) -> Any:
    """The overdue, living claims that the user may know of."""
    return Claim.objects.visible_to(user).overdue(on=on).alive(on=on).order_by()


def _overdue_by_person(user: Any, on: date) -> Any:
    return _overdue(user, on).filter(identity__person__isnull=False).values(key=F("identity__person"))


def _owed(code: str, title: str, kind: Kind, what: Any, *, absent: Any = None, usual: bool = False) -> Column:
    """A figure over the overdue claims of the person."""

    def of_person(user: Any, on: date) -> Any:
        of = _overdue(user, on).filter(identity__person=OuterRef("pk")).values("identity__person")
        found = Subquery(of.annotate(found=what).values("found"))
        return found if absent is None else Coalesce(found, absent)

    return Column(code, title, kind, of_person, usual=usual, grouped=Grouped("owed", _overdue_by_person, what, absent))


OWED = (
    _owed("owed_yen", "滞納額", Kind.YEN, Sum(_booked()), absent=0, usual=True),
    _owed("owed_claims", "滞納の期別数", Kind.NUMBER, Count("pk"), absent=0, usual=True),
    _owed("oldest_due", "いちばん古い納期限", Kind.DATE, Min("due_on")),
    _owed("next_prescription", "最短の時効", Kind.DATE, Min("prescribes_on"), usual=True),
    *(
        _owed(f"owed_{code}", f"滞納額（{label}）", Kind.YEN, _booked_in(code), absent=0)
        for code, label in ClaimGroup.choices
    ),
)


def _last(code: str, title: str, rows: Callable[[date], Any]) -> Column:
    """The latest day of what happened to the claim."""

    def last(_user: Any, on: date) -> Any:
        of = rows(on).order_by().filter(claim=OuterRef("pk")).values("claim")
        return Subquery(of.annotate(day=Max("on")).values("day"))

    def of_all(_user: Any, on: date) -> Any:
        return rows(on).order_by().values(key=F("claim"))

    return Column(code, title, Kind.DATE, last, grouped=Grouped(code, of_all, Max("on")))


def _events(kind: str) -> Callable[[date], Any]:
    return lambda _on: ClaimEvent.objects.filter(kind=kind, withdrawn_at=None)


def _paid(on: date) -> Any:
    """Money that was not taken back. A join that keeps what has no partner would be taken for one row by the server."""
    reversal = Entry.objects.filter(reverses=OuterRef("pk"))
    return Entry.objects.filter(~Exists(reversal), kind__in=MONEY, on__lte=on)


def _legal_class(_user: Any, _on: date) -> Any:
    """What ``terms_of`` finds for a claim, from the table's few rows: no claim asks for itself.

    The rows that began last are tried first, so the first that fits a claim's kind is the one in force on its due date.
    """
    kinds: dict[tuple[date, str], list[int]] = {}
    for kind, starts_on, legal_class in ClaimKindTerms.objects.values_list("kind", "starts_on", "legal_class"):
        kinds.setdefault((starts_on, legal_class), []).append(kind)
    latest = sorted(kinds, reverse=True)
    in_force = (When(kind__in=kinds[row], due_on__gte=row[0], then=Constant(row[1])) for row in latest)
    return Case(*in_force, default=None, output_field=CharField())


def _silenced(_user: Any, on: date) -> Any:
    return Exists(Claim.objects.held(on=on, channel="notice").filter(pk=OuterRef("pk")))


def _on_plan(_user: Any, _on: date) -> Any:
    running = Plan.objects.filter(claims__claim=OuterRef("pk"), signed_on__isnull=False, closed_on=None)
    return Exists(running)


CLAIMS = ExtractionList(
    code="claims",
    title="債権（期別）",
    unit="件",
    about="期別1つにつき1行。完納・不納欠損などで残額のないものも入るので、要らないときは「残額が次以上：1」を条件にします",
    permission=Permission.CLAIM_VIEW,
    rows=lambda user, _on: Claim.objects.visible_to(user),
    person="identity__person_id",
    order=("due_on", "pk"),
    columns=(
        *person_columns("identity__person", "identity"),
        Column(
            "kind", "債権種目", Kind.CHOICE, "kind__code", choices=choices_from(ClaimKind, "code", "name"), usual=True
        ),
        Column("group", "債権群", Kind.CHOICE, "kind__group", choices=fixed(ClaimGroup.choices)),
        Column(
            "legal_class",
            "区分",
            Kind.CHOICE,
            lambda _user, _on: terms_of("legal_class"),
            choices=fixed(ClaimKindTerms.LegalClass.choices),
            compared=_legal_class,
        ),
        Column("section", "所管課", Kind.CHOICE, "section__code", choices=choices_from(Section, "code", "name")),
        Column("levy_year", "賦課年度（西暦）", Kind.NUMBER, "levy_year", usual=True),
        Column("taxation_year", "相当年度（西暦）", Kind.NUMBER, "taxation_year"),
        Column("notice_number", "通知書番号", Kind.TEXT, "notice_number"),
        Column("instalment", "期別", Kind.NUMBER, "instalment", usual=True),
        Column("due_on", "納期限", Kind.DATE, "due_on", usual=True),
        Column("levied_yen", "調定額", Kind.YEN, "levied_yen"),
        Column("principal_yen", "本税・元金の残額", Kind.YEN, "principal_yen"),
        Column("fee_yen", "督促手数料の残額", Kind.YEN, "fee_yen"),
        Column("late_yen", "確定延滞金等の残額", Kind.YEN, "late_yen"),
        Column("cost_yen", "費用の残額", Kind.YEN, "cost_yen"),
        Column("booked_yen", "残額", Kind.YEN, lambda _user, _on: _booked(), usual=True),
        Column("prescribes_on", "時効の最終日", Kind.DATE, "prescribes_on", usual=True),
        _last("dunned_on", "督促の日", _events("dunning")),
        _last("demanded_on", "最後の催告の日", _events("demand")),
        _last("paid_on", "最後の納付の日", _paid),
        Column("silenced", "文書を止めている", Kind.FLAG, _silenced, permission=Permission.CONTACT_VIEW),
        Column("on_plan", "分納の対象", Kind.FLAG, _on_plan, permission=Permission.CONTACT_VIEW),
    ),
    total="booked_yen",
)


def _money_rows(user: Any, _on: date) -> Any:
    """Money booked on claims, and what was taken back of it: together they give what came in."""
    money = Q(kind=Entry.Kind.RECEIPT) | Q(kind=Entry.Kind.REVERSAL, reverses__kind=Entry.Kind.RECEIPT)
    return Entry.objects.filter(money, claim__in=Claim.objects.visible_to(user))


RECEIPTS = ExtractionList(
    code="receipts",
    title="収納",
    unit="件",
    about="領収を期別に充てた記帳1つにつき1行。取り消した領収は、取り消した日にマイナスの行が出ます",
    permission=Permission.CLAIM_VIEW,
    rows=_money_rows,
    person="claim__identity__person_id",
    order=("-on", "-pk"),
    columns=(
        *person_columns("claim__identity__person", "claim__identity"),
        Column("on", "領収日・取消日", Kind.DATE, "on", usual=True),
        Column("booked_on", "収納日", Kind.DATE, "receipt__booked_on"),
        Column("receipt_number", "領収番号", Kind.TEXT, "receipt__receipt_number"),
        Column("channel", "納付方法", Kind.TEXT, "receipt__channel", usual=True),
        Column(
            "source",
            "業務システム",
            Kind.CHOICE,
            "receipt__source__code",
            choices=choices_from(SourceSystem, "code", "name"),
        ),
        Column(
            "kind",
            "債権種目",
            Kind.CHOICE,
            "claim__kind__code",
            choices=choices_from(ClaimKind, "code", "name"),
            usual=True,
        ),
        Column("group", "債権群", Kind.CHOICE, "claim__kind__group", choices=fixed(ClaimGroup.choices)),
        Column("levy_year", "賦課年度（西暦）", Kind.NUMBER, "claim__levy_year", usual=True),
        Column("instalment", "期別", Kind.NUMBER, "claim__instalment", usual=True),
        Column("notice_number", "通知書番号", Kind.TEXT, "claim__notice_number"),
        Column("component", "充てた先", Kind.CHOICE, "component", choices=fixed(Entry.Component.choices), usual=True),
        Column("taken_back", "取消しの行", Kind.FLAG, lambda _user, _on: _is(kind=Entry.Kind.REVERSAL)),
        Column("paid_yen", "充てた額", Kind.YEN, lambda _user, _on: -F("amount_yen"), usual=True),
    ),
    total="paid_yen",
)


def _is(**facts: Any) -> Any:
    return Case(When(then=Constant(True), **facts), default=Constant(False))


def _plan_state(_user: Any, _on: date) -> Any:
    return Case(
        When(~Q(closed_as=""), then=F("closed_as")),
        When(signed_on=None, then=Constant("draft")),
        default=Constant("running"),
    )


def _plan_day(found: Any, **facts: Any) -> Any:
    def day(_user: Any, on: date) -> Any:
        due = PlanInstalment.objects.filter(plan=OuterRef("pk"), **({"due_on__gte": on} if facts.get("coming") else {}))
        return Subquery(due.order_by().values("plan").annotate(day=found).values("day"), output_field=DateField())

    return day


def _breached(_user: Any, _on: date) -> Any:
    return Exists(PlanInstalment.objects.filter(plan=OuterRef("pk"), breach__isnull=False))


PLANS = ExtractionList(
    code="plans",
    title="分納",
    unit="件",
    about="分納の案・誓約1つにつき1行。不履行は、見つけた記録のあるものです",
    permission=Permission.CONTACT_VIEW,
    rows=lambda user, _on: Plan.objects.filter(person__in=Person.objects.visible_to(user)),
    person="person_id",
    order=("-pk",),
    columns=(
        *person_columns("person"),
        Column("history_number", "誓約履歴番号", Kind.NUMBER, "history_number"),
        Column("state", "状態", Kind.CHOICE, _plan_state, choices=fixed(PLAN_STATES), usual=True),
        Column("drafted_on", "起案日", Kind.DATE, "drafted_on"),
        Column("signed_on", "誓約書を受けた日", Kind.DATE, "signed_on", usual=True),
        Column("next_on", "次の納付期限", Kind.DATE, _plan_day(Min("due_on"), coming=True), usual=True),
        Column("last_on", "最後の納付期限", Kind.DATE, _plan_day(Max("due_on"))),
        Column("amount_yen", "月額", Kind.YEN, "amount_yen", usual=True),
        Column("total_yen", "総額", Kind.YEN, "total_yen", usual=True),
        Column("breached", "不履行の記録", Kind.FLAG, _breached),
        Column("closed_on", "終わらせた日", Kind.DATE, "closed_on"),
        Column("by", "起案した職員", Kind.TEXT, "by__display_name"),
    ),
    total="total_yen",
)
