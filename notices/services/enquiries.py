"""住所調査: each step taken to find the person of a returned letter, with its proof on file; and what is still to be tried."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from claims.models import ClaimEvidence, EvidenceKind
from claims.services import evidence
from notices.models import AddressEnquiry, ReturnedLetter
from notices.rules.public_notice import Lack, Tried, lacking
from notices.services.returned_papers import paper_of
from notices.services.returns import locked_return
from notices.services.runs import RunRefused
from toyota_collect import audit
from toyota_collect.dated import SettingMissing, value_on

STEPS = "public_notice.enquiries"
File = tuple[str, bytes]  # name, content


@transaction.atomic
def record_enquiry(
    *, return_id: int, step: str, on: date, found: str, note: str, by: Any, today: date, file: File | None = None
) -> AddressEnquiry:
    """Write down one step of looking for the person, as long as the return is open or its 公示送達 has no effect yet.

    Raises:
        ReturnedLetter.DoesNotExist: no such return.
        RunRefused: nothing chosen or written, a day that cannot be, the return is done, or the file cannot be kept.
    """
    returned = locked_return(return_id)
    if not may_be_enquired(returned):
        raise RunRefused(f"この返戻は「{returned.get_done_as_display()}」として済んでいます。")
    if step not in AddressEnquiry.Step.values or found not in AddressEnquiry.Found.values:
        raise RunRefused("調べたものと結果を選んでください。")
    if not note.strip():
        raise RunRefused("何を、どこに、どう調べたかを書いてください。")
    if on > today:
        raise RunRefused("まだ来ていない日です。調べた日を入れてください。")
    made = AddressEnquiry.objects.create(
        returned=returned,
        step=step,
        on=on,
        found=found,
        note=note.strip(),
        proof=keep_proof(paper_of(returned).claims(), file, by=by, today=today) if file else None,
        by=by,
    )
    audit.record(event="enquiry.recorded", by=by, target=made, detail={"step": step, "found": found})
    return made


def may_be_enquired(returned: ReturnedLetter) -> bool:
    """Nothing was done yet, or a 公示送達 is under way: an address that becomes known then takes it back."""
    if returned.done_as != ReturnedLetter.Done.PUBLIC_NOTICE:
        return not returned.done_as
    return not returned.public_notices.filter(state__in=["served", "down"]).exists()


def keep_proof(claim_ids: Sequence[int], file: File, *, by: Any, today: date) -> ClaimEvidence:
    """Keep a file as 送達記録 of the claims, for the office alone; the same file is kept once.

    Raises:
        RunRefused: the file cannot be kept; the message says why.
    """
    name, content = file
    ids = sorted(claim_ids)[: evidence.MOST]
    try:
        evidence.attach(
            claim_ids=ids, kind=EvidenceKind.DELIVERY, name=name, content=content, by=by, on=today, shared=False
        )
    except evidence.EvidenceRefused as error:
        raise RunRefused(str(error)) from error
    digest = hashlib.sha256(content).hexdigest()
    return ClaimEvidence.objects.in_force().get(claim=ids[0], kind=EvidenceKind.DELIVERY, sha256=digest)


def lack_of(returned: ReturnedLetter, *, today: date) -> Lack:
    """What is still to be tried before a 公示送達 of the return may be proposed.

    Raises:
        RunRefused: the city has not said what has to be tried.
    """
    try:
        rule: dict[str, Any] = value_on(STEPS, today)
    except SettingMissing as error:
        raise RunRefused(str(error)) from error
    tried = [
        Tried(one.step, found=one.found != AddressEnquiry.Found.NOWHERE, on=one.on, proven=one.proof_id is not None)
        for one in returned.enquiries.all()
    ]
    since = today - timedelta(days=int(rule["valid_days"]))
    return lacking(tried, needed=rule["needed"], unproven_will_do=rule["note_will_do"], since=since)


def is_found(returned: ReturnedLetter, *, today: date) -> bool:
    """Whether the last look anywhere found the person; without a setting nobody can say, and the next step refuses."""
    try:
        return lack_of(returned, today=today).found
    except RunRefused:
        return False


def lack_in_words(lack: Lack) -> list[str]:
    """For staff: what is missing, line by line."""
    label = {code: str(text) for code, text in AddressEnquiry.Step.choices}
    lines = []
    if lack.found:
        lines.append("調査で所在が分かっています。公示送達にはできません。送付先を直して再送してください。")
    if lack.missing:
        lines.append(f"まだ調べていないもの：{'、'.join(label.get(one, one) for one in lack.missing)}")
    if lack.unproven:
        lines.append(f"資料が登録されていないもの：{'、'.join(label.get(one, one) for one in lack.unproven)}")
    return lines
