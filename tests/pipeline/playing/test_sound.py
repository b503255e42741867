"""What is heard is the recording that was analysed, from inside its archive, without what was masked."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.audio.playback import Playback
from pipeline.playing.listening import Listening
from pipeline.playing.sound import copies_in, find_sound, keep_to_limit, make_ahead, muted_spans
from pipeline.records import AudioFacts, MaskedRange, Transcript, Utterance
from pipeline.settings import PlaybackSettings, Settings
from tests.pipeline.audio.making import speechlike, write_wav

SAID = (
    Utterance("customer", "電話番号は[電話番号]です。", 1, 1_000, 3_000),
    Utterance("customer", "はい。", 1, None, None),
)


def transcript(*masked: MaskedRange) -> Transcript:
    facts = AudioFacts(5.0, 2, 8000, "pcm_s16le", "wav", 5.0, 1.0)
    return Transcript("c", facts, None, {}, SAID, masked)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    write_wav(folder / "a.wav", speechlike(5))
    return folder


def sha_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_copy_made_ahead_is_played_without_decoding_again(archive: Path, tmp_path: Path) -> None:
    place = [(str(archive), "a.wav")]
    settings = Settings(data_dir=tmp_path)
    ahead = make_ahead(archive / "a.wav", None, sha_of(archive / "a.wav"), transcript(), settings)
    assert ahead is not None
    made_at = ahead.audio.stat().st_mtime_ns
    again = Listening(settings).hear(place, sha_of(archive / "a.wav"), transcript(), "sato")
    assert isinstance(again, Playback) and again == ahead and again.audio.stat().st_mtime_ns == made_at


def test_nothing_is_made_ahead_of_what_cannot_be_muted_or_is_no_sound(archive: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    untold = transcript(MaskedRange("phone", 1, None, None))
    assert make_ahead(archive / "a.wav", None, "ab" * 32, untold, settings) is None
    (archive / "b.json").write_text("{}")
    assert make_ahead(archive / "b.json", None, "ab" * 32, transcript(), settings) is None
    assert list(copies_in(settings).glob("*.opus")) == []


def test_copies_keep_to_their_limit_and_the_one_heard_last_stays(archive: Path, tmp_path: Path) -> None:
    made = {}
    for name in ("ab", "cd", "ef"):
        made[name] = make_ahead(archive / "a.wav", None, name * 32, transcript(), Settings(data_dir=tmp_path))
    assert made["ab"] is not None and made["ef"] is not None
    for age, name in enumerate(("ab", "ef", "cd")):
        copy = made[name]
        assert copy is not None
        os.utime(copy.audio, (1_000_000 - age, 1_000_000))
    one = PlaybackSettings(keep_gib=made["ab"].audio.stat().st_size / 2**30)
    assert keep_to_limit(Settings(data_dir=tmp_path, playback=one)) == 2
    left = {path.name for path in copies_in(Settings(data_dir=tmp_path)).iterdir()}
    assert left == {made["ab"].audio.name, made["ab"].peaks.name}


def test_sound_that_was_replaced_is_not_played(archive: Path, tmp_path: Path) -> None:
    sha256 = sha_of(archive / "a.wav")
    write_wav(archive / "a.wav", speechlike(4))
    assert Listening(Settings(data_dir=tmp_path)).hear([(str(archive), "a.wav")], sha256, transcript(), "sato") is None


def test_sound_that_cannot_be_muted_is_not_played(archive: Path, tmp_path: Path) -> None:
    masked = transcript(MaskedRange("phone", 1, None, None))
    assert muted_spans(masked) is None
    listening = Listening(Settings(data_dir=tmp_path))
    assert listening.hear([(str(archive), "a.wav")], sha_of(archive / "a.wav"), masked, "sato") is None


def test_sound_outside_the_archive_is_not_found(archive: Path, tmp_path: Path) -> None:
    outside = write_wav(tmp_path / "b.wav", speechlike(1))
    (archive / "link.wav").symlink_to(outside)
    assert find_sound([(str(archive), "../b.wav"), (str(archive), "link.wav"), (str(archive), str(outside))]) is None
    assert find_sound([(str(archive), "a.wav")]) == (archive / "a.wav").resolve()


def test_muted_times_of_the_range_win_over_the_utterance() -> None:
    assert muted_spans(transcript(MaskedRange("phone", 0, 1_500, 1_900))) == [(1_500, 1_900)]
    assert muted_spans(replace(transcript(), masked=())) == []
