"""The screens of 文面の比較試験: registering, what the approver reads, what may be said when, chart, file, who may what."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from notices.models import Experiment, PrintRun
from notices.services import runs
from notices.services.rendering import render_chunk
from tests.factories.claims import claim, pay
from tests.factories.debtors import user
from tests.factories.experiments import QUESTION, SHORT, alone, registered, version
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import posted
from toyota_collect.models import AccessLog
from toyota_collect.notice_text import text_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts_fit")]
PRIMARY_OVER = DAY + timedelta(days=2 + 21 + 1)
SECONDARY_OVER = DAY + timedelta(days=2 + 42 + 1)


@pytest.fixture(autouse=True)
def _business_date(settings: Any) -> None:
    settings.DEMO, settings.BASE_DATE = True, DAY


def url(name: str, run: PrintRun) -> str:
    return reverse(f"notices:{name}", args=[run.pk])


def shown(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_from_the_form_to_the_page_of_who_approves(make_run, operator, client):
    claim(alone(1))
    run, trial = make_run(), version()
    first = text_on("consolidated", DAY)
    client.force_login(operator)
    assert "比較試験を登録する" in shown(client, url("run", run))
    form = shown(client, url("experiment-edit", run))
    assert "第1版（いまの文面）の割合" in form
    wrong = client.post(
        url("experiment-edit", run), {"question": QUESTION, f"share-{first.pk}": "50", f"share-{trial.pk}": "40"}
    )
    assert "いまは90％" in wrong.content.decode()
    assert not Experiment.objects.exists()
    chosen = {"question": QUESTION, f"share-{first.pk}": "60", f"share-{trial.pk}": "40"}
    assert client.post(url("experiment-edit", run), chosen)["Location"] == url("experiment", run)
    assert QUESTION in shown(client, url("run", run))
    assert "まだ始まっていません" in shown(client, url("experiment", run))
    asked = runs.ask_approval(run_id=run.pk, by=operator)
    client.force_login(user("supervisor"))
    told = shown(client, reverse("approvals:detail", args=[asked.pk]))
    for words in (QUESTION, SHORT, "ものさし（先に決めたもの）", "おもなものさし", "対象外", "40％"):
        assert words in told


def test_giving_up_goes_back_to_the_run(make_run, operator, client):
    claim(alone(1))
    run = make_run()
    registered(run, operator, version())
    client.force_login(operator)
    assert client.post(url("experiment-give-up", run))["Location"] == url("run", run)
    assert not Experiment.objects.exists()
    assert "比較試験はありません" in client.post(url("experiment-give-up", run), follow=True).content.decode()


@pytest.fixture
def sent_out(kept, drawn_run, quick, operator) -> PrintRun:
    """Forty households; of text A one in four pays, of text B all."""

    def make() -> PrintRun:
        owed = [claim(alone(n), principal_yen=10_000 + n) for n in range(80)]
        run: PrintRun = drawn_run()
        for chunk in run.chunks.all():
            render_chunk(chunk_id=chunk.pk)
        run.refresh_from_db()
        posted(run, operator)
        arm_of = dict(run.letters.values_list("person", "assignment__arm__place"))
        for n, one in enumerate(owed):
            if arm_of[one.identity.person_id] or n % 4 == 0:
                pay(one, 1_000, on=DAY + timedelta(days=5))
        return run

    return kept(make)


def test_what_may_be_said_and_when(sent_out, client, settings):
    client.force_login(user("auditor"))
    settings.BASE_DATE = PRIMARY_OVER - timedelta(days=1)
    early = shown(client, url("experiment", sent_out))
    assert early.count("まだ途中です") == 2
    assert "95％区間" not in early
    assert "data-chart" not in early
    settings.BASE_DATE = PRIMARY_OVER
    over = shown(client, url("experiment", sent_out))
    assert over.count("まだ途中です") == 1
    assert re.search(r"Bは、Aより反応した割合が[\d.]+〜[\d.]+ポイント高いと言えます", over)
    assert "対象外の人はいません" in over
    settings.BASE_DATE = SECONDARY_OVER
    assert "参考：Bは" in shown(client, url("experiment", sent_out))


def test_the_chart_is_the_table_beside_it(sent_out, client, settings):
    client.force_login(user("supervisor"))
    settings.BASE_DATE = SECONDARY_OVER
    page = shown(client, url("experiment", sent_out))
    assert 'data-chart="bars"' in page
    assert 'data-table="rate-table"' in page
    assert "echarts.min.js" in page
    table = re.search(r'<table class="data" id="rate-table">.*?</table>', page, re.S)
    assert table is not None
    assert re.findall(r"<th scope=\"col\"[^>]*>([^<]+)<", table[0]) == ["文面", "3週間まで（％）", "6週間まで（％）"]
    rows = re.findall(r"文面([AB])</th><td class=\"num\">([\d.]+)</td><td class=\"num\">([\d.]+)</td>", table[0])
    assert [name for name, *_ in rows] == ["A", "B"]
    assert rows[1][1:] == ("100.0", "100.0")


def test_the_file_has_the_figures_and_nobodys_name(sent_out, client, settings):
    client.force_login(user("supervisor"))
    settings.BASE_DATE = PRIMARY_OVER
    answer = client.get(url("experiment-csv", sent_out))
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["日数"], row["文面"]) for row in rows] == [("21", "A"), ("21", "B"), ("42", "A"), ("42", "B")]
    assert (rows[1]["組"], rows[1]["反応した組"], rows[1]["納付額（円）"], rows[1]["反応した割合（％）"]) == (
        "40", "40", "40000", "100.00"
    )  # fmt: skip
    assert float(rows[1]["差の区間の下"]) > 0
    assert rows[2]["言えること"].startswith("まだ途中です")
    assert rows[2]["反応した割合（％）"] == ""
    assert "架空" not in text
    assert AccessLog.objects.filter(action="experiment.csv").count() == 1


def test_the_list_leads_to_each_and_says_when_there_is_none(make_run, operator, client):
    client.force_login(user("supervisor"))
    assert "まだありません" in shown(client, reverse("notices:experiments"))
    claim(alone(1))
    run = make_run()
    registered(run, operator, version())
    listed = shown(client, reverse("notices:experiments"))
    assert url("experiment", run) in listed
    assert QUESTION in listed


def test_the_page_asks_as_often_for_many_as_for_few(sent_out, client, settings, django_assert_max_num_queries):
    client.force_login(user("supervisor"))
    settings.BASE_DATE = SECONDARY_OVER
    with django_assert_max_num_queries(45):
        shown(client, url("experiment", sent_out))


def test_a_version_for_comparison_says_so_where_versions_are_kept(client):
    client.force_login(user("supervisor"))
    trial = version()
    page = shown(client, reverse("notices:text", args=[trial.pk]))
    assert "文面の比較試験だけ" in page
    assert "第1版" in shown(client, reverse("notices:texts"))
    form = shown(client, reverse("notices:text-edit", args=[trial.pk]))
    assert "文面の比較試験だけに使う" in form
