"""A file that somebody brought, given back."""

from urllib.parse import quote

from django.http import HttpResponse


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Saved under ``name``, which may be Japanese: a browser never runs or shows what somebody brought."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",  # should it be shown all the same, it can do nothing
    }
    return HttpResponse(content, content_type=content_type, headers=headers)
