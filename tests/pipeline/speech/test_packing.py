"""Packed pieces keep their sound, their order and their times."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.packing import WINDOW, pack
from pipeline.speech.vad import SAMPLE_RATE, Piece

pieces_of_speech = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 10**8), st.integers(1, WINDOW)), max_size=40
).map(lambda rows: [Piece(channel, start, start + length) for channel, start, length in rows])


@given(pieces_of_speech, st.integers(0, SAMPLE_RATE))
def test_every_piece_is_in_one_window_and_every_sample_maps_back(pieces: list[Piece], gap: int) -> None:
    windows = pack(pieces, gap=gap)
    assert [piece for window in windows for piece in window.pieces] == pieces
    for window in windows:
        assert window.length <= WINDOW
        for index, (piece, offset) in enumerate(zip(window.pieces, window.offsets, strict=True)):
            middle = offset + piece.length // 2
            assert window.original(index, middle) == piece.start + piece.length // 2
            assert window.piece_ending_at(offset + piece.length - 1) == index


def test_word_that_starts_in_the_pause_belongs_to_the_piece_where_it_ends() -> None:
    (window,) = pack([Piece(0, 100, 200), Piece(0, 5000, 5100)], gap=50)
    assert window.offsets == (0, 150)
    assert window.piece_ending_at(160) == 1
    assert window.original(1, 120) == 5000  # never before its piece


def test_nothing_said_needs_no_window() -> None:
    assert pack([], gap=10) == []
