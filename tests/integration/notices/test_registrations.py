"""What the app adds to the pages of others."""

from datetime import date

import pytest
from django.urls import reverse

from notices.happenings import happenings
from notices.models import PrintRun
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.integration.notices.conftest import DAY
from toyota_collect.models import Section
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db


def test_the_channel_panel_and_navigation_are_known():
    assert registry.channels["notice"].label == "催告"
    assert registry.panels["letters"].url_name == "notices:person-panel"
    assert reverse("notices:runs") in {reverse(item.url_name) for item in registry.nav}


def test_a_letter_stands_in_the_persons_course_from_its_day_on(finished_run):
    someone = person()
    claim(someone)
    run = finished_run(issued_on=date(2026, 12, 1))
    seen = [one.text for one in happenings(someone, user("collector"), date(2026, 12, 1))]
    assert len(seen) == 1
    assert run.title in seen[0]
    assert list(happenings(someone, user("collector"), DAY)) == []
    PrintRun.objects.update(is_sample=True)
    assert list(happenings(someone, user("collector"), date(2026, 12, 1))) == []


def test_the_course_tells_no_letter_to_those_who_may_not_see_letters(finished_run):
    someone = person()
    claim(someone)
    finished_run()
    viewer = user("section_viewer", section=Section.objects.first())
    assert list(happenings(someone, viewer, DAY)) == []
