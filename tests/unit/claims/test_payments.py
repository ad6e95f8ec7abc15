"""The principal and its payments, from what was booked."""

from datetime import date

import pytest

from claims.rules.payments import PrincipalEntry as E
from claims.rules.payments import principal_and_payments

JUNE, SEPT, OCT = date(2026, 6, 1), date(2026, 9, 1), date(2026, 10, 1)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([E("levy", 10_000, JUNE)], (10_000, []), id="nothing paid"),
        pytest.param(
            [E("levy", 10_000, JUNE), E("receipt", -3_000, OCT), E("receipt", -1_000, SEPT), E("set_off", -500, OCT)],
            (10_000, [(SEPT, 1_000), (OCT, 3_500)]),
            id="payments by day, ascending",
        ),
        pytest.param(
            [E("levy", 10_000, JUNE), E("receipt", -3_000, SEPT), E("correction", -2_000, OCT)],
            (8_000, [(SEPT, 3_000)]),
            id="a later correction counts from the beginning",
        ),
        pytest.param(
            [E("levy", 10_000, JUNE), E("exemption", -10_000, OCT)],
            (0, []),
            id="exempted altogether",
        ),
        pytest.param(
            [E("levy", 10_000, JUNE), E("receipt", -3_000, SEPT), E("reversal", 3_000, OCT, "receipt", SEPT)],
            (10_000, []),
            id="a reversed payment was never made",
        ),
        pytest.param(
            [E("levy", 10_000, JUNE), E("reversal", -10_000, OCT, "levy", JUNE), E("levy", 9_000, OCT)],
            (9_000, []),
            id="a reversed levy",
        ),
        pytest.param(
            [E("levy", 10_000, JUNE), E("receipt", -4_000, SEPT), E("receipt", -6_000, OCT), E("refund", 7_000, OCT)],
            (10_000, [(SEPT, 3_000)]),
            id="a refund is taken off the latest payments",
        ),
        pytest.param(
            [E("levy", 10_000, JUNE), E("receipt", -4_000, SEPT), E("refund", 1_000, OCT), E("refund", 500, OCT)],
            (10_000, [(SEPT, 2_500)]),
            id="two refunds",
        ),
        pytest.param(
            [E("levy", 10_000, JUNE), E("receipt", -4_000, SEPT), E("receipt", -3_000, OCT),
             E("reversal", 3_000, OCT, "receipt", OCT), E("refund", 1_000, OCT)],
            (10_000, [(SEPT, 3_000)]),
            id="a refund is not taken off a reversed payment",
        ),
        pytest.param([E("levy", 10_000, JUNE), E("receipt", -1, SEPT)], (10_000, [(SEPT, 1)]), id="one yen paid"),
        pytest.param(
            [E("levy", 10_000, JUNE), E("correction", -10_001, OCT)],
            (0, []),
            id="no principal below nothing",
        ),
        pytest.param(
            [E("levy", 10_000, JUNE), E("write_off", -10_000, OCT)],
            (10_000, [(OCT, 10_000)]),
            id="a write-off ends the charge",
        ),
    ],
)  # fmt: skip
def test_principal_and_payments(entries, expected):
    assert principal_and_payments(entries) == expected
