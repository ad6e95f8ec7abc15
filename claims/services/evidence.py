"""証拠書類: taken in by their content, kept under their hash, withdrawn with a reason; and the lamp that says what is missing."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from claims.models import Claim, ClaimEvidence, EvidenceKind, EvidenceNeed
from claims.rules.evidence import Lamp, lamp, needed
from claims.services.charges import kind_terms
from toyota_collect import audit
from toyota_collect.dated import value_or
from toyota_collect.documents.store import Altered, kept_bytes, write_private
from toyota_collect.permissions import Role
from toyota_collect.uploads import ENDINGS, MEBIBYTE, UploadRefused, paper_type, shown_name

LARGEST = "evidence.largest_mebibytes"
MOST = 100  # claims that one file is kept for at once


class Kept(NamedTuple):
    """A file that was taken in: its own name, what it is by its content, and where it is kept below MEDIA_ROOT."""

    name: str
    content_type: str
    sha256: str
    path: str


class EvidenceRefused(Exception):
    """The file cannot be taken in, opened or withdrawn; the message says why and what to do, in Japanese."""


def largest_mebibytes(*, on: date) -> int:
    """The largest file that is taken in, in MiB (dated setting)."""
    return int(value_or(LARGEST, on, 20))


def read_upload(file: IO[bytes], *, on: date) -> bytes:
    """What was sent, read one byte beyond the largest that is taken in: so much is enough to refuse it."""
    return file.read(largest_mebibytes(on=on) * MEBIBYTE + 1)


def evidence_lamp(claim: Claim, *, on: date) -> Lamp:
    """How complete the papers of one claim are; for many, ask :func:`evidence_lamps`."""
    return evidence_lamps([claim], on=on)[claim.pk]


def evidence_lamps(claims: Iterable[Claim], *, on: date) -> dict[int, Lamp]:
    """The lamp of each claim by its id; three queries, however many claims.

    Raises:
        TermsMissing: a claim's kind has no legal attributes for the day it fell due.
    """
    given = list(claims)
    terms, rows = kind_terms(), [row.as_need() for row in EvidenceNeed.objects.all()]
    there: dict[int, set[str]] = defaultdict(set)
    kept = ClaimEvidence.objects.in_force().filter(claim__in=[claim.pk for claim in given]).order_by()
    for claim_id, kind in kept.values_list("claim", "kind"):
        there[claim_id].add(kind)
    papers: dict[tuple[str, int], tuple[str, ...]] = {}
    found = {}
    for claim in given:
        key = (terms.of(claim).legal_class, claim.kind_id)
        if key not in papers:
            papers[key] = needed(rows, legal_class=key[0], kind=key[1], on=on)
        found[claim.pk] = lamp(papers[key], there[claim.pk])
    return found


@transaction.atomic
def attach(
    *, claim_ids: Sequence[int], kind: str, name: str, content: bytes, by: Any, on: date, shared: bool = True
) -> list[ClaimEvidence]:
    """Keep a file for one or more claims; the same file for the same claim and kind is kept once.

    Args:
        shared: whether the section sees it; what a section brings it sees in any case.

    Raises:
        EvidenceRefused: it is not fit (:func:`toyota_collect.uploads.paper_type`); nothing is kept.
    """
    if kind not in EvidenceKind.values:
        raise EvidenceRefused("書類の種類を選んでください。")
    if not 1 <= len(set(claim_ids)) <= MOST:
        raise EvidenceRefused(f"期別は1件以上{MOST}件までを選んでください。いまは{len(set(claim_ids))}件です。")
    kept = keep_file(content, name, folder="evidence", on=on)
    claims = list(Claim.objects.select_for_update(of=("self",)).filter(pk__in=claim_ids).order_by("pk"))
    known = ClaimEvidence.objects.in_force().filter(claim__in=claims, kind=kind, sha256=kept.sha256)
    already = set(known.values_list("claim", flat=True))
    made = []
    for claim in claims:
        if claim.pk in already:
            continue
        one = ClaimEvidence.objects.create(
            claim=claim,
            kind=kind,
            size_bytes=len(content),
            **kept._asdict(),
            shared=shared or by.role == Role.SECTION_VIEWER,
            by=by,
        )
        audit.record(event="evidence.attached", by=by, target=one, detail={"claim": claim.pk, "sha256": kept.sha256})
        made.append(one)
    return made


def keep_file(content: bytes, name: str, *, folder: str, on: date) -> Kept:
    """Keep what somebody brought under its hash, if it opens as what it begins as.

    Raises:
        EvidenceRefused: it is not fit (:func:`toyota_collect.uploads.paper_type`); nothing is kept.
    """
    try:
        type_ = paper_type(content, name, most_mebibytes=largest_mebibytes(on=on))
    except UploadRefused as refused:
        raise EvidenceRefused(str(refused)) from refused
    digest = hashlib.sha256(content).hexdigest()
    path = f"{folder}/{digest[:2]}/{digest}{ENDINGS[type_]}"
    if not (Path(settings.MEDIA_ROOT) / path).exists():
        write_private(Path(settings.MEDIA_ROOT) / path, content)
    return Kept(shown_name(name), type_, digest, path)


def content_of(evidence: ClaimEvidence) -> bytes:
    """The kept bytes. Raises ``EvidenceRefused`` where they are gone or altered."""
    try:
        return kept_bytes(evidence.path, sha256=evidence.sha256)
    except FileNotFoundError as error:
        raise EvidenceRefused("保存したファイルが見つかりません。管理者に連絡してください。") from error
    except Altered as error:
        raise EvidenceRefused("保存したファイルが、登録したときと違います。管理者に連絡してください。") from error


@transaction.atomic
def withdraw(*, evidence_id: int, reason: str, by: Any) -> ClaimEvidence:
    """Take a file out of use with a reason; the file itself stays, and the record of it.

    Raises:
        ClaimEvidence.DoesNotExist: no such file.
        EvidenceRefused: no reason, withdrawn before, or a section withdraws what another brought.
    """
    found = ClaimEvidence.objects.select_for_update(of=("self",)).select_related("by").get(pk=evidence_id)
    if found.withdrawn_at:
        raise EvidenceRefused("この書類は、すでに取り下げられています。")
    if not reason.strip():
        raise EvidenceRefused("取り下げる理由を書いてください。")
    if by.role == Role.SECTION_VIEWER and found.by.section_id != by.section_id:
        raise EvidenceRefused(
            "所管課が取り下げられるのは、自分の課が登録した書類だけです。登録した課に連絡してください。"
        )
    found.withdrawn_at, found.withdrawn_by, found.withdrawn_reason = timezone.now(), by, reason.strip()[:300]
    found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    audit.record(event="evidence.withdrawn", by=by, target=found, detail={"reason": found.withdrawn_reason})
    return found
