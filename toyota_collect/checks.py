"""System checks for what cannot be seen from settings alone."""

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection


@register(Tags.database)
def japanese_trigrams_work(databases: list[str] | None = None, **_: object) -> list[CheckMessage]:
    """LC_CTYPE=C makes pg_trgm return nothing for Japanese, and every name search slow and wrong."""
    if not databases or "default" not in databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone() is None:
            return []
        cursor.execute("SELECT show_trgm('東京') = '{}'")
        (empty,) = cursor.fetchone()
    if not empty:
        return []
    return [
        Error(
            "データベースの LC_CTYPE が日本語に対応していません（氏名検索が働きません）。",
            hint="initdb --locale-provider=builtin --builtin-locale=C.UTF-8 --lc-ctype=C.UTF-8 で作り直してください。",
            id="toyota_collect.E001",
        )
    ]
