"""Packed pieces keep their sound, their order and their times."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.packing import Window, even_batches, pack
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
LONGEST = 29 * SAMPLE_RATE  # the longest piece with its context
BATCH = 210 * SAMPLE_RATE


def packed(*channels: list[Piece], context: int = 0, rest: int = 0, seconds: tuple[int, ...] = (20,)) -> list[Window]:
    samples = max((pieces[-1].stop for pieces in channels if pieces), default=0) + rest
    lengths = [one * SAMPLE_RATE for one in seconds]
    return pack(channels, context=context, samples=samples, lengths=lengths, batch=BATCH)


@given(pieces_of_speech, contexts, st.integers(5, 25), st.integers(0, SAMPLE_RATE))
def test_every_piece_is_in_one_window_and_every_sample_maps_back(
    pieces: list[Piece], context: int, target: int, rest: int
) -> None:
    windows = packed(pieces, context=context, rest=rest, seconds=(target, target + 3))
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
    spans = [span for window in packed(pieces, context=context, rest=rest) for span in window.spans]
    assert spans[0][0] >= 0 and spans[-1][1] <= pieces[-1].stop + rest
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    for piece, (start, stop) in zip(pieces, spans, strict=True):
        assert piece.start - context <= start <= piece.start and piece.stop <= stop <= piece.stop + context


@given(pieces_of_speech, contexts, st.data())
def test_rest_of_a_window_is_all_that_stands_behind_and_maps_back(
    pieces: list[Piece], context: int, data: st.DataObject
) -> None:
    window = packed(pieces, context=context)[0]
    index = data.draw(st.integers(0, len(window.pieces) - 1))
    start = data.draw(st.integers(0, window.pieces[index].stop - 1))
    rest = window.rest(index, start)
    assert rest.pieces[1:] == window.pieces[index + 1 :]
    assert (rest.pieces[0].start, rest.pieces[0].stop) == (max(start, pieces[index].start), pieces[index].stop)
    assert rest.length == sum(stop - start for start, stop in rest.spans) <= window.length - window.offsets[index]
    for number, (piece, (first, _)) in enumerate(zip(rest.pieces, rest.spans, strict=True)):
        assert rest.original(number, rest.offsets[number] + piece.start - first) == piece.start


def test_word_that_starts_in_the_pause_belongs_to_the_piece_where_it_ends() -> None:
    (window,) = packed([Piece(0, 100, 200), Piece(0, 5000, 5100)], context=50, rest=900)
    assert window.spans == ((50, 250), (4950, 5150))
    assert window.piece_ending_at(210) == 1
    assert window.original(1, 210) == 5000  # never before its piece
    assert window.original(0, 199) == 200  # nor behind it


def test_nothing_said_needs_no_window() -> None:
    assert packed() == packed([]) == packed([], []) == []


def test_windows_share_the_speech_evenly() -> None:
    pieces = [Piece(0, i * 100_000, i * 100_000 + 2 * SAMPLE_RATE) for i in range(25)]
    lengths = [window.length // SAMPLE_RATE for window in packed(pieces)]
    assert lengths == [18, 18, 14]  # and not 20, 20, 10: a batch is padded to its longest


def test_call_has_the_windows_to_which_least_is_added() -> None:
    """45 s of speech in three windows of 16 s; of 20 s each they would be padded, of 23 s there would be two."""
    pieces = [Piece(0, i * 100_000, i * 100_000 + SAMPLE_RATE) for i in range(45)]
    assert [w.length // SAMPLE_RATE for w in packed(pieces, seconds=(14, 16, 23))] == [15, 15, 15]
    assert [w.length // SAMPLE_RATE for w in packed(pieces, seconds=(14, 23))] == [23, 22]


def test_channels_of_a_call_have_windows_of_one_length() -> None:
    """15 s beside 28 s: three windows of 15 s, where 20 s each for themselves would be padded to 15 s twice."""
    left = [Piece(0, i * 100_000, i * 100_000 + SAMPLE_RATE) for i in range(15)]
    right = [Piece(1, i * 100_000, i * 100_000 + SAMPLE_RATE) for i in range(28)]
    windows = packed(left, right, seconds=tuple(range(14, 22)))
    assert [(w.pieces[0].channel, w.length // SAMPLE_RATE) for w in windows] == [(0, 15), (1, 14), (1, 14)]


@given(pieces_of_speech, st.integers(30, 300))
def test_batches_keep_every_window_in_order_and_bound_the_memory(pieces: list[Piece], seconds: int) -> None:
    windows = packed(pieces)
    batches = even_batches(windows, seconds * SAMPLE_RATE)
    assert [window for batch in batches for window in batch] == windows
    assert all(sum(window.length for window in batch) <= seconds * SAMPLE_RATE + LONGEST for batch in batches)
