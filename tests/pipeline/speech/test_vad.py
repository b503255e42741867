"""Speech is cut at pauses, padded without overlap, and never longer than a window."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.vad import BLOCK, FRAME, SAMPLE_RATE, Floats, Piece, VadOptions, cut_pieces, voice_probabilities


def frames(*runs: tuple[float, float]) -> Floats:
    """Probabilities from (seconds, probability) runs."""
    return np.concatenate([np.full(round(s * SAMPLE_RATE / FRAME), p, np.float32) for s, p in runs])


def test_short_pause_does_not_end_a_piece() -> None:
    probabilities = frames((1, 0), (1, 0.9), (0.2, 0), (1, 0.9), (2, 0))
    assert len(cut_pieces(probabilities, 0, len(probabilities) * FRAME, VadOptions())) == 1


def test_pause_ends_a_piece() -> None:
    probabilities = frames((1, 0), (1, 0.9), (0.5, 0), (1, 0.9), (2, 0))
    first, second = cut_pieces(probabilities, 1, len(probabilities) * FRAME, VadOptions())
    assert abs(first.start / SAMPLE_RATE - (1 - 0.15)) < 0.04
    assert abs(first.stop / SAMPLE_RATE - (2 + 0.15)) < 0.04
    assert first.stop < second.start
    assert second.channel == 1


def test_click_is_no_speech() -> None:
    probabilities = frames((1, 0), (0.064, 0.9), (1, 0))
    assert cut_pieces(probabilities, 0, len(probabilities) * FRAME, VadOptions()) == []


def test_speech_without_a_pause_is_cut_where_a_voice_is_least_likely() -> None:
    probabilities = frames((20, 0.9), (0.05, 0.6), (20, 0.9))
    first, second = cut_pieces(probabilities, 0, len(probabilities) * FRAME, VadOptions())
    assert abs(first.stop / SAMPLE_RATE - 20) < 0.1
    assert second.start == first.stop


@given(st.lists(st.sampled_from([0.0, 0.4, 0.9]), max_size=3000), st.integers(0, FRAME - 1))
def test_pieces_are_in_order_inside_the_recording_and_fit_a_window(values: list[float], short: int) -> None:
    samples = max(0, len(values) * FRAME - short)
    options = VadOptions(max_piece_s=5)
    pieces = cut_pieces(np.array(values, np.float32), 0, samples, options)
    edges = [edge for piece in pieces for edge in (piece.start, piece.stop)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= samples for edge in edges)
    assert all(0 < piece.length <= 5 * SAMPLE_RATE for piece in pieces)


def test_long_channel_is_read_in_blocks_with_one_probability_per_frame() -> None:
    asked: list[int] = []

    def read(start: int, stop: int) -> Floats:
        asked.append(stop - start)
        return np.arange(start, stop, dtype=np.float32)

    def model(audio: Floats) -> Floats:
        return audio.reshape(-1, FRAME)[:, 0]

    samples = 2 * BLOCK + 1000
    found = voice_probabilities(read, samples, model)
    assert found.tolist() == [float(start) for start in range(0, samples, FRAME)]
    assert max(asked) <= BLOCK + 64 * FRAME


def test_empty_channel_has_no_probabilities() -> None:
    assert voice_probabilities(lambda a, b: np.zeros(b - a, np.float32), 0, lambda audio: audio).size == 0
    assert cut_pieces(np.zeros(0, np.float32), 0, 0, VadOptions()) == []
    assert Piece(0, 3, 5).length == 2
