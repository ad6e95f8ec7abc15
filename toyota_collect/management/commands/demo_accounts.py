"""Print the demo accounts as a table, for the terminal of ``bin/start``; nothing is changed."""

import unicodedata
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from toyota_collect.demo_accounts import ACCOUNTS, demo_password


class Command(BaseCommand):
    help = "デモの利用者の一覧を出す（DEMO=1 のときだけ）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 ではないため、デモの利用者はいません。")
        self.stdout.write(table([(account.role.label, account.username, demo_password()) for account in ACCOUNTS]))


def table(rows: list[tuple[str, str, str]]) -> str:
    """Rows under their heads, in columns of a terminal (a Japanese character is two wide)."""
    lines = [("役割", "利用者名", "パスワード"), *rows]
    widths = [max(_width(line[column]) for line in lines) for column in range(3)]
    padded = (zip(line, widths, strict=True) for line in lines)
    return "\n".join("  ".join(text + " " * (wide - _width(text)) for text, wide in line).rstrip() for line in padded)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
