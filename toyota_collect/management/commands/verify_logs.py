"""Prove the logs of looks and acts against their seals and anchors; exit 1 when anything differs."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from toyota_collect.log_seals import verify_logs


class Command(BaseCommand):
    help = "閲覧と操作の記録を、封印と日ごとの錨から確かめる"

    def handle(self, *args: Any, **options: Any) -> None:
        proof = verify_logs()
        self.stdout.write(json.dumps(asdict(proof), ensure_ascii=False))
        if not proof.ok:
            self.stderr.write(
                f"記録に {len(proof.differences)} 件の違いがあります。上の differences を確認してください。"
            )
            sys.exit(1)
