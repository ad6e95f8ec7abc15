"""What the pages of 引抜, 封緘 and 発送 show, gathered."""

from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from notices.forms_mailing import Break, HandOver, Post
from notices.job_page import job_progress
from notices.models import Letter, Pack, PrintRun, Pull, ReturnedLetter, RunJob, Seal
from notices.rules.pulling import Reason
from notices.services import certificate, seals
from notices.services.pulls import open_letters

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
        "job": job_progress(run),
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
    papers = ["certificate", "hash_list", "counts_sheet", "sealed_by"]
    sealed = run.seals.filter(broken_at=None).select_related(*papers).first()
    context: dict[str, Any] = {
        "run": run,
        "sealed": sealed,
        "broken": run.seals.exclude(broken_at=None).select_related("certificate", "broken_by"),
        "own": run.made_by_id == user.pk,
        "job": job_progress(run),
    }
    if sealed is None:
        found = seals.standing(run, now=now, today=today, compared=False)
        shares = _may_share(run) if run.state == State.PULLED else []
        return context | {"standing": found, "shares": shares} | _sum(found.closing)
    pack = Pack.objects.filter(seal=sealed).order_by("-pk").first()
    context |= {"reasons": certificate.reasons_in_words(sealed.sums)} | _sum(seals.closing(run))
    context |= {"hand": HandOver(today=today, pack=bool(pack)), "post": Post(today=today), "break": Break()}
    context |= {"pack": pack, "files": sealed.files.all()}
    if run.state in (State.SEALED, State.HANDED):
        looked = run.jobs.filter(kind=RunJob.Kind.LOOK, state=RunJob.State.DONE, asked_at__gte=sealed.sealed_at).first()
        if looked:
            context |= {"looked": looked, "since": looked.result["letters"]}
            context["since_text"] = SINCE[run.state].format(letters=context["since"])
    return context


def _may_share(run: PrintRun) -> list[dict[str, Any]]:
    """Other runs of the same day, with how many people get a letter of both: they may share envelopes (合封)."""
    people = open_letters(run).values("person")
    others = PrintRun.objects.filter(issued_on=run.issued_on, state=State.PULLED, is_sample=False).exclude(pk=run.pk)
    both = Q(letters__state=Letter.State.VERIFIED, letters__travels_with=None, letters__person__in=people)
    rows = others.annotate(both=Count("letters", filter=both)).filter(both__gt=0).order_by("pk")
    return [{"run": other, "both": other.both} for other in rows]


def _sum(closed: Any) -> dict[str, Any]:
    """対象 = 印刷 ＋ 合封 ＋ 分冊 ＋ 作れず, of which 引抜 are taken out."""
    parts = [
        {"label": "印刷", "value": closed.printed},
        {"label": "合封", "value": closed.merged},
        {"label": "分冊", "value": closed.split},
        {"label": "作れず", "value": closed.failed},
    ]
    whole = {"label": "対象", "value": closed.targets}
    found = {"whole": whole, "parts": parts, "difference": closed.unmade + closed.difference}
    return {"sum": found, "going": closed.going, "pulled": closed.pulled}


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
    facts.append(("封筒", f"{sealed.envelopes:,}通"))
    if sealed.handed_on:
        facts.append(("引渡し先", f"{sealed.handed_to}（{sealed.handed_count:,}通）"))
    if sealed.posted_on:
        back = ReturnedLetter.objects.filter(letter__run=run).values("letter").distinct().count()
        facts.append(("返戻", f"{back:,}通"))
    return facts
