"""A copy plays everywhere, is silent where personal data was said, and can be taken away again."""

import json
from pathlib import Path

import numpy as np

from pipeline.audio.decode import SAMPLE_RATE, decode
from pipeline.audio.playback import playback_copy, remove_copies
from tests.pipeline.audio.making import speechlike, write_wav

SHA = "ab" * 32


def test_copy_is_opus_of_the_same_length_with_peaks_per_channel(tmp_path: Path) -> None:
    recording = write_wav(tmp_path / "a.wav", speechlike(5), subtype="ULAW")
    made = playback_copy(recording, SHA, [], tmp_path / "cache")
    with decode(made.audio) as audio:
        assert audio.facts.codec == "opus"
        assert audio.facts.channels == 2
        assert abs(audio.facts.duration_s - 5) < 0.05
    document = json.loads(made.peaks.read_text())
    assert document["duration_s"] == 5
    assert [len(channel) for channel in document["peaks"]] == [5 * document["per_second"]] * 2
    assert max(document["peaks"][0]) > 10


def test_muted_times_are_silent_on_both_channels_and_in_the_peaks(tmp_path: Path) -> None:
    recording = write_wav(tmp_path / "a.wav", speechlike(5))
    made = playback_copy(recording, SHA, [(2000, 3000)], tmp_path / "cache")
    with decode(made.audio) as audio:
        quiet = audio.read_all(int(2.05 * SAMPLE_RATE), int(2.95 * SAMPLE_RATE))
        loud = audio.read_all(0, SAMPLE_RATE)
    assert np.abs(quiet).max() < 0.01 < np.abs(loud).max()
    peaks = json.loads(made.peaks.read_text())["peaks"]
    assert max(peaks[0][40:60]) == max(peaks[1][40:60]) == 0


def test_copy_is_made_once_for_each_set_of_muted_times(tmp_path: Path) -> None:
    recording = write_wav(tmp_path / "a.wav", speechlike(1))
    first = playback_copy(recording, SHA, [], tmp_path / "cache")
    made_at = first.audio.stat().st_mtime_ns
    assert playback_copy(recording, SHA, [], tmp_path / "cache").audio.stat().st_mtime_ns == made_at
    assert playback_copy(recording, SHA, [(0, 100)], tmp_path / "cache").audio != first.audio


def test_removing_takes_every_copy_of_that_recording_and_no_other(tmp_path: Path) -> None:
    recording = write_wav(tmp_path / "a.wav", speechlike(1))
    cache = tmp_path / "cache"
    playback_copy(recording, SHA, [], cache)
    playback_copy(recording, SHA, [(0, 100)], cache)
    other = playback_copy(recording, "cd" * 32, [], cache)
    assert remove_copies(SHA, cache) == 4
    assert sorted(cache.iterdir()) == sorted([other.audio, other.peaks])
    assert remove_copies(SHA, tmp_path / "nowhere") == 0
