"""The sheets of payment slips: the guide, the slips with their codes, the memo."""

from toyota_collect.documents import barcodes, drawing
from toyota_collect.documents.drawing import DOT_MM
from toyota_collect.money import comma

from .blocks import Area, Block, Ink, Text, figures, fit
from .fonts import is_selector
from .model import Slip, SlipPolicy, Unprintable
from .run_words import RunWords

PANEL_TOPS_MM = (9, 105, 201)
LIST_ROWS = 7  # slips the guide can list
GS1_LEFT, GS1_TOP_MM = 1512, 69.2  # x 128, in dots; mm from the top of its panel
QR_RIGHT_MM, QR_BOTTOM_MM, QR_MAX_MM = 197, 57.8, 18.1


def slip_sheets(
    run: RunWords, slips: tuple[Slip, ...], addressee: str, policy: SlipPolicy
) -> list[tuple[str, tuple[Area, ...], tuple[Ink, ...]]]:
    """The guide and the slips, three panels a sheet; what is left of the last sheet is a memo for the call."""
    panels: list[tuple[Block, ...] | Slip] = [_guide(run, slips, policy), *slips]
    if len(panels) % 3:
        panels.append((Block("memo", {}, (("run", run),)),))
    made = []
    for start in range(0, len(panels), 3):
        areas: list[Area] = []
        inks: list[Ink] = []
        for top, panel in zip(PANEL_TOPS_MM, panels[start : start + 3], strict=False):
            limit = top + 96
            if isinstance(panel, Slip):
                area, codes = slip_panel(run, panel, addressee, top)
                areas.append(area)
                inks += codes
            else:
                areas.append(Area("panel", top, limit, panel))
        made.append(("slips", tuple(areas), tuple(inks)))
    return made


def slip_panel(run: RunWords, slip: Slip, addressee: str, top: float) -> tuple[Area, list[Ink]]:
    """One slip in the panel that begins at ``top`` mm, and its codes."""
    return Area("panel", top, top + 96, (_slip(run, slip, addressee),)), _slip_inks(slip, top)


def _guide(run: RunWords, slips: tuple[Slip, ...], policy: SlipPolicy) -> tuple[Block, ...]:
    ways = tuple((name, text.format(counter=run.city.counter)) for name, text in run.w.guide_ways)
    static = (
        ("run", run),
        ("ways", ways),
        ("policy", run.w.policy(policy)),
    )
    shown = slips if len(slips) <= LIST_ROWS else slips[: LIST_ROWS - 1]
    blocks = [Block("guide", {}, static), Block("list_head", {}, (), "list")]
    per_claim = policy == "claim"
    for slip in shown:
        title = f"{slip.title}　{slip.term}" if per_claim else slip.title
        blocks.append(
            _list_row(
                f"{slip.place}／{slip.count}",
                title,
                slip.amount_yen,
                "○" if slip.number else "使えません",
            )
        )
    if rest := slips[len(shown) :]:
        places = f"{rest[0].place}〜{rest[-1].place}"
        blocks.append(
            _list_row(
                places,
                f"このほかの納付書（{len(rest)}枚）",
                sum(s.amount_yen for s in rest),
                "",
            )
        )
    return tuple(blocks)


def _slip(run: RunWords, slip: Slip, addressee: str) -> Block:
    names = _slip_name(addressee)
    slots = {
        "title": fit(slip.title, 32, 9, 0.45, what="納付書の種類", face="ud"),
        "title_wide": fit(slip.title, 52, 9, 0.6, what="納付書の種類", face="ud"),
        "term": fit(slip.term, 32, 9, 0.6, what="年度・期別", face="ud"),
        "reference": Text(slip.reference),
        "principal": figures(comma(slip.principal_yen), 30, 9, "本税・元金"),
        "extra": figures(comma(slip.extra_yen), 30, 9, "手数料・延滞金"),
        "amount": figures(comma(slip.amount_yen), 29, 16, "納付書の合計"),
        "place": Text(f"{slip.place}／{slip.count}枚目"),
    }
    slots |= {f"name{k}": fit(text, 32, 9, 0.45, what="納付者") for k, text in enumerate(names)}
    slots |= {f"wide{k}": fit(text, 52, 9, 0.6, what="納付者") for k, text in enumerate(names)}
    if slip.number:
        slots["hri0"], slots["hri1"] = (Text(text) for text in barcodes.slip_text(slip.number))
    static = (
        ("run", run),
        ("bar", bool(slip.number)),
        ("reason", slip.reason_no_barcode),
        ("qr", bool(slip.el_qr)),
    )
    return Block("slip", slots, static)


def _slip_inks(slip: Slip, top: float) -> list[Ink]:
    inks = []
    if slip.number:
        inks.append(
            Ink(
                GS1_LEFT,
                round((top + GS1_TOP_MM) / DOT_MM),
                drawing.gs1_128(slip.number),
                "gs1",
                slip.number,
            )
        )
    if slip.el_qr:
        try:
            code = drawing.qr_code(slip.el_qr, max_dots=int(QR_MAX_MM / DOT_MM))
        except ValueError as error:
            raise Unprintable("qr", f"eL-QRを印字できません。{error}") from error
        left = round(QR_RIGHT_MM / DOT_MM) - code.width
        inks.append(Ink(left, round((top + QR_BOTTOM_MM) / DOT_MM) - code.height, code, "qr", slip.el_qr))
    return inks


def _list_row(place: str, title: str, amount: int, cvs: str) -> Block:
    return Block(
        "list_row",
        {
            "place": Text(place),
            "title": fit(title, 96, 10.5, 0.6, what="納付書の内容", face="ud"),
            "amount": figures(comma(amount), 26, 10.5, "納付書の合計"),
            "cvs": Text(cvs),
        },
        table="list",
    )


def _slip_name(text: str) -> tuple[str, ...]:
    """One line, or two of about half the length, for the narrow parts of a slip."""
    if len(text) <= 12:
        return (text,)
    half = -(-len(text) // 2)
    # A selector belongs to the character before it.
    while half < len(text) and is_selector(text[half]):
        half += 1
    return text[:half].rstrip("　 "), text[half:].lstrip("　 ")
