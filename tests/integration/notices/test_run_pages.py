"""The screens of a run: who may do what, what they show, and that every look at a person's letter is logged."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from notices.models import Letter, PrintRun
from notices.services import runs
from notices.services.rendering import render_chunk
from notices.tasks import count_run
from tests.factories.claims import claim
from tests.factories.debtors import person, protect, user
from tests.integration.notices.conftest import DAY
from toyota_collect import approvals
from toyota_collect.models import AccessLog, Approval, Section

pytestmark = pytest.mark.django_db
CHOSEN = {
    "as_of": "2026-11-20",
    "issued_on": "2026-12-01",
    "deadline_on": "2026-12-25",
    "minimum_yen": "1000",
    "slip_policy": "kind",
}


@pytest.fixture(autouse=True)
def _business_date(settings):
    settings.DEMO, settings.BASE_DATE = True, DAY


@pytest.fixture
def as_operator(client, operator):
    client.force_login(operator)
    return client


@pytest.fixture
def run(kept, finished_run):
    """One letter, checked."""

    def make() -> PrintRun:
        claim(person())
        return finished_run()

    return kept(make)


@pytest.fixture
def counted(kept, make_run):
    """One letter, counted."""

    def make() -> PrintRun:
        claim(person())
        return make_run()

    return kept(make)


def url(name, run, *more):
    return reverse(f"notices:{name}", args=[run.pk, *more])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_from_the_form_to_the_letter(as_operator, operator, client, quick, sent):
    claim(person(name="架空 花子"), principal_yen=20_000)
    answer = as_operator.post(reverse("notices:new"), CHOSEN)
    run = PrintRun.objects.get()
    assert (answer.status_code, answer["Location"], run.state) == (302, url("run", run), "counting")
    assert "hx-get" in as_operator.get(url("progress", run), {"counting": 1}).content.decode()
    count_run(**sent.pop()[1])
    assert "data-finished" in as_operator.get(url("progress", run), {"counting": 1}).content.decode()
    assert "決裁を依頼する" in as_operator.get(url("run", run)).content.decode()

    as_operator.post(url("ask", run), {"reason": "年末の催告"})
    assert Approval.objects.get().reason == "年末の催告"
    assert "決裁を待っています" in as_operator.get(url("run", run)).content.decode()
    approvals.decide(approval_id=Approval.objects.get().pk, decision="approved", by=user("supervisor"))
    assert "開始する" in as_operator.get(url("run", run)).content.decode()

    as_operator.post(url("start", run))
    assert "hx-get" in as_operator.get(url("progress", run)).content.decode()
    for chunk in runs.fix_amounts(run_id=run.pk, by=operator, today=DAY):
        render_chunk(chunk_id=chunk)
    assert "data-finished" in as_operator.get(url("progress", run)).content.decode()
    page = as_operator.get(url("run", run)).content.decode()
    assert "検査済" in page

    letter = Letter.objects.get()
    assert "架空 花子" in as_operator.get(url("letters", run), {"q": "花子"}).content.decode()
    assert "架空 花子" not in as_operator.get(url("letters", run), {"q": "太郎"}).content.decode()
    assert letter.number in as_operator.get(url("letter", letter)).content.decode()
    pdf = as_operator.get(url("letter-pdf", letter))
    assert (pdf["Content-Type"], pdf["Cache-Control"]) == ("application/pdf", "no-store")


def test_every_look_at_a_letter_is_logged_with_its_person(as_operator, run):
    letter = run.letters.get()
    for name in ("letter", "letter-pdf"):
        as_operator.get(url(name, letter))
    looked = AccessLog.objects.order_by("pk").values_list("action", "person_key", "purpose")
    assert list(looked) == [
        ("letter", letter.person.number, "print"),
        ("letter.pdf", letter.person.number, "print"),
    ]


def test_lists_and_print_files_are_logged(as_operator, run):
    for name, *more in (("letters",), ("exclusions",), ("manifest",), ("bundle", 1)):
        assert as_operator.get(url(name, run, *more)).status_code == 200
    assert set(AccessLog.objects.values_list("action", flat=True)) == {
        "run.letters",
        "run.exclusions",
        "run.manifest",
        "run.bundle",
    }


def test_a_print_file_that_was_changed_is_not_handed_out(as_operator, run, media):
    (media / run.chunks.get().path).write_bytes(b"other")
    assert as_operator.get(url("bundle", run, 1)).status_code == 404


@pytest.mark.parametrize("role", ["lawyer", "welfare_worker", "section_viewer", "receipts_clerk", "administrator"])
def test_roles_without_a_part_in_runs_see_nothing(role, client, run):
    letter = run.letters.get()
    client.force_login(user(role, section=Section.objects.first() if role == "section_viewer" else None))
    pages = {name: [run.pk] for name in ("run", "progress", "exclusions", "letters")}
    pages |= {"runs": [], "new": [], "letter": [letter.pk], "letter-pdf": [letter.pk]}
    answers = {name: client.get(reverse(f"notices:{name}", args=args)).status_code for name, args in pages.items()}
    assert answers == dict.fromkeys(pages, 403)


@pytest.mark.parametrize("name", ["count", "ask", "start", "retry"])
def test_the_supervisor_looks_but_does_not_prepare(name, client, counted):
    client.force_login(user("supervisor"))
    assert client.get(url("run", counted)).status_code == 200
    assert client.post(url(name, counted)).status_code == 403


def test_the_auditor_sees_counts_but_no_people(client, finished_run):
    claim(person(name="架空 花子"))
    run = finished_run()
    client.force_login(user("auditor"))
    page = client.get(url("run", run)).content.decode()
    assert "架空 花子" not in page
    assert client.get(url("letters", run)).status_code == 403


def test_starting_without_approval_is_refused_with_a_sentence(as_operator, counted):
    answer = as_operator.post(url("start", counted))
    assert said(answer) == ["決裁がまだです。決裁者の承認を待ってから開始してください。"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"deadline_on": "2026-12-01"}, "deadline_on", id="deadline on the day of issue"),
        pytest.param({"issued_on": "2026-11-19"}, "issued_on", id="issued yesterday"),
        pytest.param({"as_of": "2026-12-26"}, "as_of", id="reckoned after the deadline"),
        pytest.param({"as_of": "2026-01-01"}, "as_of", id="reckoned long ago"),
        pytest.param({"minimum_yen": "0"}, "minimum_yen", id="no minimum"),
        pytest.param({"slip_policy": "person"}, "slip_policy", id="one slip a person without leave"),
        pytest.param({"kinds": ["nothing"]}, "kinds", id="unknown kind"),
        pytest.param({"deadline_on": "あした"}, "deadline_on", id="no date"),
    ],
)
def test_conditions_that_cannot_be_are_named(changes, field, as_operator):
    answer = as_operator.post(reverse("notices:new"), CHOSEN | changes)
    assert list(answer.context["form"].errors) == [field]
    assert PrintRun.objects.count() == 0


def test_a_counted_run_can_be_changed(as_operator, make_run, sent):
    claim(person(), principal_yen=3_000)
    run = make_run()
    assert as_operator.get(url("edit", run)).status_code == 200
    as_operator.post(url("edit", run), CHOSEN | {"minimum_yen": "5000"})
    count_run(**sent.pop()[1])
    run.refresh_from_db()
    assert (run.minimum_yen, run.counts["excluded"]) == (5_000, {"below_minimum": 1})


def test_people_left_out_are_listed_by_reason_without_addresses(as_operator, make_run):
    hidden = person(name="架空 秘子", address="愛知県豊田市秘密町1番地", kana_key="ヒミツ")
    protect(hidden)
    claim(hidden)
    claim(person(name="架空 故郎", died_on=date(2026, 1, 1)))
    run = make_run()
    page = as_operator.get(url("exclusions", run), {"reason": "protected"}).content.decode()
    assert "架空 秘子" in page
    assert "架空 故郎" not in page
    assert "秘密町" not in page


def test_a_letter_of_somebody_now_protected_is_refused(as_operator, finished_run):
    someone = person()
    claim(someone)
    letter = finished_run().letters.get()
    protect(someone, starts_on=DAY)
    answer = as_operator.get(url("letter-pdf", letter))
    assert answer.status_code == 403
    assert "支援措置" in answer.content.decode()


def test_the_person_page_has_a_panel_of_real_letters(client, finished_run):
    someone = person()
    claim(someone)
    run = finished_run()
    client.force_login(user("collector"))
    panel = client.get(reverse("notices:person-panel", args=[someone.number])).content.decode()
    assert run.title in panel
    PrintRun.objects.update(is_sample=True)
    panel = client.get(reverse("notices:person-panel", args=[someone.number])).content.decode()
    assert run.title not in panel


def test_the_page_of_a_run_asks_the_same_queries_whatever_its_size(
    as_operator, finished_run, django_assert_max_num_queries
):
    for _ in range(20):
        claim(person())
    run = finished_run()
    with django_assert_max_num_queries(30):
        as_operator.get(url("run", run))
