"""Packed pieces keep their sound, their order and their times."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.packing import LONGEST, even_batches, pack
from pipeline.speech.vad import SAMPLE_RATE, Piece

pieces_of_speech = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 10**8), st.integers(1, 28 * SAMPLE_RATE)), max_size=40
).map(lambda rows: [Piece(channel, start, start + length) for channel, start, length in rows])


@given(pieces_of_speech, st.integers(0, SAMPLE_RATE), st.integers(5, 25))
def test_every_piece_is_in_one_window_and_every_sample_maps_back(pieces: list[Piece], gap: int, target: int) -> None:
    windows = pack(pieces, gap=gap, target=target * SAMPLE_RATE)
    assert [piece for window in windows for piece in window.pieces] == pieces
    for window in windows:
        assert window.length <= LONGEST
        for index, (piece, offset) in enumerate(zip(window.pieces, window.offsets, strict=True)):
            middle = offset + piece.length // 2
            assert window.original(index, middle) == piece.start + piece.length // 2
            assert window.piece_ending_at(offset + piece.length - 1) == index


def test_word_that_starts_in_the_pause_belongs_to_the_piece_where_it_ends() -> None:
    (window,) = pack([Piece(0, 100, 200), Piece(0, 5000, 5100)], gap=50, target=1000)
    assert window.offsets == (0, 150)
    assert window.piece_ending_at(160) == 1
    assert window.original(1, 120) == 5000  # never before its piece


def test_nothing_said_needs_no_window() -> None:
    assert pack([], gap=10, target=100) == []


def test_windows_share_the_speech_evenly() -> None:
    pieces = [Piece(0, i * 100_000, i * 100_000 + 2 * SAMPLE_RATE) for i in range(25)]
    lengths = [window.length / SAMPLE_RATE for window in pack(pieces, gap=0, target=20 * SAMPLE_RATE)]
    assert len(lengths) == 3
    assert max(lengths) - min(lengths) <= 2


@given(pieces_of_speech, st.integers(30, 300))
def test_batches_keep_every_window_in_order_and_bound_the_memory(pieces: list[Piece], seconds: int) -> None:
    windows = pack(pieces, gap=0, target=20 * SAMPLE_RATE)
    batches = even_batches(windows, seconds * SAMPLE_RATE)
    assert [window for batch in batches for window in batch] == windows
    assert all(sum(window.length for window in batch) <= seconds * SAMPLE_RATE + LONGEST for batch in batches)
