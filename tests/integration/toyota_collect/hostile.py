"""What somebody may send instead of what a form asks for: texts, numbers, days and files, chosen by a seeded random.

Texts are sent as their bytes; a lone surrogate becomes the three bytes that no UTF-8 has.
"""

import io
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from random import Random

TEXTS = (
    "", " ", "　", "\0", "架空\0", "\ud800", "架空\udfff", "🙇‍♂️", "葛\U000e0100城", "𠮷野", "\u202e逆", "\u2028", "\ufeff", "\x1b[31m",
    "a\r\nSet-Cookie: a=b", "'; DROP TABLE debtors_person;--", "' OR '1'='1", "%", "_", "\\", "%s %(a)s {0} {{7*7}} {% debug %}",
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', '=HYPERLINK("http://x.invalid")', "+1+1", "-2+3", "@SUM(A1)",
    "../../etc/passwd", "http://x.invalid/", "//x.invalid", "None", "null", "true", "on", "[]", "{}", '{"a":', "[" * 5_000,
    "(?=(a+)+$)" * 50, "a" * 256, "あ" * 10_001, "A" * 100_000, "ﾊﾝｶｸ", "架空 太郎",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "-1", "1", "007", "1e3", "1E400", "1,000", "１２３", "٣", "²", "½", "一", "1.5", "0x10", "1_000", "--1", "NaN", "-Infinity",
    str(10**30), str(-(10**30)), str(2**31), str(2**63 - 1), str(2**63), str(-(2**63) - 1), str(2**64), "9" * 5_000, "1/0", "0/0", "1/3", "999999999999",
)  # fmt: skip
DAYS = (
    "0000-13-40", "0001-01-01", "9999-12-31", "1867-12-31", "1868-01-25", "2026-02-29", "2024-02-29", "10000-01-01", "2026-11-20T00:00", "2026-W01-1",
    "令和99年", "令和99年13月40日", "令和8年11月20日", "R8.11.20", "5080231", "2026-11", "2026-13", "0000-00", "0001-01", "9999-12", "0", "9999", "24:00", "00:00:60",
)  # fmt: skip
VALUES = (*TEXTS, *NUMBERS, *DAYS)
NAMES = (
    "a.pdf",
    "a.csv",
    "a.zip",
    "a.json",
    "../../a.pdf",
    "架空.PNG",
    "a" * 300 + ".pdf",
    "a\0.pdf",
    "=1+1.csv",
    "…",
    "\ud800.txt",
    "a",
)
TYPES = (
    "application/octet-stream",
    "application/pdf",
    "text/csv",
    "text/html",
    "image/svg+xml",
    "",
    "あ",
    "application/json",
)


FAR = ("9999-12-31", "0001-01-01", "1868-01-25", "2024-02-29", "2199-12-31")
LARGE = (str(2**31 - 1), str(2**31), str(10**11), str(2**63 - 1), "0", "-1")


def value(random: Random, kind: str) -> str:
    """A hostile value, more often one near what an ``input`` of this type holds."""
    if (
        kind in ("date", "number") and random.random() < 0.5
    ):  # what a form reads, and what reckons with it does not expect
        return random.choice(FAR if kind == "date" else LARGE)
    near = {"date": DAYS, "month": DAYS, "time": DAYS, "number": NUMBERS, "hidden": NUMBERS}.get(kind, TEXTS)
    return random.choice(near if random.random() < 0.7 else VALUES)


def _png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def pdf_of(root: str = "", page: str = "", stream: bytes = b"", filters: int = 1, pages: int = 1) -> bytes:
    """A PDF written by hand: more entries of its root and pages, and a stream that is packed ``filters`` times."""
    for _ in range(filters):
        stream = zlib.compress(stream, 9)
    kids = " ".join(f"{4 + number} 0 R" for number in range(pages))
    objects = [
        f"<</Type/Catalog/Pages 2 0 R {root}>>".encode(),
        f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode(),
        f"<</Length {len(stream)}/Filter[{'/FlateDecode' * filters}]>>stream\n".encode() + stream + b"\nendstream",
        *[f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>/Contents 3 0 R {page}>>".encode()] * pages,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + one + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        out
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
        ).encode()
    )


FILES: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "text": lambda: "架空".encode(),
    "NUL": lambda: b"\0" * 1_000,
    "BOM": lambda: "\ufeff人,額\r\n架空,1\r\n".encode(),
    "UTF-16": lambda: "人,額\r\n".encode("utf-16"),
    "Shift_JIS": lambda: "人,額\r\n髙橋,壱".encode("cp932") + b"\x81\xff\xfd\r\n",
    "CSV formula": lambda: b'=cmd|" /C calc"!A1,@x\r\n' * 50,
    "CSV unclosed": lambda: b'"a,b\r\n' * 1_000,
    "CSV wide": lambda: b"," * 200_000,
    "fixed": lambda: b"1" * 119 + b"\r\n" + b"9" * 120,
    "records": lambda: b"1" + b" " * 119 + b"2" + b"0" * 119 + b"8" + b"9" * 119 + b"9" + b" " * 119,
    "PDF cut": lambda: pdf_of()[:100],
    "PDF head": lambda: b"%PDF-1.7\n\xff\xff",
    "PDF script": lambda: pdf_of("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"),
    "PDF launch": lambda: pdf_of(page="/AA<</O<</S/Launch/F(cmd.exe)>>>>"),
    "PDF packed": lambda: pdf_of(stream=b"\0" * 20_000_000, filters=3),
    "PDF pages": lambda: pdf_of(pages=5_000),
    "PDF": pdf_of,
    "PNG": lambda: _png(4, 4),
    "PNG huge": lambda: _png(60_000, 60_000),
    "JPEG head": lambda: b"\xff\xd8\xff\xe0" + b"\0" * 40,
    "TIFF head": lambda: b"II*\0" + b"\xff" * 40,
    "SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "XML": lambda: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "zip": lambda: zip_of({"../../a.csv": b"a", "a.csv": b"a" * 10}),
    "zip bomb": lambda: zip_of({f"{number}.csv": b"0" * 5_000_000 for number in range(8)}),
    "zip cut": lambda: zip_of({"a.csv": b"a" * 1_000})[:50],
    "JSON deep": lambda: b'{"a":' + b"[" * 100_000,
    "JSON odd": lambda: b'{"version": NaN, "people": [null, "\\ud800"], "answers": 1e999}',
    "JSON list": lambda: b"[1]",
    "JSON lines": lambda: b'{"kind": "\\u0000"}\n' * 3,
}


@cache
def content(what: str) -> bytes:
    return FILES[what]()
