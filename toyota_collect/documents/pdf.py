"""PDF files: several as one, and one as an answer to a browser."""

from collections.abc import Sequence
from io import BytesIO

import pikepdf
from django.http import HttpResponse


def joined(parts: Sequence[bytes]) -> tuple[bytes, int]:
    """The files as one, and its pages."""
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(BytesIO(part)) as opened:
                whole.pages.extend(opened.pages)
        out = BytesIO()
        whole.save(out)
        return out.getvalue(), len(whole.pages)


def inline(content: bytes, name: str) -> HttpResponse:
    """Shown in the browser's own reader, and saved under ``name``."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
