"""Accounts: made and changed by administrators, recorded, never left without one; who looked at whom can be found."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from claims.models import ClaimKind, LateChargeRate
from tests.factories.debtors import user
from toyota_collect import services_accounts
from toyota_collect.demo_accounts import ACCOUNTS
from toyota_collect.models import AccessLog, AuditEvent, Holiday, Section, User
from toyota_collect.permissions import POLICY, Permission, Role

pytestmark = pytest.mark.django_db
PASSWORD = "kawa-to-hashi-77"
TYPED = {
    "username": "shinnin",
    "display_name": "架空 新任",
    "role": "collector",
    "is_active": "on",
    "password": PASSWORD,
}


@pytest.fixture
def admin(client):
    someone = user(Role.ADMINISTRATOR)
    client.force_login(someone)
    return someone


def test_an_account_is_made_with_its_role(client, admin):
    assert client.post(reverse("users:create"), TYPED).status_code == 302
    made = User.objects.get(username="shinnin")
    assert (made.role, made.is_staff, made.check_password(PASSWORD)) == (Role.COLLECTOR, False, True)
    assert AuditEvent.objects.get(event="account.made").by == admin
    assert "架空 新任" in client.get(reverse("users:index")).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"username": "Shin Nin"}, "username", id="a name with capitals and a space"),
        pytest.param({"username": "shin<nin"}, "username", id="a name with a sign"),
        pytest.param({"role": "system"}, "role", id="the role of jobs"),
        pytest.param({"role": ""}, "role", id="no role"),
        pytest.param({"role": "section_viewer"}, "section", id="a section viewer without a section"),
        pytest.param({"password": "short"}, "password", id="a short password"),
        pytest.param({"password": ""}, "password", id="no first password"),
    ],
)
def test_the_form_says_what_to_mend(client, admin, change, field):
    answer = client.post(reverse("users:create"), TYPED | change)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not User.objects.filter(display_name="架空 新任").exists()


def test_a_name_is_given_once(client, admin):
    taken = user(Role.COLLECTOR)
    taken.username = "shinnin"
    taken.save()
    assert "username" in client.post(reverse("users:create"), TYPED).context["form"].errors


def test_staff_rights_follow_the_role_and_the_name_stays(client, admin):
    account = user(Role.COLLECTOR)
    typed = {
        "username": "another",
        "display_name": "架空 異動",
        "role": "administrator",
        "is_active": "on",
        "password": "",
    }
    assert client.post(reverse("users:edit", args=[account.pk]), typed).status_code == 302
    former = (account.username, account.password)
    account.refresh_from_db()
    assert (account.role, account.is_staff, account.display_name) == (Role.ADMINISTRATOR, True, "架空 異動")
    assert (account.username, account.password) == former
    assert AuditEvent.objects.get(event="account.changed").detail["changed"] == ["display_name", "role"]


def test_nobody_changes_the_own_role_or_access(client, admin):
    typed = {"display_name": "架空", "role": "collector", "is_active": "on"}
    answer = client.post(reverse("users:edit", args=[admin.pk]), typed)
    assert "自分の役割" in answer.content.decode()
    admin.refresh_from_db()
    assert admin.role == Role.ADMINISTRATOR


def test_the_last_administrator_stays(admin):
    other = user(Role.ADMINISTRATOR)
    facts = {"username": other.username, "display_name": "架空", "role": Role.COLLECTOR}
    admin.is_active = False
    admin.save()
    with pytest.raises(services_accounts.AccountRefused):
        services_accounts.save_account(by=admin, account_id=other.pk, **facts)


def test_accounts_of_jobs_are_out_of_reach(client, admin):
    job = User.objects.get(username="system.print")
    assert client.get(reverse("users:edit", args=[job.pk])).status_code == 404
    with pytest.raises(services_accounts.AccountRefused):
        services_accounts.save_account(
            by=admin, account_id=job.pk, username=job.username, display_name="x", role=Role.COLLECTOR
        )


@pytest.mark.parametrize(
    ("active_until", "enters"), [(date(2026, 11, 20), True), (date(2026, 11, 19), False), (None, True)]
)
def test_an_account_works_until_its_last_day(client, active_until, enters):
    account = user(Role.COLLECTOR, active_until=active_until)
    client.post("/accounts/login/", {"login": account.username, "password": "架空のパスワード-2026"})
    assert ("_auth_user_id" in client.session) == enters


def test_the_policy_page_is_the_policy_table(client, admin):
    page = client.get(reverse("users:policy"))
    roles = [role for role in Role if role != Role.SYSTEM]
    for permission, row in zip(Permission, page.context["rows"], strict=True):
        assert row["code"] == permission.value
        assert row["name"] != permission.value, f"{permission} has no Japanese description"
        assert row["cells"] == [permission in POLICY[role] for role in roles]


# --- who looked at whom --------------------------------------------------------------------------------


def looked(by, person_key, action="person"):
    AccessLog.objects.create(
        by=by, action=action, person_key=person_key, purpose="collection", path=f"/people/{person_key}/"
    )


def test_the_log_is_searched_by_person_and_by_user(client):
    first, second = user(Role.COLLECTOR), user(Role.SUPERVISOR)
    looked(first, "P00000001")
    looked(second, "P00000001")
    looked(second, "P00000002")
    auditor = user(Role.AUDITOR)
    client.force_login(auditor)

    def rows(**asked):
        page = client.get(reverse("users:access-log"), asked).context["page"]
        return [(row.by, row.person_key) for row in page if row.by != auditor]

    assert rows(person="P00000001") == [(second, "P00000001"), (first, "P00000001")]
    assert rows(user=second.username) == [(second, "P00000002"), (second, "P00000001")]
    assert rows(person="P00000001", user=first.display_name) == [(first, "P00000001")]
    assert rows(until="2000-01-01") == []
    assert len(rows(since="きのう")) == 3
    assert "人の画面" in client.get(reverse("users:access-log"), {"person": "P00000002"}).content.decode()


def test_reading_the_log_is_itself_written_down(client):
    client.force_login(user(Role.AUDITOR))
    client.get(reverse("users:access-log"), {"person": "P00000001"})
    row = AccessLog.objects.get()
    assert (row.action, row.person_key, row.purpose) == ("access_log", "P00000001", "audit")


# --- reference tables and demo accounts ------------------------------------------------------------------


def test_a_change_of_a_reference_table_is_recorded(client, admin):
    rate = LateChargeRate.objects.order_by("-year").first()
    typed = {"year": rate.year, "first_permyriad": 999, "after_permyriad": rate.after_permyriad, "source": "架空の告示"}
    assert client.post(f"/admin/claims/latechargerate/{rate.pk}/change/", typed).status_code == 302
    rate.refresh_from_db()
    assert rate.first_permyriad == 999
    assert AuditEvent.objects.get(event="reference.changed").by == admin


def test_no_case_data_and_no_deletion_in_the_reference_tables(client, admin):
    body = client.get("/admin/").content.decode()
    for path in ("debtors/person", "claims/claim/", "claims/entry", "claims/hold/", "toyota_collect/user", "notices/"):
        assert path not in body
        assert client.get(f"/admin/{path}").status_code == 404
    kind = ClaimKind.objects.first()
    assert client.post(f"/admin/claims/claimkind/{kind.pk}/delete/", {"post": "yes"}).status_code == 403


def test_reference_tables_leave_as_csv_with_their_own_keys(client, admin):
    answer = client.post("/admin/toyota_collect/holiday/export/", {"format": "0", "holidayresource_on": "on", "holidayresource_name": "on", "holidayresource_source": "on", "resource": ""})  # fmt: skip
    assert answer.status_code == 200
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "日付,名称,出典"
    assert len(lines) == Holiday.objects.count() + 1


def test_demo_accounts_are_one_for_each_role_and_are_made_once(capsys, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    for _ in range(2):
        call_command("create_demo_accounts")
    assert {account.role for account in ACCOUNTS} == set(Role) - {Role.SYSTEM}
    made = User.objects.filter(username__in=[account.username for account in ACCOUNTS])
    assert made.count() == len(ACCOUNTS)
    assert all(one.check_password(PASSWORD) for one in made)
    assert [one.username for one in made if one.is_staff] == ["admin"]
    call_command("demo_accounts")
    printed = capsys.readouterr().out
    assert "相談支援員  welfare" in printed
    assert PASSWORD in printed


@pytest.mark.parametrize("command", ["create_demo_accounts", "demo_accounts"])
def test_demo_accounts_exist_only_in_a_demo(settings, command):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command(command)
    assert not User.objects.filter(username="collector").exists()


def test_a_section_is_never_deleted(client, admin):
    assert (
        client.post(f"/admin/toyota_collect/section/{Section.objects.first().pk}/delete/", {"post": "yes"}).status_code
        == 403
    )
