"""Writes a synthetic city: extracts of ten sections and the register, receipts, control totals and the truth."""

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from claims.demo.city import build
from claims.demo.numbers import LARGEST_SEED


class Command(BaseCommand):
    help = "架空の市を作り、各課の抽出ファイル・収納ファイル・正解（truth/）を書き出す。"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--debtors", type=int, default=2000, help="滞納者の人数（既定 2000）")
        parser.add_argument("--seed", type=int, default=7, help="乱数の種。同じ種からは同じ市ができる（既定 7）")
        parser.add_argument(
            "--out", type=Path, required=True, help="書き出すフォルダ（空か、まだ無いもの。前に作った市は書き直す）"
        )

    def handle(self, *, debtors: int, seed: int, out: Path, **options: object) -> None:
        """Print one JSON object: debtors, people, rows (data rows over all extracts), files.

        Raises:
            CommandError: the folder holds other files, or a number is out of range.
        """
        if debtors < 1 or not 0 <= seed <= LARGEST_SEED:
            raise CommandError(f"--debtors は1以上、--seed は0以上{LARGEST_SEED}以下の整数にしてください。")
        earlier = (out / "truth" / "meta.json").exists()  # a city written before is written over, anything else is not
        if out.exists() and not earlier and (not out.is_dir() or any(out.iterdir())):
            raise CommandError(f"{out} にほかのファイルがあります。空か、まだ無いフォルダを --out に指定してください。")
        try:
            summary = build(debtors=debtors, seed=seed, out=out)
        except OSError as error:
            where = error.filename or out
            raise CommandError(
                f"{where} に書き込めません。権限と空き容量を確認してください（{error.strerror}）。"
            ) from error
        self.stdout.write(json.dumps(summary, ensure_ascii=False))
