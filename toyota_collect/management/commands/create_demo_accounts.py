"""One demo account per role; the table goes to stderr, one JSON object to stdout."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from toyota_collect.demo_accounts import DemoOnly, create_demo_accounts, demo_password
from toyota_collect.management.commands.demo_accounts import table


class Command(BaseCommand):
    help = "デモの利用者を役割ごとに1人ずつ作る（DEMO=1 のときだけ）。パスワードは環境変数 DEMO_PASSWORD。"

    def handle(self, *args: Any, **options: Any) -> None:
        password = demo_password()
        try:
            accounts = create_demo_accounts(password=password)
        except DemoOnly as error:
            raise CommandError(str(error)) from error
        self.stderr.write(table([(one.get_role_display(), one.username, password) for one in accounts]))
        self.stdout.write(json.dumps({"accounts": [account.username for account in accounts]}))
