"""Money that stays too long with a firm, or that it says it sent and that has not arrived."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from lawyers.models import Firm, MoneyDifference, Remittance, TrustReceipt
from lawyers.services import differences
from lawyers.services.money import HELD, locked_firm
from toyota_collect.dated import value_on
from toyota_collect.wareki import long_text

WITHIN = "lawyers.remit_within_days"


def days_within(*, on: date) -> int:
    """So many days may pass from the taking to the sending, and again to the arrival. Raises ``SettingMissing``."""
    return int(value_on(WITHIN, on))


def find_late(*, on: date, by: Any) -> list[MoneyDifference]:
    """Open a difference for each that is late on ``on``; give all that stand open. A second time finds the same."""
    found: list[MoneyDifference] = []
    for firm in Firm.objects.order_by("pk"):
        found += _late_of(firm.pk, on=on, by=by)
    return found


@transaction.atomic
def _late_of(firm_id: int, *, on: date, by: Any) -> list[MoneyDifference]:
    firm, days = locked_firm(firm_id), days_within(on=on)
    last = on - timedelta(days=days)
    held = TrustReceipt.objects.filter(HELD, case__mandate__firm=firm, received_on__lt=last).select_related("case")
    told = Remittance.objects.filter(firm=firm, state=Remittance.State.TOLD, sent_on__lt=last)
    texts: list[tuple[Any, str]] = [
        (
            one,
            f"{one.case.number} {long_text(one.received_on)}の預り金{one.yen:,}円が、{days}日を過ぎても送金されていません。",
        )
        for one in held
    ]
    texts += [
        (one, f"送金第{one.pk}号（{long_text(one.sent_on)}）の{one.yen:,}円が、{days}日を過ぎても着金していません。")
        for one in told
    ]
    kind = MoneyDifference.Kind.LATE
    found = []
    for subject, text in texts:
        facts: dict[str, Any] = {"told_yen": subject.yen, "found_yen": 0, "text": text, "differs": True}
        found.append(differences.compare(kind=kind, subject=subject, firm=firm, on=on, by=by, **facts))
    return [one for one in found if one]
