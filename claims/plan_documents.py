"""分納の文書: the deed (分納誓約書) that is signed, and the notice of a plan that was not kept (不履行通知)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from claims.models import ClaimKindTerms, Hold, Plan, PlanBreach, PlanClaim, PlanInstalment
from claims.rules.plan_standing import Mark
from claims.rules.prescription import Status
from claims.services.charges import kind_terms
from claims.services.clocks import clocks_for
from claims.services.plan_standing import state_of
from claims.services.plans import PlanRefused, is_reviewed
from debtors.protection import hidden_people
from debtors.querysets import in_force
from toyota_collect.dated import value_on, value_or
from toyota_collect.documents.explanation import reading
from toyota_collect.documents.store import draw_number, letterhead, make_document
from toyota_collect.models import Document
from toyota_collect.notice_text import parts_on
from toyota_collect.places import city_words
from toyota_collect.wareki import long_text

SUBJECT = "claims.plan"
SERIES, MARK = "plan", "豊債管分"
WORDS, NOTICE_DAYS = "plan.deed_words", "plan.notice_deadline_days"
COLUMNS = 2  # instalments side by side on the deed


@transaction.atomic
def deed_document(plan: Plan, *, by: Any, on: date) -> Document:
    """分納誓約書（債務承認）, made once; what is on it is what the plan was drafted with.

    Raises:
        PlanRefused: the plan has ended, or a private claim whose period has run out was not reviewed.
    """
    plan = Plan.objects.select_for_update(of=("self",)).select_related("person", "deed", "review").get(pk=plan.pk)
    if plan.deed:
        return plan.deed
    if plan.closed_on:
        raise PlanRefused("この分納は終わっているため、誓約書は作れません。")
    if plan.review_id and not is_reviewed(plan):
        raise PlanRefused("時効期間を過ぎた私債権の審査が済んでいません。承認されるまで誓約書は作れません。")
    rows = _claim_rows(plan, on=plan.drafted_on)
    words = value_on(WORDS, on)
    classes = {row["legal_class"] for row in rows}
    private = ClaimKindTerms.LegalClass.PRIVATE in classes
    context = letterhead(on) | {
        "plan": plan,
        "person": plan.person,
        "hidden": plan.person_id in hidden_people([plan.person_id], on=on),
        "rows": rows,
        "sums": {name: sum(row[name] for row in rows) for name in ("principal", "charges", "late", "total")},
        "words": words,
        "private": words["private"] if private else [],
        "allocation": words["allocation"] if private else "",
        "public": words["public"] if classes - {ClaimKindTerms.LegalClass.PRIVATE} else [],
        "lapsed": words["lapsed"] if any(row["lapsed"] for row in rows) else [],
        "instalments": side_by_side(list(plan.instalments.order_by("number")), COLUMNS),
        "count": plan.instalments.count(),
    }
    plan.deed = make_document(
        template="documents/plan_deed.html",
        context=context,
        kind="plan_deed",
        number=draw_number(series=SERIES, mark=MARK, on=on),
        subject_type=SUBJECT,
        subject_key=str(plan.pk),
        by=by,
    )
    plan.save(update_fields=["deed"])
    return plan.deed


@transaction.atomic
def notice_document(breach: PlanBreach, *, by: Any, on: date) -> Document:
    """分納不履行通知書, made once for each instalment found missing.

    Raises:
        PlanRefused: the plan has ended, nothing is missing any more, or a hold other than the plan's own silences letters.
    """
    breach = (
        PlanBreach.objects.select_for_update(of=("self",))
        .select_related("instalment__plan__person", "notice")
        .get(pk=breach.pk)
    )
    if breach.notice:
        return breach.notice
    plan = breach.instalment.plan
    standing = state_of(plan, on=on).standing
    if plan.closed_on or standing is None or not standing.short_yen:
        raise PlanRefused("この分納に、いま納付のない回はありません。通知は要りません。")
    if held := _silenced_by_another(plan, on=on):
        raise PlanRefused(
            f"「{held.title}」で手紙を止めているため、不履行通知は作れません。止める理由が続いているかを確かめてください。"
        )
    rows = [
        {"one": one, "got": got, "lacks": one.amount_yen - got}
        for one, (mark, got) in zip(plan.instalments.order_by("number"), standing.marks, strict=True)
        if mark is Mark.BROKEN
    ]
    words, claims = broken_words(plan, on=on), _claim_rows(plan, on=plan.drafted_on)
    classes = {row["legal_class"] for row in claims}
    until = on + timedelta(days=int(value_or(NOTICE_DAYS, on, 10)))
    breach.notice = make_document(
        template="documents/plan_broken.html",
        context=letterhead(on)
        | reading(
            plan.person.letter_variant,
            words,
            total_yen=standing.short_yen,
            until=until,
            seizes=ClaimKindTerms.LegalClass.COERCIVE in classes,
            courts=bool(classes - {ClaimKindTerms.LegalClass.COERCIVE}),
        )
        | {
            "words": words,
            "plan": plan,
            "person": plan.person,
            "rows": rows,
            "short_yen": standing.short_yen,
            "until": until,
            "claims": claims,
        },
        kind="plan_broken",
        number=draw_number(series=SERIES, mark=MARK, on=on),
        subject_type=SUBJECT,
        subject_key=str(plan.pk),
        by=by,
    )
    breach.save(update_fields=["notice"])
    return breach.notice


def _silenced_by_another(plan: Plan, *, on: date) -> Hold | None:
    """A hold that silences letters about a claim of the plan, besides those that the plan itself placed."""
    claims = plan.claims.values("claim")
    reaching = (
        Q(kind=None, claim=None) | Q(claim__in=claims) | Q(claim=None, kind__in=plan.claims.values("claim__kind"))
    )
    holds = Hold.objects.filter(in_force(on), reaching, person=plan.person_id, channels__contains=["notice"])
    return holds.exclude(reason=Hold.Reason.PLAN).first()


def may_be_noticed(plan: Plan, *, on: date) -> bool:
    """Whether a notice that the plan was not kept may be made, as far as holds go."""
    return _silenced_by_another(plan, on=on) is None


def broken_words(plan: Plan, *, on: date) -> dict[str, str]:
    """The approved text of the notice, its places filled. Raises ``SettingMissing``."""
    signed = {
        "誓約日": long_text(plan.signed_on) if plan.signed_on else "",
        "誓約書番号": plan.deed.number if plan.deed else "",
    }
    return parts_on("plan_broken", on, signed | city_words(settings.CITY_NAME, value_on("city.profile", on)))


def side_by_side(items: Sequence[PlanInstalment], columns: int) -> list[list[PlanInstalment | None]]:
    """Rows of a table in which the items run down the first column, then the second."""
    height = -(-len(items) // columns)
    return [
        [items[at] if (at := row + height * column) < len(items) else None for column in range(columns)]
        for row in range(height)
    ]


def _claim_rows(plan: Plan, *, on: date) -> list[dict[str, Any]]:
    parts: Sequence[PlanClaim] = list(plan.claims.select_related("claim__kind"))
    terms, clocks = kind_terms(), clocks_for([part.claim for part in parts], as_of=on)
    return [
        {
            "claim": part.claim,
            "legal_class": terms.of(part.claim).legal_class,
            "class_name": terms.of(part.claim).get_legal_class_display(),
            "lapsed": clocks[part.claim_id].status is Status.AWAITING_ENYO,
            "principal": part.principal_yen,
            "charges": part.fee_yen + part.cost_yen,
            "late": part.late_yen,
            "total": part.total_yen,
        }
        for part in parts
    ]
