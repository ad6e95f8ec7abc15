"""The route by which money came in, on the days around each event. Synthetic."""

from datetime import date

import pytest

from lawyers.rules.fee_route import Course, route_on

MAY, JUNE, JULY = date(2026, 5, 10), date(2026, 6, 10), date(2026, 7, 10)


@pytest.mark.parametrize(
    ("day", "courses", "expected"),
    [
        pytest.param(JUNE, [], "talks", id="自作: no proceeding"),
        pytest.param(MAY, [Course("payment_order", {"filed": JUNE})], "talks", id="自作: before the filing"),
        pytest.param(JUNE, [Course("payment_order", {"filed": JUNE})], "payment_order", id="自作: on its day"),
        pytest.param(JUNE, [Course("summary", {"filed": MAY})], "suit", id="自作: a suit"),
        pytest.param(JUNE, [Course("small", {"filed": MAY})], "suit", id="自作: a small suit"),
        pytest.param(JUNE, [Course("district", {})], "talks", id="自作: decided, not filed"),
        pytest.param(
            JUNE, [Course("payment_order", {"filed": MAY, "objection": JULY})], "payment_order", id="自作: not yet"
        ),
        pytest.param(
            JULY, [Course("payment_order", {"filed": MAY, "objection": JULY})], "suit", id="民事訴訟法395条: 異議で訴訟"
        ),
        pytest.param(
            JULY, [Course("summary", {"filed": MAY, "execution_asked": JULY})], "execution", id="自作: execution"
        ),
        pytest.param(JUNE, [Course("summary", {"filed": MAY, "withdrawn": JUNE})], "talks", id="自作: withdrawn"),
        pytest.param(MAY, [Course("summary", {"filed": MAY, "withdrawn": JUNE})], "suit", id="自作: before that"),
        pytest.param(
            JULY,
            [Course("payment_order", {"filed": MAY}), Course("summary", {"filed": JUNE})],
            "suit",
            id="自作: the later of two",
        ),
        pytest.param(
            JULY,
            [Course("payment_order", {"filed": MAY}), Course("summary", {"filed": JUNE, "dismissed": JULY})],
            "payment_order",
            id="自作: the later came to nothing",
        ),
    ],
)
def test_the_route_on_a_day(day, courses, expected):
    assert route_on(day, courses) == expected
