from hypothesis import given, settings
from hypothesis import strategies as st

from models.moments.windows import LEAD_TOKENS, TAIL_TOKENS, WINDOW_TOKENS, Window, pieces_of, windows_for

LENGTHS = st.lists(st.integers(1, 80), min_size=1, max_size=60)


def test_a_wanted_sentence_is_read_with_what_was_said_around_it() -> None:
    assert windows_for([30, 30, 30, 30, 20, 30], [3]) == [Window(start=1, end=5, first=3, last=4)]


def test_nothing_wanted_is_nothing_read() -> None:
    assert windows_for([10, 10], []) == []


@settings(max_examples=80)
@given(LENGTHS, st.data())
def test_every_wanted_sentence_is_judged_once_in_a_window_that_fits(lengths: list[int], data: st.DataObject) -> None:
    wanted = sorted(data.draw(st.sets(st.integers(0, len(lengths) - 1))))
    windows = windows_for(lengths, wanted)
    judged = [i for i in wanted for window in windows if window.first <= i < window.last]
    assert judged == wanted
    for window in windows:
        assert sum(lengths[window.start : window.end]) <= WINDOW_TOKENS
        assert sum(lengths[window.start : window.first]) <= LEAD_TOKENS
        assert sum(lengths[window.last : window.end]) <= TAIL_TOKENS


@settings(max_examples=60)
@given(LENGTHS, st.integers(1, WINDOW_TOKENS))
def test_pieces_for_training_cover_the_call_without_overlap(lengths: list[int], first_room: int) -> None:
    pieces = pieces_of(lengths, first_room)
    assert [index for start, end in pieces for index in range(start, end)] == list(range(len(lengths)))
    assert all(sum(lengths[start:end]) <= WINDOW_TOKENS for start, end in pieces)
