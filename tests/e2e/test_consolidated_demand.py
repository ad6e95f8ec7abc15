"""The main job in the browser: one person makes a run, another approves it, it finishes, one letter is opened."""

import re
from collections.abc import Iterator
from datetime import date
from queue import Queue
from threading import Thread
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from playwright.sync_api import Page, expect

from claims.models import Claim
from notices.models import Letter, PrintRun, ReturnedLetter
from tests.e2e.conftest import SignIn
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect
from tests.factories.mailing import delivered, mark
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker beside the web server: tasks run elsewhere, while the browser waits and asks."""
    jobs: Queue[tuple[str, dict[str, Any]] | None] = Queue()

    def send(task: str, **arguments: Any) -> None:
        jobs.put((task, arguments))

    def work() -> None:
        while job := jobs.get():
            current_app.tasks[f"notices.tasks.{job[0]}"].apply(kwargs=job[1])
        connection.close()

    for place in ("services.runs", "services.rendering", "tasks"):
        monkeypatch.setattr(f"notices.{place}.send", send)
    thread = Thread(target=work)
    thread.start()
    yield
    jobs.put(None)
    thread.join(timeout=30)


def test_a_run_is_made_approved_watched_and_one_letter_opened(
    sign_in: SignIn, worker: None, complaints: list[str], settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, date(2026, 11, 20)
    asked = person(name="架空 花子", kana_key="カクウハナコ")
    claim(asked, principal_yen=41_000, due_on=date(2025, 10, 31))
    claim(asked, kind="water_charge", source="suido", principal_yen=6_000)
    late = person(name="架空 払太", kana_key="カクウハラタ", name_key="架空払太")
    paid = claim(late, principal_yen=30_000, due_on=date(2025, 10, 31))
    hidden = person(name="架空 秘子", kana_key="カクウヒメコ", birth_on=date(1991, 2, 3))
    protect(hidden)
    claim(hidden)

    operator = sign_in(Role.PRINT_OPERATOR)
    operator.get_by_role("link", name="一斉催告").click()
    operator.get_by_role("link", name="新しく作る").click()
    operator.get_by_role("button", name="集計する").click()
    expect(operator.get_by_role("button", name="決裁を依頼する")).to_be_visible()
    expect(operator.get_by_role("row", name=re.compile("支援措置 1"))).to_be_visible()
    operator.get_by_role("button", name="決裁を依頼する").click()
    expect(operator.get_by_text("決裁を待っています")).to_be_visible()
    run = PrintRun.objects.get()

    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto(f"/demands/{run.pk}/")
    supervisor.get_by_role("link", name="決裁の画面へ").click()
    supervisor.get_by_role("button", name="承認する").click()
    supervisor.wait_for_load_state()

    operator.reload()
    operator.get_by_role("button", name="開始する").click()
    expect(operator.get_by_role("heading", name="作成の結果")).to_be_visible(timeout=60_000)
    run.refresh_from_db()
    assert (run.state, run.letters.count()) == ("verified", 2)

    operator.get_by_role("link", name="催告書の一覧").click()
    operator.get_by_role("link", name=run.letters.get(person=asked).number).click()
    expect(operator.get_by_role("heading", name="この人の催告書")).to_be_visible()
    pdf = operator.context.request.get(operator.get_by_role("link", name="PDFを開く").get_attribute("href") or "")
    assert (pdf.headers["content-type"], pdf.body()[:5]) == ("application/pdf", b"%PDF-")
    assert AccessLog.objects.filter(action="letter.pdf", person_key=asked.number).count() == 1
    assert complaints == []

    _pull_and_seal(run, operator, supervisor, paid)
    assert complaints == []

    lawyer = sign_in(Role.LAWYER)
    letter = Letter.objects.filter(person=asked).get()
    for path in (
        "/demands/",
        f"/demands/{run.pk}/",
        f"/demands/{run.pk}/pulls/",
        f"/demands/{run.pk}/seal/",
        "/demands/returns/receive/",
        f"/demands/letters/{letter.pk}/",
        f"/demands/letters/{letter.pk}/pdf/",
    ):
        refused = lawyer.goto(path)
        assert refused is not None
        assert refused.status == 403


def _pull_and_seal(run: PrintRun, operator: Page, supervisor: Page, paid: Claim) -> None:
    """Somebody pays after the amounts were fixed: pulled, read, sealed by another, posted; one letter comes back."""
    pay(paid, 30_000, on=date(2026, 11, 20))
    for source in ("zei", "suido"):
        delivered(source)
    pulled, sent = run.letters.get(person=paid.identity.person_id), run.letters.exclude(claims__claim=paid).get()

    operator.goto(f"/demands/{run.pk}/")
    operator.get_by_role("link", name="引抜へ").click()
    operator.get_by_role("button", name="引抜を調べる").click()
    expect(operator.get_by_role("row", name=re.compile(f"{pulled.number}.*納付・充当があった"))).to_be_visible()
    field = operator.get_by_label("記号・番号")
    expect(field).to_be_focused()
    operator.keyboard.type(mark(sent))
    operator.keyboard.press("Enter")
    expect(operator.get_by_text("束の元の場所に戻してください")).to_be_visible()
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    operator.keyboard.type(mark(pulled))
    operator.keyboard.press("Enter")
    expect(operator.get_by_text("抜き取りを確認しました")).to_be_visible()
    expect(operator.get_by_role("row", name=re.compile(f"{pulled.number}.*確認済"))).to_be_visible()
    assert faults(operator) == []

    supervisor.goto(f"/demands/{run.pk}/seal/")
    assert faults(supervisor) == []
    supervisor.get_by_role("button", name="1通を封緘する").click()
    link = supervisor.get_by_role("link", name="封緘証明書")
    paper = supervisor.context.request.get(link.get_attribute("href") or "")
    assert (paper.headers["content-type"], paper.body()[:5]) == ("application/pdf", b"%PDF-")

    operator.goto(f"/demands/{run.pk}/")
    operator.get_by_role("link", name="引渡しへ").click()
    assert faults(operator) == []
    operator.get_by_label("引渡し先").fill("架空郵便局")
    operator.get_by_label("数えた通数").fill("1")
    operator.get_by_role("button", name="引渡しを登録する").click()
    operator.get_by_role("button", name="発送を登録する").click()
    operator.get_by_role("link", name="返戻を受け付ける").click()
    operator.get_by_label("転居先不明").check()
    operator.get_by_label("記号・番号").focus()
    for _ in range(2):  # read twice, faster than the answers come
        operator.keyboard.type(mark(sent))
        operator.keyboard.press("Enter")
    expect(operator.get_by_text("すでに登録済みです（転居先不明）")).to_be_visible()
    assert ReturnedLetter.objects.get().letter == sent
    expect(operator.get_by_label("転居先不明")).to_be_checked()
    expect(operator.get_by_label("記号・番号")).to_be_focused()
    assert faults(operator) == []
