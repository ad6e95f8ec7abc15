"""Gives everybody who owes something and has no officer the one that the rules name."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from debtors.services.assigning import assign_new
from toyota_collect.business_date import business_date
from toyota_collect.models import User


class Command(BaseCommand):
    help = "未納があり担当のない人に、担当の決まりで担当を付ける（何度実行しても同じ）。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one JSON object: assigned."""
        made = assign_new(on=business_date(), by=User.objects.get(username="system.intake"))
        self.stdout.write(json.dumps({"assigned": made}))
