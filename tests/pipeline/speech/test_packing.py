"""Packed pieces keep their sound, their order and their times."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.packing import LONGEST, even_batches, pack
from pipeline.speech.vad import SAMPLE_RATE, Piece


def laid_out(rows: list[tuple[int, int]]) -> list[Piece]:
    """Pieces of one channel in order, from pauses and lengths."""
    pieces, at = [], 0
    for pause, length in rows:
        pieces.append(Piece(0, at + pause, at + pause + length))
        at += pause + length
    return pieces


pieces_of_speech = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(1, 28 * SAMPLE_RATE)), min_size=1, max_size=40
).map(laid_out)
contexts = st.integers(0, SAMPLE_RATE // 2)


@given(pieces_of_speech, contexts, st.integers(5, 25), st.integers(0, SAMPLE_RATE))
def test_every_piece_is_in_one_window_and_every_sample_maps_back(
    pieces: list[Piece], context: int, target: int, rest: int
) -> None:
    samples = pieces[-1].stop + rest
    windows = pack(pieces, context=context, samples=samples, target=target * SAMPLE_RATE)
    assert [piece for window in windows for piece in window.pieces] == pieces
    for window in windows:
        assert window.length <= LONGEST
        assert window.length == sum(stop - start for start, stop in window.spans)
        for index, (piece, (start, _), offset) in enumerate(
            zip(window.pieces, window.spans, window.offsets, strict=True)
        ):
            middle = offset + piece.start - start + piece.length // 2
            assert window.original(index, middle) == piece.start + piece.length // 2
            assert window.piece_ending_at(offset + piece.stop - 1 - start) == index


@given(pieces_of_speech, contexts, st.integers(0, SAMPLE_RATE))
def test_sound_around_a_piece_is_the_calls_own_and_nothing_is_heard_twice(
    pieces: list[Piece], context: int, rest: int
) -> None:
    samples = pieces[-1].stop + rest
    spans = [
        span
        for window in pack(pieces, context=context, samples=samples, target=20 * SAMPLE_RATE)
        for span in window.spans
    ]
    assert spans[0][0] >= 0 and spans[-1][1] <= samples
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    for piece, (start, stop) in zip(pieces, spans, strict=True):
        assert piece.start - context <= start <= piece.start and piece.stop <= stop <= piece.stop + context


def test_word_that_starts_in_the_pause_belongs_to_the_piece_where_it_ends() -> None:
    (window,) = pack([Piece(0, 100, 200), Piece(0, 5000, 5100)], context=50, samples=6000, target=1000)
    assert window.spans == ((50, 250), (4950, 5150))
    assert window.piece_ending_at(210) == 1
    assert window.original(1, 210) == 5000  # never before its piece
    assert window.original(0, 199) == 200  # nor behind it


def test_nothing_said_needs_no_window() -> None:
    assert pack([], context=10, samples=100, target=100) == []


def test_windows_share_the_speech_evenly() -> None:
    pieces = [Piece(0, i * 100_000, i * 100_000 + 2 * SAMPLE_RATE) for i in range(25)]
    lengths = [
        window.length / SAMPLE_RATE
        for window in pack(pieces, context=0, samples=pieces[-1].stop, target=20 * SAMPLE_RATE)
    ]
    assert len(lengths) == 3
    assert max(lengths) - min(lengths) <= 2


@given(pieces_of_speech, st.integers(30, 300))
def test_batches_keep_every_window_in_order_and_bound_the_memory(pieces: list[Piece], seconds: int) -> None:
    windows = pack(pieces, context=0, samples=pieces[-1].stop, target=20 * SAMPLE_RATE)
    batches = even_batches(windows, seconds * SAMPLE_RATE)
    assert [window for batch in batches for window in batch] == windows
    assert all(sum(window.length for window in batch) <= seconds * SAMPLE_RATE + LONGEST for batch in batches)
