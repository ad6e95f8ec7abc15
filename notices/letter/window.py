"""What the window of the envelope shows: the address, the customer barcode; and beside it, who writes."""

from typing import Protocol

from toyota_collect.documents import drawing
from toyota_collect.documents.drawing import Drawing

from .blocks import Area, Block, Ink, Static, Text, fit
from .model import Unprintable, Where

ADDRESS_MM = 65.5
POST_AT = (266, 463)  # dots of 300 dpi: x 22.5, bottom at y 42


class Addressed(Protocol):
    """What the address window needs."""

    @property
    def postal_code(self) -> str: ...
    @property
    def address_lines(self) -> tuple[str, ...]: ...
    @property
    def name_lines(self) -> tuple[str, ...]: ...
    @property
    def honorific(self) -> str: ...


def head_of(data: Addressed, number: Text, fixed: Static) -> tuple[Area, Area]:
    """The address as the window shows it, and who writes.

    Raises:
        Unprintable: the address does not fit the window.
    """
    if not 1 <= len(data.address_lines) <= 3 or not 1 <= len(data.name_lines) <= 2:
        lines = (*data.address_lines, *data.name_lines)
        where = Where(lines, ADDRESS_MM, line=3 if len(data.address_lines) > 3 else len(lines) - 1)
        raise Unprintable("address", "宛先は住所1〜3行、氏名1〜2行にしてください。", where)
    names = (*data.name_lines[:-1], f"{data.name_lines[-1]}　{data.honorific}")
    tight = len(data.address_lines) > 2 or len(names) > 1
    pt, name_pt = (9, 10) if tight else (10.5, 13)
    digits = data.postal_code.replace("-", "")
    if digits and not (len(digits) == 7 and digits.isascii() and digits.isdigit()):
        raise Unprintable("postal_code", f"郵便番号が7桁ではありません: {data.postal_code}")
    # Without one: what is handed over in person.
    slots = {"zip": Text(f"{digits[:3]}-{digits[3:]}")} if digits else {}
    slots |= {f"line{k}": fit(t, ADDRESS_MM, pt, what="住所") for k, t in enumerate(data.address_lines)}
    slots |= {f"name{k}": fit(t, ADDRESS_MM, name_pt, what="氏名") for k, t in enumerate(names)}
    lines, name_keys = (
        tuple(f"line{k}" for k in range(len(data.address_lines))),
        tuple(f"name{k}" for k in range(len(names))),
    )
    address = Block(
        "address",
        slots,
        (
            ("lines", lines),
            ("names", name_keys),
            ("tight", "tight" if tight else ""),
        ),
    )
    sender = Block("sender", {"number": number}, fixed)
    return Area("addr", 12, 39, (address,)), Area("sender", 8, 59.5, (sender,))


def post_code(customer_code: str) -> Drawing | None:
    """The customer barcode, or nothing where none may be printed. Raises ``Unprintable``."""
    try:
        return drawing.customer_barcode(customer_code) if customer_code else None
    except ValueError as error:
        raise Unprintable("post", f"カスタマバーコードを作れません。{error}") from error


def post_ink(drawn: Drawing | None, text: str) -> tuple[Ink, ...]:
    return (Ink(*POST_AT, drawn, "post", text),) if drawn else ()
