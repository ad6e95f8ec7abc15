"""The table of claims as a flat list of lines of one height, and how it is cut into pages."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, Protocol

from notices.rules.takers import SHORT, Role
from toyota_collect import wareki
from toyota_collect.money import comma

from .blocks import Block, figures, fit
from .fonts import FaceName, faces
from .model import ClaimLine
from .slips import ordered
from .wording import Wording


@dataclass(frozen=True)
class Line:
    """A line of the table: as what the next claims are asked for, a head, a claim, a sum (of a kind, a group, or all)."""

    type: Literal["role", "head", "row", "sub"]
    claims: tuple[ClaimLine, ...]
    css: str = ""  # of a sum: sub | gsub | total
    label: str = ""
    more: bool = False  # a head repeated on the next page


class Claims(Protocol):
    """What the table is made of."""

    @property
    def lines(self) -> tuple[ClaimLine, ...]: ...


def lines_of(data: Claims) -> list[Line]:
    """Every claim under the head of its kind, with the sums that tell something new."""
    lines: list[Line] = []
    claims = ordered(data.lines)
    several = len({line.kind for line in claims}) > 1
    for (role, _), in_role in groupby(claims, key=lambda line: (line.role, line.role_text)):
        mine = list(in_role)
        if role:
            lines.append(Line("role", tuple(mine)))
        groups = [list(rows) for _, rows in groupby(mine, key=lambda line: line.group)]
        for rows in groups:
            lines += _group(rows, several)
        if role and len(groups) > 1:
            lines.append(Line("sub", tuple(mine), "gsub", f"{SHORT[Role(role)]}　計（{len(mine)}件）"))
    return [*lines, Line("sub", tuple(claims), "total", f"合計（{len(claims)}件）")]


def _group(members: list[ClaimLine], several: bool) -> list[Line]:
    lines: list[Line] = []
    kinds = [list(rows) for _, rows in groupby(members, key=lambda line: line.kind)]
    for rows in kinds:
        lines.append(Line("head", tuple(rows)))
        lines += [Line("row", (claim,)) for claim in rows]
        if several and len(rows) > 1:
            lines.append(Line("sub", tuple(rows), "sub", f"{rows[0].kind_short}　小計（{len(rows)}件）"))
    if len(kinds) > 1:
        lines.append(Line("sub", tuple(members), "gsub", f"{members[0].group_name}　計（{len(members)}件）"))
    return lines


def kept(lines: list[Line], at: int) -> int:
    """How many lines from ``at`` must stay on one page: heads with their first row, a row with the sums after it."""
    if lines[at].type in ("role", "head"):
        return 1 + kept(lines, at + 1)
    sums = 0
    while at + 1 + sums < len(lines) and lines[at + 1 + sums].type == "sub":
        sums += 1
    return 1 + sums


def paginate(lines: list[Line], size: int, last: int) -> list[list[Line]]:
    """Cut into pages of ``size`` lines; the last holds only ``last``, for the notes stand below it.

    A kind that is cut repeats its heads. What fits a full page but not the last one is shared out, so that the last
    page never carries notes alone.
    """
    pages: list[list[Line]] = []
    page: list[Line] = []
    heads: list[Line] = []
    for at, line in enumerate(lines):
        limit = size if len(page) + len(lines) - at > size else last
        if page and len(page) + kept(lines, at) > limit:
            pages.append(page)
            repeated = heads if line.type in ("row", "sub") else heads[:-1] if line.type == "head" else []
            page = [replace(head, more=True) for head in repeated]
        if line.type == "role":
            heads = [line]
        elif line.type == "head":
            heads = [*(head for head in heads if head.type == "role" and line.claims[0] in head.claims), line]
        page.append(line)
    return [*pages, page]


def due_text(claim: ClaimLine) -> str:
    """``8年7月31日`` under a column headed 令和; an older due date names its era (``平30.7.31``)."""
    text = wareki.long_text(claim.due_on)
    if text.startswith("令和"):
        return text.removeprefix("令和")
    return text[0] + wareki.short_text(claim.due_on)[1:]


def principal_text(claim: ClaimLine, wording: Wording) -> str:
    return comma(claim.principal_yen) if claim.principal_yen else wording.paid_off


def late_text(claim: ClaimLine) -> str:
    return "―" if claim.late_none else comma(claim.late_yen)


def _head(line: Line, wording: Wording) -> Block:
    first = line.claims[0]
    static = (
        ("mark", first.legal),
        ("group", first.group_name),
        ("more", wording.continued if line.more else ""),
    )
    return Block(
        "head",
        {"name": fit(first.kind_name, 110, 11, what="債権の名称", face="ud-bold")},
        static,
        "claims",
    )


def _role(line: Line, wording: Wording) -> Block:
    slots = {"text": fit(line.claims[0].role_text, 172, 11, 0.5, what="立場", face=_face(line))}
    return Block("role", slots, (("more", wording.continued if line.more else ""),), "claims")


def _face(line: Line) -> FaceName | None:
    """A debtor's name may need the face of names."""
    return "ud-bold" if not faces()["ud-bold"].missing(line.claims[0].role_text) else None


