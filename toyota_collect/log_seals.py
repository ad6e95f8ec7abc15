"""The logs of what was looked at and of what was done, sealed and proved (``toyota_collect.chains``)."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from django.utils import timezone

from toyota_collect import anchors
from toyota_collect.chains import LogChain, differences, seal
from toyota_collect.models import AccessLog, AccessSeal, AuditEvent, AuditSeal
from toyota_collect.models.audit import ACCESS_LOCK, AUDIT_LOCK
from toyota_collect.registry import registry

MOST_DIFFERENCES = 200  # listed; a log that was rewritten has too many to read
UNSEALED_AFTER = timedelta(hours=1)  # beats are five minutes apart
ACCESS = LogChain(
    name="access",
    label="閲覧の記録",
    seals=AccessSeal,
    rows=AccessLog,
    lock=ACCESS_LOCK,
    facts="e.id, extract(epoch FROM e.at), e.by_id, e.action, e.person_key, e.purpose, e.basis, e.path, host(e.address)",
)
AUDIT = LogChain(
    name="audit",
    label="操作の記録",
    seals=AuditSeal,
    rows=AuditEvent,
    lock=AUDIT_LOCK,
    facts="e.id, extract(epoch FROM e.at), e.by_id, e.event, e.subject_type, e.subject_key, e.detail",
)
LOGS = (ACCESS, AUDIT)
PROOF = "log_proof"
PROVED_EACH = timedelta(days=1)
PROBLEMS = {
    "altered": "書き換えられた記録",
    "removed": "消された記録",
    "added": "あとから足された記録",
    "block": "書き換えられた封印",
    "chain": "つながらない封印",
    "unsealed": "封印されないままの記録",
    "anchor": "錨と合わない封印",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """``rows``: sealed rows of each log; ``differences``: at most ``MOST_DIFFERENCES``, each with its log and its place."""

    ok: bool
    rows: dict[str, int]
    anchors: int
    differences: list[dict[str, Any]]


def seal_logs() -> int:
    """Seal both logs; return how many rows. Running twice does no harm."""
    return sum(seal(log) for log in LOGS)


def verify_logs() -> Proof:
    """Recompute every hash of both logs, and compare the anchors that were put aside.

    What is sealed never changes, so what is written meanwhile does not matter.
    """
    kept = anchors.read()
    found = []
    for log in LOGS:
        found += islice(differences(log), MOST_DIFFERENCES)
        found += _unsealed(log)
    found += anchors.differences(kept)
    rows = {log.name: sum(log.seals._default_manager.values_list("entries", flat=True)) for log in LOGS}
    return Proof(ok=not found, rows=rows, anchors=len(kept), differences=found[:MOST_DIFFERENCES])


def _unsealed(log: LogChain) -> list[dict[str, Any]]:
    """A log that no job has sealed for long: what was written since can be altered unseen."""
    last = log.seals._default_manager.order_by("-pk").values_list("last_entry", flat=True).first() or 0
    old = log.rows._default_manager.filter(pk__gt=last, at__lt=timezone.now() - UNSEALED_AFTER).count()
    return [{"log": log.name, "problem": "unsealed", "after": last, "rows": old}] if old else []


def prove() -> dict[str, Any]:
    """The proof as the auditor's page shows it."""
    proof = verify_logs()
    names = {chain.name: chain.label for chain in registry.chains.values()}
    told = [
        {"log": names.get(one["log"], one["log"]), "what": PROBLEMS[one["problem"]], "where": _where(one)}
        for one in proof.differences
    ]
    return {"ok": proof.ok, "rows": sum(proof.rows.values()), "anchors": proof.anchors, "told": told}


def _where(one: dict[str, Any]) -> str:
    if one["problem"] == "anchor":
        return f"{one['file']}（{one['last_entry']}番まで）"
    if "row" in one:
        return f"{one['row']}番" + (f"（封印の{one['place']}番目）" if "place" in one else "")
    if "place" in one:
        return f"{one['after']}番の次（封印の{one['place']}番目）"
    return f"{one['after']}番より後の{one['rows']}件" if "after" in one else "{}番から{}番まで".format(*one["rows"])
