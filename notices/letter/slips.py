"""The payment slips of a letter: which claims share one, what it says, and whether it may carry a barcode."""

from collections.abc import Sequence
from itertools import groupby

from notices.rules.takers import RANK, SHORT, Role
from toyota_collect import wareki
from toyota_collect.documents import barcodes

from .model import ClaimLine, LetterData, Slip, SlipPolicy, Unprintable
from .wording import Wording, wording_on

ROLE_ORDER = ("", *RANK)
GROUP_ORDER = ("tax", "health", "child", "welfare", "home", "other")
MAX_SLIPS = 999


def ordered(lines: tuple[ClaimLine, ...]) -> list[ClaimLine]:
    """The person's own claims first, then those of others by role; by group, kind (as they first appear) and due date."""
    kinds = {line.kind: place for place, line in reversed(list(enumerate(lines)))}

    def place(line: ClaimLine) -> tuple[int, str, int, int, object, int, str]:
        group = GROUP_ORDER.index(line.group) if line.group in GROUP_ORDER else len(GROUP_ORDER)
        role = ROLE_ORDER.index(line.role)
        return role, line.role_text, group, kinds[line.kind], line.due_on, line.levy_year, line.claim_ref

    return sorted(lines, key=place)


def slips(data: LetterData) -> tuple[Slip, ...]:
    """The slips in the order of the claim table.

    Policy ``claim``: one for each instalment; ``kind``: one for each kind; ``person``: one for the letter. Kinds billed
    together (``joint_slip``) share a slip. An amount is never cut in two to get under the limit of the shops.

    Raises:
        Unprintable: ``zero`` (a claim of 0 yen or less), ``deadline`` (before the day of issue), ``slips`` (over 999).
    """
    for line in data.lines:
        if min(line.principal_yen, line.fee_yen, line.late_yen) < 0 or line.total_yen <= 0:
            raise Unprintable(
                "zero",
                f"金額が0円以下の債権が入っています（{line.kind_name} {line.term} {line.number}）。"
                "抽出条件を確かめてください。",
            )
    if data.deadline_on < data.issued_on:
        raise Unprintable("deadline", f"納付期限（{data.deadline_on}）が発行日（{data.issued_on}）より前です。")
    parts = parted(data.lines, data.slip_policy, wording_on(data.issued_on))
    if len(parts) > MAX_SLIPS:
        raise Unprintable(
            "slips",
            f"納付書が{len(parts)}枚になり、{MAX_SLIPS}枚を超えます。種類ごとか1枚の納付書にしてください。",
        )
    return tuple(_slip(data, place, len(parts), *part) for place, part in enumerate(parts, 1))


def parted(
    claims: tuple[ClaimLine, ...], policy: SlipPolicy, wording: Wording
) -> list[tuple[str, str, list[ClaimLine]]]:
    """Title, term and claims of every slip, in the order of the claim table.

    Claims of others never share a slip with the person's own: who pays as a guarantor pays for somebody.
    """
    lines = ordered(claims)
    if policy == "person":
        return [_whole(list(rows), wording) for _, rows in groupby(lines, key=lambda line: (line.role, line.role_text))]
    shared: dict[tuple[object, ...], list[ClaimLine]] = {}
    for line in lines:
        shared.setdefault(_slip_key(policy, line), []).append(line)
    return [
        (
            "・".join(name for name, _ in groupby(claims, key=lambda line: line.kind_name)) + _of_role(claims),
            _term(claims, wording.several),
            claims,
        )
        for claims in shared.values()
    ]


def _whole(lines: list[ClaimLine], wording: Wording) -> tuple[str, str, list[ClaimLine]]:
    title = lines[0].kind_name if len({line.kind for line in lines}) == 1 else wording.whole
    return title + _of_role(lines), _term(lines, wording.several), lines


def _of_role(lines: Sequence[ClaimLine]) -> str:
    return f"（{SHORT[Role(lines[0].role)]}）" if lines[0].role else ""


def _slip_key(policy: SlipPolicy, line: ClaimLine) -> tuple[object, ...]:
    billed = (line.role_text, *(("joint", line.joint_slip) if line.joint_slip else ("kind", line.kind)))
    if policy == "kind":
        return billed
    if line.joint_slip:
        return (*billed, line.levy_year, line.term, line.due_on)
    return ("claim", line.claim_ref)


def _term(lines: list[ClaimLine], several: str) -> str:
    """年度・期別, or how many claims where they differ."""
    terms = {(line.levy_year, line.term) for line in lines}
    if len(terms) > 1:
        return several.format(count=len(lines))
    year, term = terms.pop()
    return f"{wareki.fiscal_year_text(year)} {term}"


def _slip(
    data: LetterData,
    place: int,
    count: int,
    title: str,
    term: str,
    claims: list[ClaimLine],
) -> Slip:
    principal = sum(line.principal_yen for line in claims)
    extra = sum(line.fee_yen + line.late_yen for line in claims)
    # Run 4, serial 7, place 3, 0 for a letter (the counter has 1), round 6: none of these is ever given twice.
    free = f"{data.run_number:04d}{data.serial:07d}{place:03d}0{data.run_round:06d}"
    try:
        number = barcodes.slip_number(
            company=data.city.issuer_code,
            free=free,
            amount_yen=principal + extra,
            due_on=data.deadline_on,
        )
    except ValueError as error:
        raise Unprintable("slip", str(error)) from error
    return Slip(
        place=place,
        count=count,
        reference=f"{data.run_number:04d}-{data.serial:07d}-{place:03d}",
        title=title,
        term=term,
        principal_yen=principal,
        extra_yen=extra,
        free=free,
        number=number,
        due_on=data.deadline_on,
        claim_refs=tuple(line.claim_ref for line in claims),
        reason_no_barcode="" if number else wording_on(data.issued_on).over_limit,
        el_qr=el_qr(claims),
    )


def el_qr(claims: Sequence[ClaimLine]) -> str | None:
    """An eL-QR identifies one bill of the core tax system: it fits a slip of exactly that claim."""
    return (claims[0].el_qr or None) if len(claims) == 1 else None
