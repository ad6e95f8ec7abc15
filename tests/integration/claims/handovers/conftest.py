"""Who takes part in a handover. All synthetic."""

import pytest

from claims.models import ClaimKind
from tests.factories.debtors import user
from tests.factories.handovers import AFTER
from toyota_collect.permissions import Role


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def section():
    return ClaimKind.objects.get(code="housing_rent").section


@pytest.fixture
def clerk(section):
    return user(Role.SECTION_VIEWER, section=section)


@pytest.fixture
def chief():
    return user(Role.SUPERVISOR)


@pytest.fixture
def director():
    return user(Role.SUPERVISOR)


@pytest.fixture(autouse=True)
def _decided_after_the_deadline(request, settings):
    """Decisions ask the business date for the day: it is the day after the deadline, and after the handing in."""
    settings.BASE_DATE = AFTER
