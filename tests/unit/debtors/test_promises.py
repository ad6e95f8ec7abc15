"""Whether a promise was kept: the sum, the days, nothing else."""

from datetime import date

import pytest

from debtors.rules.promises import is_kept

GIVEN, PROMISED = date(2026, 11, 9), date(2026, 11, 20)
FIRST, LATE = date(2026, 11, 10), date(2026, 11, 21)


@pytest.mark.parametrize(
    ("payments", "yen", "kept"),
    [
        pytest.param([], None, False, id="nothing came"),
        pytest.param([(PROMISED, 1)], None, True, id="no sum was named: any money"),
        pytest.param([(GIVEN, 9_000)], None, False, id="on the day it was given"),
        pytest.param([(FIRST, 3_000)], 3_000, True, id="the day after it was given"),
        pytest.param([(PROMISED, 3_000)], 3_000, True, id="on its day"),
        pytest.param([(LATE, 3_000)], 3_000, False, id="a day late"),
        pytest.param([(FIRST, 2_999)], 3_000, False, id="a yen short"),
        pytest.param([(FIRST, 2_000), (PROMISED, 1_000)], 3_000, True, id="in two parts"),
        pytest.param([(FIRST, 2_000), (LATE, 1_000)], 3_000, False, id="the rest a day late"),
    ],
)
def test_money_in_time_keeps_a_promise(payments, yen, kept):
    assert is_kept(payments, given_on=GIVEN, promised_on=PROMISED, promised_yen=yen) is kept