def _row(line: Line, wording: Wording) -> Block:
    claim = line.claims[0]
    final = bool(claim.late_final and claim.late_yen)
    return Block(
        "row",
        {
            "year": fit(
                wareki.fiscal_year_text(claim.levy_year),
                18.6,
                10.5,
                what="年度",
                face="ud",
            ),
            "term": fit(claim.term, 16.6, 10.5, 0.6, what="期別", face="ud"),
            "number": fit(claim.number, 23.6, 10.5, 0.55, what="通知書番号", face="ud"),
            "due": fit(due_text(claim), 22.6, 10.5, what="納期限", face="ud"),
            "principal": figures(principal_text(claim, wording), 21.6, 10.5, "本税・元金"),
            "fee": figures(comma(claim.fee_yen), 12.6, 10.5, "督促手数料"),
            "late": figures(late_text(claim), 13.8 if final else 21.6, 10.5, "延滞金等"),
            "total": figures(comma(claim.total_yen), 23.6, 10.5, "計"),
        },
        (("final", wording.final if final else ""),),
        "claims",
    )


def _sum(line: Line, wording: Wording) -> Block:
    principal, fee, late = (
        sum(getattr(claim, name) for claim in line.claims) for name in ("principal_yen", "fee_yen", "late_yen")
    )
    pt = 11.5 if line.css == "total" else 10.5
    return Block(
        "sum_line",
        {
            "name": fit(
                line.label,
                88,
                pt,
                what="小計の名称",
                face="ud" if line.css == "sub" else "ud-bold",
            ),
            "principal": figures(comma(principal), 21.6, pt, "本税・元金の計"),
            "fee": figures(comma(fee), 12.6, pt, "督促手数料の計"),
            "late": figures(comma(late), 21.6, pt, "延滞金等の計"),
            "total": figures(comma(principal + fee + late), 23.6, pt, "計"),
        },
        (("css", line.css),),
        "claims",
    )


_BLOCKS: dict[str, Callable[[Line, Wording], Block]] = {
    "role": _role,
    "head": _head,
    "row": _row,
    "sub": _sum,
}


def block(line: Line, wording: Wording) -> Block:
    """The line as a table row of the normal letter."""
    return _BLOCKS[line.type](line, wording)


def card(line: Line, wording: Wording) -> Block:
    """The line as a card of the large print: one claim, one thing after another."""
    first = line.claims[0]
    total = sum(claim.total_yen for claim in line.claims)
    if line.type == "role":
        text = fit(first.role_text, 150, 18, 0.5, what="立場", face=_face(line))
        return Block("card_role", {"text": text}, (("more", wording.continued if line.more else ""),))
    if line.type == "head":
        static = (
            ("mark", first.legal),
            ("more", wording.continued if line.more else ""),
        )
        return Block(
            "card_head",
            {"name": fit(first.kind_name, 150, 20, 0.6, what="債権の名称", face="ud-bold")},
            static,
        )
    if line.type == "sub":
        return Block(
            "card_sum",
            {
                "name": fit(line.label, 110, 20, what="小計の名称", face="ud-bold"),
                "total": figures(f"{comma(total)}円", 60, 20, "計"),
            },
        )
    base = "本税" if "税" in first.kind_name else "元金"
    principal = wording.paid_off if not first.principal_yen else f"{comma(first.principal_yen)}円"
    late = (
        "―" if first.late_none else f"{comma(first.late_yen)}円" + (f"（{wording.final}）" if first.late_final else "")
    )
    detail = f"{base} {principal}　督促手数料 {comma(first.fee_yen)}円　延滞金等 {late}"
    due = f"納期限　{wareki.long_text(first.due_on)}　通知書番号 {first.number}"
    return Block(
        "card",
        {
            "title": fit(
                f"{wareki.fiscal_year_text(first.levy_year)}　{first.term}",
                115,
                20,
                what="期別",
                face="ud-bold",
            ),
            "total": figures(f"{comma(total)}円", 60, 20, "計"),
            "due": fit(due, 180, 16, 0.6, what="納期限と通知書番号", face="ud"),
            "detail": fit(detail, 180, 16, 0.6, what="内訳", face="ud"),
        },
    )


def unmarked(block: Block) -> Block:
    """A head without Ａ・Ｂ・Ｃ, where the sentences those letters stand for are not on the paper."""
    return replace(block, static=tuple((name, "" if name == "mark" else value) for name, value in block.static))
