"""A receipts clerk's day in the browser: a file comes in, a payment in doubt is decided by two people, the day is closed."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims.models import BookingSource, Claim, DayClose, Overpayment, Receipt
from claims.services import slips
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import person, system_user
from tests.factories.moneyfiles import counter
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)


@pytest.fixture
def owed(transactional_db: None, settings: Any, tmp_path: Any) -> Claim:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    BookingSource.objects.update(by="own")
    someone = person(name="架空 花子", kana="カクウ ハナコ", kana_key="カクウハナコ")
    claim(someone, kind="water_charge", source="suido", principal_yen=6_000, due_on=date(2026, 10, 31))
    return claim(someone, principal_yen=41_000, due_on=date(2026, 9, 30))


def money_file(owed: Claim, *, more_yen: int) -> bytes:
    slip = slips.issue_slip(
        person_id=owed.identity.person_id,
        claim_ids=[owed.pk],
        as_of=TODAY,
        due_on=date(2026, 12, 14),
        issued_on=TODAY,
        by=system_user(),
    )
    return counter([(slip.reference, slip.amount_yen + more_yen, TODAY)])


def take_in(page: Page, name: str, content: bytes) -> None:
    page.get_by_role("link", name="収納", exact=True).click()
    page.get_by_label("収納データのファイル").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="取り込む").click()


def test_a_payment_in_doubt_is_decided_printed_and_the_day_closed(
    sign_in: SignIn, owed: Claim, complaints: list[str]
) -> None:
    content = money_file(owed, more_yen=7_000)
    clerk = sign_in(Role.RECEIPTS_CLERK)
    take_in(clerk, "madoguchi.csv", content[:-20])
    expect(clerk.get_by_text("取り込めませんでした")).to_be_visible()
    take_in(clerk, "madoguchi.csv", content)
    expect(clerk.get_by_text("1件を取り込みました")).to_be_visible()

    clerk.get_by_role("link", name=re.compile("一覧を開く.*要確認")).click()
    clerk.get_by_role("link", name=re.compile("^開く")).click()
    expect(clerk.get_by_text("どの債権に充てるかを決めてください")).to_be_visible()
    clerk.get_by_role("checkbox", name=re.compile("水道料金")).check()
    clerk.get_by_role("button", name="試算する").click()
    plan = clerk.get_by_role("table", name=re.compile("充当の案"))
    expect(plan.get_by_role("row", name=re.compile("水道料金"))).to_be_visible()
    expect(plan.get_by_text("過誤納金とする")).to_be_visible()
    take(clerk, "case")
    assert faults(clerk) == []
    clerk.set_viewport_size({"width": 1440, "height": 900})
    clerk.get_by_label("理由・調べたこと").fill("窓口で水道料金も一緒に納めると言われた")
    clerk.get_by_role("button", name="この案で決裁に出す").click()
    expect(clerk.get_by_text("決裁を待っています")).to_be_visible()
    assert Receipt.objects.get().left_yen

    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto("/approvals/")
    supervisor.get_by_role("link", name=re.compile("収納の要確認")).click()
    expect(supervisor.get_by_text("過誤納金・預り（円）")).to_be_visible()
    supervisor.get_by_role("button", name="承認する").click()
    expect(supervisor.get_by_text("承認としました")).to_be_visible()
    assert not Claim.objects.outstanding().exists()
    over = Overpayment.objects.get()
    assert Receipt.objects.get().left_yen == 0

    receipt = Receipt.objects.get()
    clerk.goto(f"/claims/money/receipts/{receipt.pk}/")
    expect(clerk.get_by_role("table", name="充当の一覧（円）")).to_be_visible()
    assert faults(clerk) == []
    answer = clerk.request.get(f"/claims/money/receipts/{receipt.pk}/pdf/")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")

    clerk.set_viewport_size({"width": 1440, "height": 900})
    clerk.get_by_role("link", name="日締め").click()
    clerk.get_by_role("link", name=re.compile("令和8年11月20日")).click()
    expect(clerk.get_by_role("button", name="この日を締める")).to_be_disabled()
    clerk.get_by_label(re.compile("^銀行の入金合計")).fill(str(receipt.amount_yen))
    clerk.get_by_label(re.compile("^出どころ")).fill("通帳")
    clerk.get_by_role("button", name="入金合計を記録する").click()
    assert faults(clerk) == []
    take(clerk, "day")
    clerk.set_viewport_size({"width": 1440, "height": 900})
    clerk.get_by_role("button", name="この日を締める").click()
    expect(clerk.get_by_text("この日を締めました")).to_be_visible()
    assert DayClose.objects.get().closed_at is not None

    clerk.get_by_role("link", name="過誤納").click()
    clerk.get_by_role("link", name=re.compile("^開く")).click()
    expect(clerk.get_by_text("まだ登録がありません")).to_be_visible()
    assert faults(clerk) == []
    assert AccessLog.objects.filter(action="overpayment", person_key=over.person.number).exists()
    assert complaints == []


def test_a_trial_books_nothing_and_money_at_the_counter_is_booked_on_what_was_chosen(
    sign_in: SignIn, owed: Claim, complaints: list[str]
) -> None:
    clerk = sign_in(Role.RECEIPTS_CLERK)
    clerk.goto(f"/people/{owed.identity.person.number}/")
    clerk.get_by_role("link", name="充当を試算する").click()
    clerk.get_by_label(re.compile("^納付する額")).fill("20000")
    clerk.get_by_role("checkbox", name=re.compile("水道料金")).uncheck()
    clerk.get_by_role("button", name="試算する").click()
    expect(clerk.get_by_role("table", name=re.compile("充当の案"))).to_be_visible()
    assert not Receipt.objects.exists()
    assert faults(clerk) == []
    clerk.set_viewport_size({"width": 1440, "height": 900})
    clerk.get_by_role("button", name="窓口で受け取ったとして記帳する").click()
    expect(clerk.get_by_text("を記帳しました")).to_be_visible()
    owed.refresh_from_db()
    assert owed.principal_yen == 21_000
    clerk.goto(f"/claims/of/{owed.identity.person.number}/statement/")
    assert faults(clerk) == []
    collector = sign_in(Role.COLLECTOR)
    collector.goto(f"/claims/of/{owed.identity.person.number}/allocation/?yen=1000&paid_on=2026-11-20&claims={owed.pk}")
    expect(collector.get_by_role("button", name="窓口で受け取ったとして記帳する")).to_have_count(0)
    assert complaints == []
