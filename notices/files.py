"""Handing out files kept below MEDIA_ROOT, or 404 where they are gone or not what was kept."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse


def handed_out(path: str | Path, content_type: str, *, sha256: str = "", inline: bool = False) -> HttpResponse:
    """The file as an answer; ``path`` is below MEDIA_ROOT or absolute. Only what has the hash is handed out.

    Raises:
        Http404: it is gone, or is not what was kept.
    """
    file = Path(settings.MEDIA_ROOT) / path
    if not file.exists():
        raise Http404("保存したファイルが見つかりません。管理者に連絡してください。")
    content = file.read_bytes()
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise Http404("保存したファイルが検査したときと違います。印刷せずに、管理者に連絡してください。")
    shown = "inline" if inline else "attachment"
    headers = {"Content-Disposition": f'{shown}; filename="{file.name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=content_type, headers=headers)
