"""What is read once inside one piece of work."""

from toyota_collect.held import held, is_held, once

asked: list[object] = []


@once
def answer(of: int, *, plus: int = 0) -> int:
    asked.append((of, plus))
    return of + plus


def test_the_same_question_is_asked_once_inside_and_anew_outside():
    asked.clear()
    with held():
        assert [answer(1), answer(1), answer(1, plus=1)] == [1, 1, 2]
    assert asked == [(1, 0), (1, 1)]
    assert [answer(1), answer(1)] == [1, 1]
    assert len(asked) == 4


def test_whether_a_piece_of_work_goes_on_is_known():
    assert not is_held()
    with held():
        assert is_held()
    assert not is_held()


def test_two_pieces_of_work_share_nothing():
    asked.clear()
    for _ in range(2):
        with held():
            answer(1)
    assert len(asked) == 2
