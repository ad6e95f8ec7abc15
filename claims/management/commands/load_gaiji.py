"""Load the city's own table of 外字; one JSON object tells how many rows were new or changed."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.intake.run import intake_user
from claims.services.gaiji import TableRefused, load_table
from toyota_collect.business_date import business_date


class Command(BaseCommand):
    help = "外字の対応表（system,code,character,origin の CSV、UTF-8）を読み込む。次の取込から氏名に使う。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_table(path=options["file"], by=intake_user(), on=business_date())
        except TableRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(json.dumps(asdict(loaded)))
