"""The slips of letters as the ledger knows them, so that money paid with them finds its claims."""

from collections.abc import Iterable, Iterator

from django.db.models.functions import Left

from claims.models import Slip
from claims.services.slips import LetterSlip
from notices.letter import LetterData, slips
from notices.models import Letter
from notices.services.letter_data import run_number

BEGIN = 11  # of these: run 4, serial 7


def letter_slips(person_id: int, data: LetterData) -> Iterator[LetterSlip]:
    """The slips of a frozen letter, with the very numbers it prints."""
    lines = {line.claim_ref: line for line in data.lines}
    for slip in slips(data):
        yield LetterSlip(
            person_id=person_id,
            number=slip.free,
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


def slips_of(letters: Iterable[Letter]) -> list[int]:
    """Ids of the slips that the letters printed: their numbers begin with those of the run and the letter."""
    begins = {f"{run_number(one.run_id):04d}{one.serial:07d}": one for one in letters}
    slips = Slip.objects.filter(origin=Slip.Origin.LETTER, person__in={one.person_id for one in begins.values()})
    rows = slips.annotate(begin=Left("number", BEGIN)).values_list("pk", "begin", "person_id", "issued_on")
    return [
        pk
        for pk, begin, person, issued_on in rows
        if (one := begins.get(begin)) and (person, issued_on) == (one.person_id, one.run.issued_on)
    ]


def out_of_use(slip_ids: Iterable[int]) -> list[Slip]:
    """Of the slips, those that nobody may pay with any more, with what replaced them."""
    found = Slip.objects.filter(pk__in=list(slip_ids)).exclude(voided_on=None)
    return list(found.select_related("replaced_by").order_by("pk"))
