"""What the page of a run shows, gathered."""

from typing import Any

from django.db.models import Count

from claims.models import ClaimGroup, ClaimKind
from notices.models import Letter, PrintChunk, PrintRun
from notices.rules.kinds import name_of
from notices.rules.takers import LABELS, RANK
from notices.services import progress as live
from notices.services.runs import reasons_in_order

SAMPLES = 12
WHY = {
    "protected": "住所を知られてはいけない人。個別に送る（2人で確かめる）",
    "maybe_protected": "氏名と生年月日・住所・電話のどれかが、支援措置の人と同じ",
    "agent_protected": "文書を受ける人の住所を使えない。1人ずつ確かめる",
    "succeeded": "相続人それぞれに、持分の催告書を送る",
    "deceased": "名あて人が決まっていない",
    "no_address": "郵便番号か住所がない。住所を調べる",
    "held": "催告を止める決定がある",
    "prescribed": "求めてはいけない。時効の処理へ",
    "below_minimum": "残額が、この実行の最低金額に満たない",
}
RUNNING = (PrintRun.State.SNAPSHOT, PrintRun.State.RENDERING)
BEGUN = (*RUNNING, *PrintRun.MADE, PrintRun.State.FAILED)


def run_page(run: PrintRun) -> dict[str, Any]:
    """Context of ``notices/run.html``: plain values, every sum given with its difference."""
    counts = run.counts
    progress = live.progress(run)
    return {
        "run": run,
        "steps": live.steps(run),
        "running": run.state in RUNNING,
        "begun": run.state in BEGUN,
        "made": run.state in PrintRun.MADE,
        "may_retry": run.state in (PrintRun.State.VERIFIED, PrintRun.State.FAILED),
        "progress": progress,
        "failures": live.failures(run),
        "speed": live.speed(run),
        "groups": _groups(counts),
        "excluded": _excluded(run),
        "excluded_total": sum(counts.get("excluded", {}).values()),
        "selection": _selection(counts),
        "accounting": accounting(progress),
        "conditions": _conditions(run),
        "samples": _samples(run),
        "bundles": run.chunks.exclude(path="").order_by("sequence"),
        "broken": run.chunks.filter(state=PrintChunk.State.FAILED).annotate(waiting=Count("letters")),
    }


def _groups(counts: dict[str, Any]) -> list[dict[str, Any]]:
    labels = dict(ClaimGroup.choices)
    found = counts.get("groups", {})
    return [{"label": labels[name], **found[name]} for name in ClaimGroup.values if name in found]


def _excluded(run: PrintRun) -> list[dict[str, Any]]:
    found, yen = run.counts.get("excluded", {}), run.counts.get("excluded_yen", {})
    return [
        {"code": code, "label": label, "people": found[code], "yen": yen[code], "why": WHY[code]}
        for code, label in reasons_in_order()
        if code in found
    ]


def _selection(counts: dict[str, Any]) -> dict[str, Any] | None:
    """見つかった人 = 送る通 ＋ 除外 ＋ 上限の外."""
    if not counts:
        return None
    excluded, beyond = sum(counts["excluded"].values()), counts["beyond_limit"]
    return {
        "whole": {"label": "見つかった人", "value": counts["found"]},
        "parts": [
            {"label": "送る（1人1通）", "value": counts["letters"]},
            {"label": "除外", "value": excluded},
            {"label": "上限の外", "value": beyond},
        ],
        "difference": counts["found"] - counts["letters"] - excluded - beyond,
    }


def accounting(progress: live.Progress) -> dict[str, Any]:
    """対象 = できた ＋ 作成待ち ＋ 失敗."""
    return {
        "whole": {"label": "対象", "value": progress.total},
        "parts": [
            {"label": "できた", "value": progress.done},
            {"label": "作成待ち", "value": progress.waiting},
            {"label": "失敗", "value": progress.failed},
        ],
        "difference": progress.difference,
    }


def _conditions(run: PrintRun) -> list[tuple[str, str]]:
    groups = [str(ClaimGroup(name).label) for name in run.groups]
    kinds = list(ClaimKind.objects.filter(code__in=run.kinds).values_list("name", flat=True))
    asked = (
        f"（{run.counts['taken_letters']:,}通 {run.counts['taken_yen']:,}円）"
        if run.counts.get("taken_letters")
        else ""
    )
    takers = "・".join(LABELS[role] for role in RANK if role in run.takers) or "なし"
    return [
        ("種類", name_of(run.kind)),
        ("債権", "・".join(groups + kinds) or "すべて"),
        ("最低金額", f"{run.minimum_yen:,}円"),
        ("本人のほかに送る人", takers + asked),
        ("納付書", str(run.get_slip_policy_display())),
        ("上限", f"{run.limit:,}通" if run.limit else "なし"),
    ]


def _samples(run: PrintRun) -> list[Letter]:
    """The longest, the dearest and the first letters: what is worth looking at before the post."""
    done = run.letters.filter(state__in=Letter.GOING)
    picked = [*done.order_by("-sheets")[:4], *done.order_by("-total_yen")[:4], *done.order_by("serial")[:4]]
    return sorted({letter.pk: letter for letter in picked}.values(), key=lambda letter: letter.serial)[:SAMPLES]
