"""A recording becomes utterances of the right speaker at the right time, with personal data already gone."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from phrases.entry import Word
from pipeline.errors import ItemError, Reason
from pipeline.formats.interchange import transcript_from_json, transcript_to_json
from pipeline.records import ModelInfo
from pipeline.settings import Settings
from pipeline.speech.reader import Reader
from pipeline.speech.transcribe import speech_fingerprint, speech_options, transcribe_recording
from tests.pipeline.audio.making import Sound, speechlike, write_wav
from tests.pipeline.speech.fakes import BreaksOff, FakeRecogniser

SETTINGS = Settings(data_dir=Path(tempfile.gettempdir()) / "kouken-tests")


def talk(*, left: tuple[float, float], right: tuple[float, float], seconds: float = 12) -> Sound:
    """Stereo noise bursts: each side speaks once, from and to the given seconds."""
    sound = speechlike(seconds) * 4
    t = np.arange(len(sound)) / 8000
    for channel, (start, stop) in enumerate((left, right)):
        sound[(t < start) | (t >= stop), channel] = 0
    return sound


def unmasked() -> Settings:
    return SETTINGS.model_copy(update={"privacy": SETTINGS.privacy.model_copy(update={"mask": False})})


def test_channel_is_speaker_and_times_are_of_the_recording(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "call-7.wav", talk(left=(1, 4), right=(6, 9)))
    transcript = transcribe_recording(
        path,
        call_id="call-7",
        recogniser=FakeRecogniser("お電話ありがとうございます", "解約したいのですが"),
        settings=SETTINGS,
    )
    first, second = transcript.utterances
    assert (first.speaker, first.channel, first.text) == ("operator", 0, "お電話ありがとうございます。")
    assert (second.speaker, second.channel, second.text) == ("customer", 1, "解約したいのですが。")
    assert 800 <= first.start_ms <= 1100 < 3500 <= first.end_ms <= 4200  # type: ignore[operator]
    assert 5800 <= second.start_ms <= 6100 < 8500 <= second.end_ms <= 9200  # type: ignore[operator]
    assert transcript.call_id == "call-7"
    assert transcript.audio is not None
    assert transcript.audio.coverage == 1.0


def test_operator_channel_is_a_setting(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", talk(left=(1, 4), right=(6, 9)))
    settings = SETTINGS.model_copy(update={"speech": SETTINGS.speech.model_copy(update={"operator_channel": 1})})
    transcript = transcribe_recording(
        path, call_id="a", recogniser=FakeRecogniser("もしもし", "はい"), settings=settings
    )
    assert [u.speaker for u in transcript.utterances] == ["customer", "operator"]


def test_of_two_files_the_first_is_the_operators_whatever_the_channel(tmp_path: Path) -> None:
    sound = talk(left=(1, 4), right=(6, 9))
    legs = [write_wav(tmp_path / f"a-{side}.wav", sound[:, i : i + 1]) for i, side in enumerate(("t", "r"))]
    settings = SETTINGS.model_copy(update={"speech": SETTINGS.speech.model_copy(update={"operator_channel": 1})})
    transcript = transcribe_recording(
        legs[0], other_leg=legs[1], call_id="a", recogniser=FakeRecogniser("もしもし", "はい"), settings=settings
    )
    assert [u.speaker for u in transcript.utterances] == ["operator", "customer"]


@pytest.mark.parametrize("channels", [1, 2])
def test_one_sound_on_one_or_both_channels_has_an_unknown_speaker(tmp_path: Path, channels: int) -> None:
    mono = talk(left=(1, 4), right=(6, 9)).sum(axis=1, keepdims=True)
    path = write_wav(tmp_path / "a.wav", mono.repeat(channels, axis=1))
    transcript = transcribe_recording(
        path, call_id="a", recogniser=FakeRecogniser("もしもしこんにちは"), settings=SETTINGS
    )
    assert {u.speaker for u in transcript.utterances} == {"unknown"}
    assert transcript.audio is not None
    assert transcript.audio.notes == ("mono" if channels == 1 else "identical_channels", "unknown_speakers")


def test_silence_has_no_utterances(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", np.zeros((80_000, 2), np.float32))
    transcript = transcribe_recording(path, call_id="a", recogniser=FakeRecogniser("ご視聴"), settings=SETTINGS)
    assert transcript.utterances == ()


def test_speech_that_comes_out_empty_is_suspect(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", talk(left=(1, 9), right=(10, 11)))
    transcript = transcribe_recording(path, call_id="a", recogniser=FakeRecogniser("はい", ""), settings=SETTINGS)
    empty = transcript.utterances[0]
    assert (empty.text, empty.flags) == ("", ("suspect_empty",))
    assert not empty.is_trusted


def test_speech_behind_an_early_end_of_the_recogniser_is_heard_in_a_window_of_its_own(tmp_path: Path) -> None:
    """Whisper may end after the first sentence of a window; sentences of real speech were lost so without a word."""
    sound = talk(left=(1, 11), right=(0, 0))
    t = np.arange(len(sound)) / 8000
    sound[((t > 4) & (t < 5)) | ((t > 8) & (t < 9)), 0] = 0  # three sentences of 3, 3 and 2 seconds
    path = write_wav(tmp_path / "a.wav", sound)
    transcript = transcribe_recording(path, call_id="a", recogniser=BreaksOff(2), settings=SETTINGS)
    assert "".join(u.text for u in transcript.utterances).count("あ") == 3
    assert [round((u.start_ms or 0) / 1000) for u in transcript.utterances] == [1, 5, 9]


@pytest.mark.parametrize(("seconds", "windows"), [(4, 5), (0.4, 1)])
def test_long_speech_that_breaks_off_is_gone_on_with_as_long_as_something_is_heard(
    tmp_path: Path, seconds: float, windows: int
) -> None:
    path = write_wav(tmp_path / "a.wav", talk(left=(1, 21), right=(0, 0), seconds=22)[:, :1])
    recogniser = BreaksOff(seconds)
    transcribe_recording(path, call_id="a", recogniser=recogniser, settings=SETTINGS)
    assert len(recogniser.windows_s) == windows
    assert recogniser.windows_s == sorted(recogniser.windows_s, reverse=True)


def test_personal_data_is_gone_unless_masking_is_switched_off(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", talk(left=(1, 4), right=(6, 9)))
    texts = ("カード番号は", "4242424242424242です")
    transcript = transcribe_recording(path, call_id="a", recogniser=FakeRecogniser(*texts), settings=SETTINGS)
    assert "4242" not in json.dumps(transcript_to_json(transcript))
    assert [m.kind for m in transcript.masked] == ["card"]
    shown = transcribe_recording(path, call_id="a", recogniser=FakeRecogniser(*texts), settings=unmasked())
    assert shown.utterances[1].text == "4242424242424242です。"


def test_transcript_survives_its_file(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", talk(left=(1, 4), right=(6, 9)))
    transcript = transcribe_recording(
        path, call_id="a", recogniser=FakeRecogniser("もしもし", "はい"), settings=SETTINGS
    )
    assert transcript_from_json(json.loads(json.dumps(transcript_to_json(transcript)))) == transcript


def test_unreadable_recording_raises_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("議事録")
    with pytest.raises(ItemError) as caught:
        transcribe_recording(tmp_path / "a.wav", call_id="a", recogniser=FakeRecogniser(), settings=SETTINGS)
    assert caught.value.reason is Reason.NOT_AUDIO


def test_fingerprint_names_options_and_weights() -> None:
    model = ModelInfo("whisper-base", "1.0.0", "ab" * 32)
    name = speech_fingerprint(SETTINGS, model)
    assert name == speech_fingerprint(Settings(data_dir=Path("/elsewhere")), model)
    assert name != speech_fingerprint(unmasked(), model)
    assert name != speech_fingerprint(SETTINGS, replace(model, sha256="cd" * 32))
    assert json.loads(json.dumps(speech_options(SETTINGS))) == speech_options(SETTINGS)


def test_word_more_renames_old_transcripts_only_where_the_recogniser_is_told_it() -> None:
    model = ModelInfo("whisper-base", "1.0.0", "ab" * 32)
    words = (Word("マモルカ", (), ("守るか",)),)
    told = SETTINGS.model_copy(update={"speech": SETTINGS.speech.model_copy(update={"hotwords": True})})
    assert speech_fingerprint(SETTINGS, model, words) == speech_fingerprint(SETTINGS, model)
    assert speech_fingerprint(told, model, words) != speech_fingerprint(told, model)
    assert speech_options(SETTINGS, words)["words"] != speech_options(SETTINGS)["words"]


def test_misheard_name_is_put_right_and_the_call_is_measured(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", talk(left=(1, 4), right=(6, 9)))
    transcript = transcribe_recording(
        path,
        call_id="a",
        recogniser=FakeRecogniser("守るかの件ですね", "はい"),
        settings=SETTINGS,
        reader=Reader([Word("マモルカ", (), ("守るか",))]),
    )
    assert transcript.utterances[0].text == "マモルカの件ですね。"
    assert [c.heard for c in transcript.corrections] == ["守るか"]
    assert transcript.acoustics is not None
    assert transcript.acoustics.operator_morae_per_s is not None
    assert -60 < (transcript.acoustics.operator_dbfs or 0) < 0
    assert 1800 < (transcript.acoustics.response_delay_ms or 2000) < 2600


def test_thresholds_of_leak_and_swap_reach_the_recording(tmp_path: Path) -> None:
    sound = talk(left=(1, 4), right=(6, 9))
    sound[:, 1] += 0.05 * sound[:, 0]
    path = write_wav(tmp_path / "a.wav", sound)
    texts = ("ええ、そうです", "お電話ありがとうございます、サポートセンターでございます")

    def heard(**speech: float) -> list[tuple[str, int | None]]:
        settings = SETTINGS.model_copy(update={"speech": SETTINGS.speech.model_copy(update=speech)})
        found = transcribe_recording(path, call_id="a", recogniser=FakeRecogniser(*texts), settings=settings)
        return [(u.speaker, u.channel) for u in found.utterances]

    assert heard() == [("customer", 0), ("operator", 1)]
    assert heard(swap_lead=50.0) == [("operator", 0), ("customer", 1)]
    assert len(heard(leak_db=60.0)) > 2


def test_only_a_threshold_that_was_changed_has_recordings_transcribed_again() -> None:
    changed = SETTINGS.model_copy(update={"speech": SETTINGS.speech.model_copy(update={"swap_lead": 3.0})})
    assert "swap_lead" not in speech_options(SETTINGS)
    model = ModelInfo("whisper-base", "1.0.0", "ab" * 32)
    assert speech_fingerprint(changed, model) != speech_fingerprint(SETTINGS, model)
