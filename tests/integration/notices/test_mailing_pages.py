"""The pages of 引抜, 封緘, 発送 and 返戻: what they show and refuse, to whom, and that every look is logged."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from notices.models import PrintRun, Pull, ReturnedLetter
from notices.services import seals
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, user
from tests.factories.mailing import delivered, mark
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import find, hand_over, posted, pulled, receive, seal, sealed, work
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _business_date(settings):
    settings.DEMO, settings.BASE_DATE = True, DAY


@pytest.fixture
def run(kept, finished_run):
    def make() -> PrintRun:
        for n in range(3):
            someone = person(name=f"架空 送{n}", name_key=f"架空{n}", kana_key=f"カ{n}")
            claim(someone, principal_yen=10_000 + n)
        return finished_run()

    return kept(make)


@pytest.fixture
def as_operator(client, operator):
    client.force_login(operator)
    return client


def url(name, *args):
    return reverse(f"notices:{name}", args=args)


def page(client, name, *args) -> str:
    return client.get(url(name, *args)).content.decode()


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_page_of_the_run_leads_from_step_to_step(run, as_operator, operator):
    assert url("pulls", run.pk) in page(as_operator, "run", run.pk)
    as_operator.post(url("pulls-find", run.pk))
    work()
    assert "係長・課長が封緘します" in page(as_operator, "run", run.pk)
    pay(run.letters.get(serial=1).claims.get().claim, 1_000, on=DAY)
    as_operator.post(url("pulls-find", run.pk))
    assert "順番を待っています" in page(as_operator, "job", run.pk)
    work()
    assert "引抜を調べました。引き抜く催告書が1通増えました。" in page(as_operator, "pulls", run.pk)
    assert "確認が1通残っています" in page(as_operator, "run", run.pk)
    sealed(run, operator)
    shown = page(as_operator, "run", run.pk)
    assert "引渡しへ" in shown
    assert "豊債管封第1号" in shown
    hand_over(run, operator)
    assert "発送の登録へ" in page(as_operator, "run", run.pk)
    as_operator.post(url("post", run.pk), {"on": "2026-11-20"})
    work()
    shown = page(as_operator, "run", run.pk)
    assert "発送済" in shown
    assert "架空郵便局（2通）" in shown


def test_the_pull_list_says_why_and_where_each_lies(run, as_operator, operator):
    assert "まだ調べていません" in page(as_operator, "pulls", run.pk)
    letter = run.letters.get(serial=2)
    pay(letter.claims.get().claim, 1_000, on=DAY)
    find(run, operator)
    shown = page(as_operator, "pulls", run.pk)
    for words in (letter.number, letter.name, "納付・充当があった", "束1", "4ページから3枚", "第1期"):
        assert words in shown, words
    assert letter.number in as_operator.get(url("pulls", run.pk), {"reason": "paid"}).content.decode()
    assert letter.number not in as_operator.get(url("pulls", run.pk), {"reason": "held"}).content.decode()
    assert AccessLog.objects.filter(action="run.pulls").count() == 4
    assert "引き抜いたため、送っていません" in page(as_operator, "letter", letter.pk)


def test_a_scan_answers_at_once_in_words(run, as_operator, operator):
    letter = run.letters.get(serial=1)
    pay(letter.claims.get().claim, 1_000, on=DAY)
    find(run, operator)
    quick = {"headers": {"HX-Request": "true"}}
    wrong = as_operator.post(url("pulls-scan", run.pk), {"mark": mark(run.letters.get(serial=2))}, **quick)
    assert "✗" in wrong.content.decode()
    assert "元の場所に戻して" in wrong.content.decode()
    right = as_operator.post(url("pulls-scan", run.pk), {"mark": mark(letter)}, **quick).content.decode()
    assert "✓" in right
    assert "抜き取りを確認しました" in right
    assert 'id="pull-desk"' in right
    plain = as_operator.post(url("pulls-scan", run.pk), {"mark": mark(letter)})
    assert (plain.status_code, said(plain)[-1].endswith("確認済みです（2度目）。")) == (302, True)


def test_what_was_never_printed_is_chosen_in_the_list(run, as_operator, operator):
    for letter in run.letters.all()[:2]:
        pay(letter.claims.get().claim, 1_000, on=DAY)
    find(run, operator)
    chosen = [str(pk) for pk in Pull.objects.values_list("pk", flat=True)]
    as_operator.post(url("pulls-not-printed", run.pk), {"pull": [*chosen, "x"]})
    assert Pull.objects.filter(confirmed_as="not_printed").count() == 2
    assert said(as_operator.post(url("pulls-not-printed", run.pk), {}))[-1].startswith("印刷していない催告書を")


def test_the_seal_page_names_every_obstacle_and_what_to_do(run, client, operator):
    client.force_login(user(Role.SUPERVISOR))
    pay(run.letters.get(serial=1).claims.get().claim, 1_000, on=DAY)
    find(run, operator)
    shown = page(client, "seal", run.pk)
    for words in ("封緘できません", "一度も届いていません", "抜き取りを確認していない催告書が1通", "届いていない"):
        assert words in shown, words
    assert "通を封緘する" not in shown
    answer = client.post(url("seal-close", run.pk))
    assert "一度も届いていません" in said(answer)[0]
    delivered()
    pulled(run, operator)
    assert "2通を封緘する" in page(client, "seal", run.pk)
    client.post(url("seal-close", run.pk))
    work()
    run.refresh_from_db()
    assert run.state == "sealed"
    made = seals.current_seal(run)
    shown = page(client, "seal", run.pk)
    assert made.certificate.sha256 in shown
    assert client.get(url("seal-certificate", made.pk))["Content-Type"] == "application/pdf"
    assert client.get(url("seal-hashes", made.pk)).content.decode().startswith("serial,number")
    assert set(AccessLog.objects.values_list("action", flat=True)) >= {"seal.certificate", "seal.hashes"}


def test_who_vouches_for_an_unchanged_source_says_so(run, client, operator):
    client.force_login(user(Role.SUPERVISOR))
    old = timezone.now() - timezone.timedelta(days=5)
    delivered(at=old, sha="d" * 64)
    delivered(sha="d" * 64)
    pulled(run, operator)
    shown = page(client, "seal", run.pk)
    assert 'name="vouched" value="zei:claims"' in shown
    client.post(url("seal-close", run.pk), {"vouched": "zei:claims"})
    work()
    run.refresh_from_db()
    assert run.state == "sealed"


def test_who_made_the_run_is_told_to_ask_another(run, client, operator):
    both = user(Role.SUPERVISOR)
    run.made_by = both
    run.save()
    delivered()
    pulled(run, operator)
    client.force_login(both)
    assert "この一斉催告を作った人は封緘できません" in page(client, "seal", run.pk)


def test_handing_over_and_posting_from_the_page(run, as_operator, operator, client):
    sealed(run, operator)
    assert said(as_operator.post(url("hand-over", run.pk), {"to": "架空郵便局"}))[0].startswith("数えた封筒の数")
    wrong = as_operator.post(url("hand-over", run.pk), {"to": "架空郵便局", "count": "2", "on": "2026-11-20"})
    assert "3通と違います" in said(wrong)[-1]
    as_operator.post(url("hand-over", run.pk), {"to": "架空郵便局", "count": "3", "on": "2026-11-20"})
    assert "架空郵便局へ封筒3通を引き渡しました" in page(as_operator, "seal", run.pk).replace("\n", "")
    assert said(as_operator.post(url("post", run.pk), {"on": "架空"}))[-1].startswith("発送した日")
    as_operator.post(url("post", run.pk), {"on": "2026-11-20"})
    work()
    assert "返戻を受け付ける" in page(as_operator, "seal", run.pk)
    assert as_operator.get(url("manifest", run.pk)).status_code == 200


def test_what_came_after_the_seal_is_told_and_the_seal_can_be_opened(run, client, operator):
    sealed(run, operator)
    pay(run.letters.get(serial=1).claims.get().claim, 1_000, on=DAY)
    client.force_login(user(Role.SUPERVISOR))
    client.post(url("seal-look", run.pk))
    work()
    assert "封緘のあとに、納付などがありました" in page(client, "seal", run.pk)
    client.post(url("seal-break", run.pk), {"reason": "納付があったため"})
    run.refresh_from_db()
    assert run.state == "pulled"
    assert "解いた封緘" in page(client, "seal", run.pk)


def test_many_come_back_in_one_go(run, as_operator, operator):
    posted(run, operator)
    first, second, third = run.letters.order_by("serial")
    assert "まだありません" in page(as_operator, "returns-receive")
    sent = {"reason": "moved", "on": "2026-11-20", "note": ""}
    quick = {"headers": {"HX-Request": "true"}}
    for letter in (first, second):
        answer = as_operator.post(url("returns-receive"), sent | {"mark": mark(letter)}, **quick).content.decode()
        assert "返戻（転居先不明）を登録しました" in answer
        assert letter.number in answer
    again = as_operator.post(url("returns-receive"), sent | {"mark": mark(first)}, **quick).content.decode()
    assert "すでに登録済みです" in again
    nothing = as_operator.post(url("returns-receive"), {"mark": mark(third)}, **quick).content.decode()
    assert "理由と返戻の日を入れて" in nothing
    plain = as_operator.post(url("returns-receive"), sent | {"mark": mark(third)})
    assert (plain.status_code, "を登録しました" in plain.content.decode()) == (200, True)
    shown = page(as_operator, "returns")
    assert all(letter.number in shown for letter in (first, second, third))


def test_a_returned_letter_is_dealt_with_by_who_may(run, client, operator):
    posted(run, operator)
    back = receive(run.letters.get(serial=1), operator).returned
    client.force_login(operator)
    assert "徴収担当が対応します" in page(client, "returned", back.pk)
    assert client.post(url("returned-settle", back.pk)).status_code == 403
    client.force_login(user(Role.COLLECTOR))
    assert "記録する" in page(client, "returned", back.pk)
    assert said(client.post(url("returned-settle", back.pk), {}))[-1].startswith("何をしたか")
    refused = client.post(url("returned-settle", back.pk), {"done_as": "stopped", "on": "2026-11-01"})
    assert said(refused)[-1].startswith("対応の日は")
    client.post(url("returned-settle", back.pk), {"done_as": "resent", "on": "2026-11-20", "note": "転居先を確認"})
    assert ReturnedLetter.objects.get().done_note == "転居先を確認"
    second = receive(run.letters.get(serial=1), operator).returned
    shown = page(client, "returned", second.pk)
    assert "2回以上戻っています" in shown
    assert "新しい住所へ再送した" in shown
    assert "返戻が2回以上" in client.get(url("returns"), {"done": "all"}).content.decode()
    assert "に返戻" in page(client, "letter", second.letter_id)


@pytest.mark.parametrize("role", [Role.SECTION_VIEWER, Role.LAWYER, Role.WELFARE_WORKER, Role.ADMINISTRATOR])
def test_others_enter_none_of_it(role, run, client, operator):
    from toyota_collect.models import Section

    delivered()
    pulled(run, operator)
    made = seal(run)
    client.force_login(user(role, section=Section.objects.first() if role == Role.SECTION_VIEWER else None))
    for name, args in (
        ("pulls", [run.pk]),
        ("seal", [run.pk]),
        ("seal-certificate", [made.pk]),
        ("seal-hashes", [made.pk]),
        ("seal-file", [made.pk, 1]),
        ("seal-sheets", [made.pk]),
        ("seal-counts", [made.pk]),
        ("job", [run.pk]),
        ("packs", []),
        ("returns", []),
        ("returns-receive", []),
    ):
        assert client.get(url(name, *args)).status_code == 403, name
    for name in (
        "pulls-find",
        "pulls-scan",
        "pulls-not-printed",
        "seal-close",
        "seal-break",
        "hand-over",
        "post",
        "seal-look",
        "pack-make",
    ):
        assert client.post(url(name, run.pk)).status_code == 403, name


def test_a_supervisor_seals_and_pulls_nothing(run, client, operator):
    client.force_login(user(Role.SUPERVISOR))
    assert client.post(url("pulls-find", run.pk)).status_code == 403
    assert client.post(url("pulls-scan", run.pk)).status_code == 403
    client.force_login(operator)
    assert client.post(url("seal-close", run.pk)).status_code == 403
