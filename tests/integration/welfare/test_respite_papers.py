"""What the switch prints and shows: its letter in every form, the applications, the pages."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import HoldTerms
from claims.services.clocks import refresh_clocks
from tests.factories.claims import claim
from tests.factories.debtors import person, protect
from tests.factories.handovers import text_of
from tests.factories.respites import LAST, REVIEW, ending, reached, switch_on
from welfare.models import Respite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def test_the_letter_says_what_stops_and_what_still_runs(chief):
    someone = person()
    claim(someone, due_on=date(2025, 8, 31)), claim(someone, kind="housing_rent", source="jutaku")
    count, text = text_of(switch_on(someone, chief).letter)
    for words in ("催告書・差押予告", "電話をかけること", "差し押さえること", "弁護士に引き渡すこと", "延滞金・遅延損害金は、この期間も増えます",
                  "時効の期間は、この期間も進みます", "督促状だけは", "法律による猶予や免除の決定ではありません", "令和9年2月19日（金）まで",
                  "徴収猶予（災害・病気など）", "履行延期特約", "市民税", "ご様子をうかがいます"):  # fmt: skip
        assert words.replace(" ", "") in text, words
    assert someone.address not in text
    assert "失業し" not in text
    assert count <= 2


def test_the_letter_says_nothing_of_the_dunning_where_the_city_stops_it_too(chief):
    for row in HoldTerms.objects.filter(reason="welfare"):
        row.channels = [*row.channels, "dunning"]
        row.save()
    someone = person()
    claim(someone)
    _, text = text_of(switch_on(someone, chief).letter)
    assert "督促状を送ること" in text
    assert "督促状だけは" not in text
    assert reached(someone, "dunning") == 0


@pytest.mark.parametrize(
    ("form", "words", "pages_"),
    [
        ("plain", ("「はらってください」", "Only the Japanese document has legal effect"), 4),
        ("large.pt", ("a prefeitura suspende as cartas".replace(" ", ""),), 4),
        ("vi", ("thành phố tạm ngừng".replace(" ", ""),), 3),
        ("zh", ("市政府暂停催缴信件和电话",), 3),
        ("en", ("the city pauses letters".replace(" ", ""),), 3),
    ],
)
def test_the_letter_is_explained_to_who_reads_other_words(chief, form, words, pages_):
    someone = person(letter_variant=form)
    claim(someone)
    count, text = text_of(switch_on(someone, chief).letter)
    for one in words:
        assert one.replace(" ", "") in text, one
    assert count <= pages_
    assert "¥" not in text.split("生活再建猶予のお知らせ")[0]


def test_an_application_holds_the_claims_it_is_for(chief, settings):
    someone = person()
    claim(someone, kind="housing_rent", source="jutaku")
    claim(someone)
    client = Client()
    client.force_login(chief)
    answer = client.get(reverse("welfare:relief-paper", args=[someone.number, "deferred_performance_c"]))
    assert answer.content.startswith(b"%PDF")
    for code in ("collection_stop_c", "tax_grace_disaster_other", "nothing"):
        assert client.get(reverse("welfare:relief-paper", args=[someone.number, code])).status_code == 404


def test_pages_show_what_stops_and_what_does_not(chief, collector):
    someone = person()
    claim(someone), ending(someone, LAST, instalment=2)
    client = Client()
    client.force_login(collector)
    page = client.get(reverse("welfare:respite-new", args=[someone.number])).content.decode()
    for words in (
        "期間中に終わる",
        "督促状",
        "法律が「発しなければならない」",
        "電話の順番",
        "一斉：一斉催告",
        "決裁に出す",
        "申請書を印刷する",
    ):
        assert words in page, words
    client.force_login(chief)
    page = client.get(reverse("welfare:respite-new", args=[someone.number]), {"last_on": "2026-12-20"}).content.decode()
    assert "期間中に終わる" not in page
    answer = client.post(
        reverse("welfare:respite-new", args=[someone.number]),
        {"last_on": "2026-12-20", "review_on": "2026-12-10", "why": "架空", "consulted": "架空"},
    )
    made = Respite.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("welfare:respite", args=[made.pk]))
    assert client.get(answer.url).status_code == 200
    assert client.get(reverse("welfare:respite-paper", args=[made.pk])).content.startswith(b"%PDF")
    assert client.get(reverse("welfare:respite-new", args=[someone.number])).status_code == 302
    said = client.post(reverse("welfare:respite-review", args=[made.pk]), {"outcome": "continue", "text": "架空"})
    assert "次の見直しの日を入れてください" in said.content.decode()
    assert client.get(reverse("welfare:respites")).status_code == 200
    assert client.get(reverse("claims:board")).status_code == 200


def test_the_letter_to_somebody_protected_is_handed_over_at_the_counter(chief):
    someone = person()
    claim(someone)
    protect(someone)
    assert "窓口でお渡しします" in text_of(switch_on(someone, chief).letter)[1]


def test_clocks_are_not_moved_by_it(chief):
    someone = person()
    owed = claim(someone)
    refresh_clocks([owed.pk])
    owed.refresh_from_db()
    before = owed.prescribes_on
    switch_on(someone, chief)
    refresh_clocks([owed.pk])
    owed.refresh_from_db()
    assert owed.prescribes_on == before
    assert not owed.events.exists()


def test_who_ends_one_is_told_that_its_extension_is_given_up(chief, collector, client, settings):
    settings.BASE_DATE = REVIEW
    someone = person()
    claim(someone)
    made = switch_on(someone, chief)
    days = {"on": REVIEW, "last_on": date(2027, 5, 19), "review_on": date(2027, 3, 20)}
    asked = switch_on(someone, collector, extends_id=made.pk, **days)
    client.force_login(chief)
    given = {"outcome": "end", "text": "就職した（架空）"}
    answer = client.post(reverse("welfare:respite-review", args=[made.pk]), given, follow=True)
    assert "決裁を待っていた延長は取りやめになりました" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.state == "dropped"
    assert client.get(reverse("welfare:respite", args=[asked.pk])).status_code == 200
