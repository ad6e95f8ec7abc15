"""The slips of letters as the ledger knows them, so that money paid with them finds its claims."""

from collections.abc import Iterator

from claims.services.slips import LetterSlip
from notices.letter import LetterData, Slip, slips

FREE_DIGITS = slice(8, 29)  # of the 44: after 91 and the company's six


def letter_slips(person_id: int, data: LetterData) -> Iterator[LetterSlip]:
    """The slips of a frozen letter, with the very numbers it prints."""
    lines = {line.claim_ref: line for line in data.lines}
    for slip in slips(data):
        yield LetterSlip(
            person_id=person_id,
            number=_number(slip),
            barcode=slip.number or "",
            reference=slip.reference,
            title=slip.title,
            issued_on=data.issued_on,
            as_of=data.as_of,
            due_on=slip.due_on,
            lines=tuple(
                (int(ref), line.principal_yen, line.fee_yen, line.late_yen - line.cost_yen, line.cost_yen)
                for ref, line in ((ref, lines[ref]) for ref in slip.claim_refs)
            ),
        )


def _number(slip: Slip) -> str:
    """The free digits of the barcode; a slip without one has those that its 照会番号 stands for."""
    return slip.number[FREE_DIGITS] if slip.number else slip.reference.replace("-", "").ljust(21, "0")
