"""The main job in the browser: one person makes a run, another approves it, it finishes, one letter is opened."""

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from queue import Queue
from threading import Thread
from typing import Any

import pytest
import pyzipper
from celery import current_app
from django.db import connection, transaction
from playwright.sync_api import Page, expect

from claims.models import Claim
from notices.models import Letter, PrintRun, ReturnedLetter
from notices.rules.marks import read_mark
from notices.services.engine import marks_of
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
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
        transaction.on_commit(lambda: jobs.put((task, arguments)))

    def work() -> None:
        while job := jobs.get():
            current_app.tasks[f"notices.tasks.{job[0]}"].apply(kwargs=job[1])
        connection.close()

    for place in ("services.runs", "services.rendering", "services.jobs", "tasks"):
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
    take(operator, "run")

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
    expect(operator.get_by_role("main").get_by_text("引き抜く催告書が1通増えました")).to_be_visible(timeout=30_000)
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
    expect(operator.get_by_role("main").get_by_text("抜き取りを確認しました")).to_be_visible()
    expect(operator.get_by_role("row", name=re.compile(f"{pulled.number}.*確認済"))).to_be_visible()
    assert faults(operator) == []

    supervisor.goto(f"/demands/{run.pk}/seal/")
    assert faults(supervisor) == []
    supervisor.get_by_role("button", name="1通を封緘する").click()
    link = supervisor.get_by_role("link", name="封緘証明書")
    expect(link).to_be_visible(timeout=60_000)
    assert faults(supervisor) == []
    paper = supervisor.context.request.get(link.get_attribute("href") or "")
    assert (paper.headers["content-type"], paper.body()[:5]) == ("application/pdf", b"%PDF-")

    operator.goto(f"/demands/{run.pk}/")
    operator.get_by_role("link", name="引渡しへ").click()
    assert faults(operator) == []
    _sealed_file_holds(operator, sent, pulled)
    operator.get_by_role("button", name="委託先に渡すデータを作る").click()
    operator.get_by_role("link", name="委託先に渡すデータ", exact=True).click(timeout=60_000)
    _pack_opens(operator, sent)
    operator.get_by_role("link", name="封緘と発送", exact=True).click()
    operator.get_by_label("引渡し先").fill("架空印刷株式会社")
    operator.get_by_label("数えた封筒の数").fill("1")
    operator.get_by_label("データの渡し方").fill("暗号化した媒体を職員が手渡し")
    operator.get_by_label("パスワードの伝え方").fill("担当者へ電話")
    operator.get_by_role("button", name="引渡しを登録する").click()
    operator.get_by_role("button", name="発送を登録する").click()
    expect(operator.get_by_role("main").get_by_text("発送を登録しました")).to_be_visible(timeout=60_000)
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


def _sealed_file_holds(operator: Page, sent: Letter, pulled: Letter) -> None:
    """The file that is printed has the sheets of the letter that goes, and none of the one that was pulled."""
    link = operator.get_by_role("link", name="印刷ファイル1（PDF）").get_attribute("href") or ""
    marks = marks_of(operator.context.request.get(link).body())
    sent.refresh_from_db()
    assert [read_mark(text).serial for text in marks] == [sent.serial] * sent.sheets
    assert pulled.serial != sent.serial


def _pack_opens(operator: Page, sent: Letter) -> None:
    """What the outsourcer gets opens with the password that is shown, and says nothing of the person beside the pages."""
    assert faults(operator) == []
    link = operator.get_by_role("link", name="データを取り出す").get_attribute("href") or ""
    body = operator.context.request.get(link).body()
    operator.get_by_role("button", name="パスワードを表示する").click()
    word = operator.locator(".one-time-word").inner_text()
    assert faults(operator) == []
    with pyzipper.AESZipFile(BytesIO(body)) as archive:
        archive.setpassword(word.encode())
        assert archive.read("print-0001.pdf")[:5] == b"%PDF-"
        assert sent.name not in archive.read("sheets.csv").decode()
