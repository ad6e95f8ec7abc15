"""From slips just issued to the paper handed over: every yen on it is the slips' own."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from claims.models import Claim, Slip, SlipLine
from claims.services.charges import AmountDue, amounts_due, rate_table
from debtors.models import Person
from notices.letter import ClaimLine, DeskSlips, el_qr, parted
from notices.letter import Slip as Panel
from notices.letter.wording import wording_on
from notices.rules.address import addressee
from notices.services.letter_data import assumed_rates_text, city_profile, claim_line
from notices.services.snapshot import era_year
from toyota_collect import wareki
from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import value_on
from toyota_collect.documents.store import draw_numbers

SERIES = "desk_slip"
Part = tuple[str, str, list[ClaimLine]]  # title, term and claims of a slip


def parts_of(claims: Sequence[Claim], dues: dict[int, AmountDue], policy: str, *, on: date) -> list[Part]:
    """Which claims share a slip: as letters share them out (``PrintRun.SlipPolicy``)."""
    lines = tuple(claim_line(one, dues[one.pk]) for one in claims)
    return parted(lines, policy, wording_on(on)) if lines else []  # type: ignore[arg-type]  # one of the policies


def paper_of(person: Person, slips: Sequence[Slip], parts: Sequence[Part], policy: str) -> DeskSlips:
    """What the paper says of slips issued for ``parts``; draws its document number.

    Raises:
        SettingMissing, ProfileIncomplete: a text of the city is not set.
    """
    first, to = slips[0], addressee(person.name, is_corporate=person.is_corporate)
    lines = [
        [_as_asked(line, slip.lines.all()) for line in part] for slip, (_, _, part) in zip(slips, parts, strict=True)
    ]
    year = fiscal_year(first.issued_on)
    form = value_on("slip.number_form", first.issued_on)
    return DeskSlips(
        number=form.format(number=draw_numbers(series=SERIES, year=year, count=1), year=era_year(year)),
        issued_on=first.issued_on,
        as_of=first.as_of,
        deadline_on=first.due_on,
        name_lines=to.name_lines,
        honorific=to.honorific,
        lines=tuple(line for part in lines for line in part),
        slips=tuple(_panels(slips, [term for _, term, _ in parts], lines)),
        city=city_profile(on=first.issued_on),
        slip_policy=policy,  # type: ignore[arg-type]  # one of the policies
        estimate=_estimate(slips),
    )


def _as_asked(line: ClaimLine, asked: Collection[SlipLine]) -> ClaimLine:
    """The line with the yen of its slip."""
    (one,) = (it for it in asked if it.claim_id == int(line.claim_ref))
    late_yen = one.late_yen + one.cost_yen
    return replace(line, principal_yen=one.principal_yen, fee_yen=one.fee_yen, late_yen=late_yen, cost_yen=one.cost_yen)


def _panels(slips: Sequence[Slip], terms: Sequence[str], lines: Sequence[list[ClaimLine]]) -> Iterator[Panel]:
    reason = wording_on(slips[0].issued_on).over_limit
    for place, (slip, term, claims) in enumerate(zip(slips, terms, lines, strict=True), 1):
        principal = sum(line.principal_yen for line in claims)
        yield Panel(
            place=place,
            count=len(slips),
            reference=slip.reference,
            title=slip.title,
            term=term,
            principal_yen=principal,
            extra_yen=slip.amount_yen - principal,
            number=slip.barcode or None,
            due_on=slip.due_on,
            claim_refs=tuple(line.claim_ref for line in claims),
            reason_no_barcode="" if slip.barcode else reason,
            el_qr=el_qr(claims),
        )


def _estimate(slips: Sequence[Slip]) -> str:
    """How a late charge beyond the last announced rate was reckoned, or "" where there is none."""
    as_of, rates = slips[0].as_of, rate_table(as_of=slips[0].as_of)
    claims = Claim.objects.filter(slip_lines__slip__in=slips)
    if not any(due.charge.estimated for due in amounts_due(claims, as_of=as_of, with_steps=False).values()):
        return ""
    year = wareki.fiscal_year_text(min(as_of.year, rates.last_year)).removesuffix("度")
    return assumed_rates_text(rates) or wording_on(slips[0].issued_on).note_estimated.format(year=year)
