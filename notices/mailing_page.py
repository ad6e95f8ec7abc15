"""What the pages of 引抜, 封緘 and 発送 show, gathered."""

from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from notices.forms_mailing import Break, HandOver, Post
from notices.models import PrintRun, Pull, ReturnedLetter, Seal
from notices.rules.pulling import Reason
from notices.services import certificate, seals
from notices.services.mailings import since_seal

PER_PAGE = 50
State = PrintRun.State
SINCE = {
    State.SEALED: "{letters:,}通です。抜くには、係長・課長が封緘を解き、引抜をもう一度調べます。",
    State.HANDED: "{letters:,}通です。引き渡したあとなので、抜けるときは引渡し先に連絡してください。",
}


def pull_desk(run: PrintRun, *, reason: str = "", page: str | None = None) -> dict[str, Any]:
    """The list of what to take out of the pile: what is not confirmed comes first, in the order of the pile."""
    pulls = Pull.objects.filter(letter__run=run)
    counts = pulls.aggregate(
        all=Count("pk"),
        open=Count("pk", filter=Q(confirmed_as="")),
        scanned=Count("pk", filter=Q(confirmed_as="scanned")),
    )
    rows = pulls.filter(reason=reason) if reason else pulls
    rows = rows.select_related("letter__person", "letter__chunk", "confirmed_by").defer("letter__snapshot")
    return {
        "run": run,
        "counts": counts | {"not_printed": counts["all"] - counts["open"] - counts["scanned"]},
        "filters": _filters(pulls, reason, counts["all"]),
        "page": Paginator(rows.order_by("confirmed_at", "letter__serial"), PER_PAGE).get_page(page),
        "reason": reason,
        "may_change": run.state == State.PULLED,
    }


def _filters(pulls: QuerySet[Pull], chosen: str, total: int) -> list[dict[str, Any]]:
    found = dict(pulls.order_by().values_list("reason").annotate(Count("pk")))
    filters = [{"label": "すべて", "url": "?", "count": total, "current": not chosen}]
    return filters + [
        {
            "label": str(Pull.Reason(code.value).label),
            "url": f"?reason={code.value}",
            "count": found[code.value],
            "current": code.value == chosen,
        }
        for code in Reason
        if code.value in found
    ]


def seal_page(run: PrintRun, *, user: Any, now: datetime, today: date) -> dict[str, Any]:
    """Before the seal: what stands in its way. After it: the certificate, and how the pile leaves the house."""
    sealed = run.seals.filter(broken_at=None).select_related("certificate", "hash_list", "sealed_by").first()
    context: dict[str, Any] = {
        "run": run,
        "sealed": sealed,
        "broken": run.seals.exclude(broken_at=None).select_related("certificate", "broken_by"),
        "own": run.made_by_id == user.pk,
    }
    if sealed is None:
        found = seals.standing(run, now=now, today=today)
        return context | {"standing": found, "sum": _sum(found.closing)}
    context |= {"sum": _sum(seals.closing(run)), "reasons": certificate.reasons_in_words(sealed.sums)}
    context |= {"hand": HandOver(today=today), "post": Post(today=today), "break": Break()}
    if run.state in (State.SEALED, State.HANDED):
        context["since"] = len(since_seal(run, today=today))
        context["since_text"] = SINCE[run.state].format(letters=context["since"])
    return context


def _sum(closed: Any) -> dict[str, Any]:
    """送る = 印刷 ＋ 合封 ＋ 分冊 − 引抜, and 対象 = 印刷 ＋ 作れず."""
    return {
        "whole": {"label": "対象", "value": closed.targets},
        "parts": [
            {"label": "送る", "value": closed.going},
            {"label": "引抜", "value": closed.pulled},
            {"label": "作れず", "value": closed.failed},
            {"label": "合封", "value": closed.merged},
            {"label": "分冊", "value": closed.split},
        ],
        "difference": closed.unmade + closed.difference,
    }


def next_step(run: PrintRun) -> dict[str, str] | None:
    """The one thing to do next with a run whose letters are made, and where; none for a sample, and once it is posted."""
    if run.is_sample:
        return None
    pulls, seal = reverse("notices:pulls", args=[run.pk]), reverse("notices:seal", args=[run.pk])
    if run.state == State.VERIFIED:
        text = "金額を確定したあとの納付・支援措置・死亡などを調べ、送ってはいけない催告書を抜き取ります。"
        return {"text": text, "url": pulls, "action": "引抜へ"}
    if run.state == State.PULLED:
        left = Pull.objects.filter(letter__run=run, confirmed_as="").count()
        if left:
            return {"text": f"抜き取りの確認が{left:,}通残っています。", "url": pulls, "action": "引抜へ"}
        return {"text": "抜き取りはすべて確認済みです。係長・課長が封緘します。", "url": seal, "action": "封緘へ"}
    if run.state == State.SEALED:
        return {"text": "封緘証明書の通数を数えて、引き渡します。", "url": seal, "action": "引渡しへ"}
    if run.state == State.HANDED:
        return {
            "text": "発送したら、その日を登録します。催告の記録と時効の計算に入ります。",
            "url": seal,
            "action": "発送の登録へ",
        }
    return None


def mailing_facts(run: PrintRun) -> list[tuple[str, str]]:
    """What became of the pile, for the page of the run."""
    sealed: Seal | None = run.seals.filter(broken_at=None).select_related("certificate").first()
    if sealed is None:
        return []
    facts = [("封緘証明書", sealed.certificate.number), ("送る通数", f"{sealed.going:,}通")]
    if sealed.handed_on:
        facts.append(("引渡し先", f"{sealed.handed_to}（{sealed.handed_count:,}通）"))
    if sealed.posted_on:
        back = ReturnedLetter.objects.filter(letter__run=run).values("letter").distinct().count()
        facts.append(("返戻", f"{back:,}通"))
    return facts
