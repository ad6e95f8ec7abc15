"""Prove the ledger against what was written; exit 1 when anything differs."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from claims.services.verify import verify_ledger


class Command(BaseCommand):
    help = "台帳の残高・時効・封印を、記帳から計算し直して確かめる"

    def handle(self, *args: Any, **options: Any) -> None:
        proof = verify_ledger()
        self.stdout.write(json.dumps(asdict(proof), ensure_ascii=False, default=str))
        if not proof.ok:
            self.stderr.write(
                f"台帳に {len(proof.differences)} 件の違いがあります。上の differences を確認してください。"
            )
            sys.exit(1)
