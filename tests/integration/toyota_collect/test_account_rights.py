"""What an account may do is given by two people; taking away holds at once; each quarter somebody else looks at every account."""

from datetime import date

import pytest
from django.urls import reverse

from tests.factories.debtors import user
from toyota_collect import approvals, services_accounts, services_reviews
from toyota_collect.models import AccountReview, Approval, AuditEvent, Section, User
from toyota_collect.permissions import Role
from toyota_collect.services_accounts import SUBJECT, AccountRefused, save_account

pytestmark = pytest.mark.django_db
APPROVED, REJECTED = Approval.Decision.APPROVED, Approval.Decision.REJECTED


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.DEMO, settings.BASE_DATE = True, date(2026, 11, 20)


@pytest.fixture
def admin(db):
    return user(Role.ADMINISTRATOR)


@pytest.fixture
def boss(db):
    return user(Role.SUPERVISOR)


def save(admin, account=None, **facts):
    known = {"display_name": "架空 新任", "role": Role.COLLECTOR, "password": "kawa-to-hashi-77" if not account else ""}
    name = account.username if account else "shinnin"
    return save_account(by=admin, account_id=account.pk if account else None, username=name, **(known | facts))


def decide(asked, by, decision=APPROVED):
    return approvals.decide(approval_id=asked.pk, decision=decision, by=by, reason="架空の理由")


def test_a_new_account_cannot_be_used_before_the_decision(admin, boss, client):
    made, asked = save(admin)
    assert not made.is_active
    assert asked.subject_type == SUBJECT
    assert not client.login(username="shinnin", password="kawa-to-hashi-77")
    decide(asked, boss)
    made.refresh_from_db()
    assert (made.is_active, made.role) == (True, Role.COLLECTOR)
    assert AuditEvent.objects.get(event="account.given").by == boss


def test_the_first_supervisor_needs_nobody(admin):
    made, asked = save(admin, role=Role.SUPERVISOR, decision_rank="director")
    assert (made.is_active, asked) == (True, None)
    assert save(admin, made, role=Role.COLLECTOR)[1] is not None  # from then on there is somebody


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        pytest.param({"role": Role.SUPERVISOR}, True, id="another role"),
        pytest.param({"role": Role.SUPERVISOR, "decision_rank": "director"}, True, id="a rank"),
        pytest.param({"role": Role.ADMINISTRATOR}, True, id="administrator"),
        pytest.param({"display_name": "架空 改姓"}, False, id="another name"),
        pytest.param({"active_until": date(2027, 3, 31)}, False, id="a last day"),
        pytest.param({"is_active": False}, False, id="stopped"),
        pytest.param({"is_active": False, "role": Role.AUDITOR}, False, id="stopped with another role"),
    ],
)
def test_only_what_gives_rights_waits(admin, boss, change, waits):
    account = user(Role.COLLECTOR)
    saved, asked = save(admin, account, **({"display_name": account.display_name} | change))
    assert (asked is not None) is waits
    if waits:
        saved.refresh_from_db()
        assert (saved.role, saved.decision_rank, saved.is_staff) == (Role.COLLECTOR, "", False)
    if not change.get("is_active", True):
        assert not saved.is_active


def test_a_rank_is_taken_away_at_once(admin, boss):
    chief = user(Role.SUPERVISOR, decision_rank="manager")
    saved, asked = save(admin, chief, role=Role.SUPERVISOR, decision_rank="")
    assert (saved.decision_rank, asked) == ("", None)


def test_a_stopped_account_is_taken_up_by_two(admin, boss):
    account = user(Role.COLLECTOR, is_active=False)
    saved, asked = save(admin, account)
    assert not saved.is_active
    decide(asked, boss)
    saved.refresh_from_db()
    assert saved.is_active


