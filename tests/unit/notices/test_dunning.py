"""督促状: the days, the article, what follows and the appeal, by law and class."""

from datetime import date

import pytest

from notices.rules import dunning

TABLE = {"kinds": {"nhi_tax": "地方税法726条"}, "classes": {"A": "自治法231条の3", "C": "自治令171条"}}
WORDS = {"seizure": "差押え", "court": "裁判所"}
APPEAL = {"tax": "{body}に。{city}を被告。裁決の後。", "other": "{body}に。{city}を被告。"}


@pytest.mark.parametrize(
    ("due_on", "last"),
    [(date(2026, 10, 31), date(2026, 11, 20)), (date(2028, 2, 9), date(2028, 2, 29))],
    ids=["規則3条: the 20th day counted from the day after", "leap day"],
)
def test_sent_within_twenty_days(due_on, last):
    assert dunning.latest_on(due_on, within_days=20) == last


def test_deadline_counts_the_day_of_sending_地税331条(  # 発した日から起算して10日を経過した日
):
    assert dunning.deadline_on(date(2026, 11, 20), days=10) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("kind", "legal_class", "is_tax", "article"),
    [
        ("nhi_tax", "A", True, "地方税法726条"),
        ("bathing_tax", "A", True, ""),
        ("nursery_fee", "A", False, "自治法231条の3"),
        ("housing_rent", "C", False, "自治令171条"),
        ("x", "B", False, ""),
    ],
)
def test_no_article_no_letter(kind, legal_class, is_tax, article):
    assert dunning.statute_of(TABLE, kind=kind, legal_class=legal_class, is_tax=is_tax) == article


@pytest.mark.parametrize(
    ("legal_class", "self_execution", "text"),
    [("A", True, "差押え"), ("A", False, "裁判所"), ("B", False, "裁判所"), ("C", False, "裁判所")],
)
def test_only_what_enforces_itself_threatens_seizure(legal_class, self_execution, text):
    found = dunning.consequence_of(WORDS, legal_class=legal_class, self_execution=self_execution)
    assert found.text == text


@pytest.mark.parametrize(
    ("body", "is_tax", "text"),
    [
        ("豊田市長", True, "豊田市長に。豊田市を被告。裁決の後。"),
        ("愛知県介護保険審査会", False, "愛知県介護保険審査会に。豊田市を被告。"),
        ("", False, ""),
    ],
    ids=["地税19条の12", "介護183条", "a private claim has no 教示"],
)
def test_appeal_names_the_right_body(body, is_tax, text):
    assert dunning.appeal_text(APPEAL, body=body, is_tax=is_tax, city="豊田市") == text