def test_another_section_waits_and_opens_no_old_session(admin, boss, client, settings):
    settings.ONE_SESSION = True
    first, second = Section.objects.order_by("code")[:2]
    account = user(Role.SECTION_VIEWER, section=first)
    client.force_login(account)
    _, asked = save(admin, account, role=Role.SECTION_VIEWER, section=second)
    account.refresh_from_db()
    assert account.section == first
    decide(asked, boss)
    account.refresh_from_db()
    assert account.section == second
    assert client.get(reverse("debtors:search")).status_code == 302


def test_what_was_sent_back_changes_nothing(admin, boss):
    account = user(Role.COLLECTOR)
    _, asked = save(admin, account, role=Role.SUPERVISOR, decision_rank="director")
    decide(asked, boss, REJECTED)
    account.refresh_from_db()
    assert account.role == Role.COLLECTOR


def test_nobody_decides_on_the_own_account(admin):
    chief = user(Role.SUPERVISOR, decision_rank="manager")
    _, asked = save(admin, chief, role=Role.SUPERVISOR, decision_rank="director")
    with pytest.raises(approvals.ApprovalRefused, match="自分の権限"):
        decide(asked, chief)


def test_two_changes_do_not_wait_at_once(admin, boss):
    account = user(Role.COLLECTOR)
    save(admin, account, role=Role.SUPERVISOR)
    with pytest.raises(AccountRefused, match="決裁を待って"):
        save(admin, account, role=Role.AUDITOR)


def test_the_form_says_that_it_waits(admin, boss, client):
    client.force_login(admin)
    account = user(Role.COLLECTOR)
    typed = {"display_name": "架空", "role": "auditor", "is_active": "on"}
    page = client.post(reverse("users:edit", args=[account.pk]), typed, follow=True).content.decode()
    assert "権限は、決裁のあとに使えるようになります" in page
    assert "権限の決裁待ち" in client.get(reverse("users:edit", args=[account.pk])).content.decode()
    assert services_accounts.waiting(account)


@pytest.mark.parametrize(
    ("on", "quarter"),
    [
        (date(2026, 4, 1), "2026-Q1"), (date(2026, 6, 30), "2026-Q1"), (date(2026, 12, 31), "2026-Q3"),
        (date(2027, 1, 1), "2026-Q4"), (date(2027, 3, 31), "2026-Q4"), (date(2027, 4, 1), "2027-Q1"),
    ],
    ids=str,
)  # fmt: skip
def test_quarters_of_the_fiscal_year(on, quarter):
    assert services_reviews.quarter_of(on) == quarter


def test_the_review_stops_who_is_not_needed(boss, client):
    account = user(Role.COLLECTOR)
    client.force_login(boss)
    typed = {"account": account.pk, "verdict": "close", "note": "異動した"}
    for _ in range(2):  # twice changes nothing more
        assert client.post(reverse("users:reviews"), typed).status_code == 302
    account.refresh_from_db()
    assert not account.is_active
    assert AccountReview.objects.get().verdict == "close"
    assert account not in [line.account for line in services_reviews.lines("2026-Q3")]


@pytest.mark.parametrize(
    ("typed", "told"),
    [({"verdict": "close"}, "理由を書いてください"), ({"verdict": "drop"}, "選択"), ({}, "")],
    ids=["no reason", "an unknown word", "nothing"],
)
def test_a_review_that_cannot_be(boss, client, typed, told):
    account = user(Role.COLLECTOR)
    client.force_login(boss)
    page = client.post(reverse("users:reviews"), {"account": account.pk} | typed, follow=True).content.decode()
    assert told in page
    assert not AccountReview.objects.exists()


def test_nobody_reviews_the_own_account(boss):
    with pytest.raises(services_reviews.ReviewRefused, match="自分"):
        services_reviews.review(quarter="2026-Q3", account_id=boss.pk, verdict="keep", note="", by=boss)


def test_the_last_administrator_is_not_stopped(boss, admin):
    User.objects.filter(role=Role.ADMINISTRATOR).exclude(pk=admin.pk).update(is_active=False)
    with pytest.raises(services_reviews.ReviewRefused, match="管理者がいなくなります"):
        services_reviews.review(quarter="2026-Q3", account_id=admin.pk, verdict="close", note="要らない", by=boss)
