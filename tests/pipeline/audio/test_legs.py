"""Two legs are one call with two channels, aligned at the start, whatever their length and rate."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from pipeline.audio.channels import check_channels
from pipeline.audio.decode import SAMPLE_RATE
from pipeline.audio.legs import CallFiles, LegRoles, decode_call, group_legs
from pipeline.errors import ItemError, Reason
from tests.pipeline.audio.making import speechlike, write_wav


def paths(*names: str) -> list[Path]:
    return [Path("archive") / name for name in names]


@pytest.mark.parametrize(("operator", "customer"), [("out", "in"), ("t", "r"), ("L", "R")])
def test_legs_and_their_mixed_copy_are_one_call(operator: str, customer: str) -> None:
    first, second, mixed = paths(f"q-1-{operator}.wav", f"q-1-{customer}.wav", "q-1.wav")
    expected = [CallFiles("q-1", first, second, mixed)]
    assert group_legs([mixed, first, second]) == expected
    assert group_legs([second, first, mixed]) == expected


def test_leg_without_its_other_side_and_other_folders_stay_apart() -> None:
    lone, far = Path("a/x-in.wav"), Path("b/x-out.wav")
    assert group_legs([lone, far]) == [CallFiles("x-in", lone), CallFiles("x-out", far)]


def test_names_that_only_look_like_legs_stay() -> None:
    one, two = paths("sign-in.wav", "plain.wav")
    assert group_legs([one, two]) == [CallFiles("sign-in", one), CallFiles("plain", two)]


@pytest.mark.parametrize(
    ("received", "direction", "operator"),
    [
        ("customer", "inbound", "t"),
        ("customer", None, "t"),
        ("customer", "outbound", "r"),
        ("operator", "inbound", "r"),
        ("operator", "outbound", "t"),
    ],
)
def test_who_is_received_depends_on_the_line_and_on_who_called(
    received: Literal["customer", "operator"], direction: str | None, operator: str
) -> None:
    files = paths("q-1-r.wav", "q-1-t.wav")
    (call,) = group_legs(files, LegRoles(received), lambda path: direction)
    assert call.main.stem == f"q-1-{operator}"
    assert call.other_leg in files and call.other_leg != call.main


@pytest.mark.parametrize(("channel", "operator"), [(0, "q-1-L"), (1, "q-1-R")])
def test_left_and_right_follow_the_operators_channel(channel: int, operator: str) -> None:
    (call,) = group_legs(paths("q-1-L.wav", "q-1-R.wav"), LegRoles(operator_channel=channel), lambda path: "outbound")
    assert call.main.stem == operator


def test_files_of_one_name_and_several_formats_are_all_kept() -> None:
    wav, mp3 = paths("q-1.wav", "q-1.mp3")
    assert group_legs([wav, mp3]) == [CallFiles("q-1", wav), CallFiles("q-1", mp3)]


def test_legs_pair_within_their_format_and_are_left_alone_where_it_is_not_clear() -> None:
    sent, received, copy = paths("q-1-out.wav", "q-1-in.wav", "q-1-in.mp3")
    assert group_legs([copy, received, sent]) == [CallFiles("q-1-in", copy), CallFiles("q-1", sent, received)]
    flac = Path("archive/q-1-out.flac")
    assert group_legs([copy, received, flac]) == [CallFiles(file.stem, file) for file in (copy, received, flac)]


def test_an_upper_case_format_is_still_the_other_side() -> None:
    sent, received = paths("q-1-out.wav", "q-1-in.WAV")
    assert group_legs([received, sent]) == [CallFiles("q-1", sent, received)]


def test_side_that_sent_nothing_is_a_silent_channel(tmp_path: Path) -> None:
    operator = write_wav(tmp_path / "x-out.wav", speechlike(2, channels=1))
    customer = write_wav(tmp_path / "x-in.wav", speechlike(0, channels=1))
    with decode_call(operator, customer) as audio:
        check_channels(audio)
        assert audio.facts.notes == ("legs", "silent_channel_1")
        assert audio.facts.duration_s == 2
    with decode_call(customer, operator) as audio:
        check_channels(audio)
        assert "silent_channel_0" in audio.facts.notes


def test_both_sides_empty_are_an_empty_call(tmp_path: Path) -> None:
    legs = [write_wav(tmp_path / f"x-{side}.wav", speechlike(0, channels=1)) for side in ("out", "in")]
    with pytest.raises(ItemError) as caught:
        decode_call(*legs)
    assert caught.value.reason is Reason.EMPTY_AUDIO


def test_legs_of_different_length_and_rate_are_aligned_by_start(tmp_path: Path) -> None:
    operator = write_wav(tmp_path / "x-out.wav", speechlike(2, channels=1, seed=1), rate=8000)
    customer = write_wav(tmp_path / "x-in.wav", speechlike(3, channels=1, rate=16000, seed=2), rate=16000)
    with decode_call(operator, customer) as audio:
        assert check_channels(audio) == (0, 1)
        assert audio.facts.channels == 2
        assert audio.facts.duration_s == pytest.approx(3, abs=0.02)
        assert audio.facts.notes == ("legs",)
        end = audio.read_all(int(2.2 * SAMPLE_RATE), int(2.9 * SAMPLE_RATE))
        assert np.abs(end[:, 0]).max() == 0 < np.abs(end[:, 1]).max()
        assert audio.read_all(audio.samples, audio.samples + 10).shape == (0, 2)


def test_unreadable_leg_fails_the_call(tmp_path: Path) -> None:
    operator = write_wav(tmp_path / "x-out.wav", speechlike(1, channels=1))
    (tmp_path / "x-in.wav").write_text("text")
    with pytest.raises(ItemError) as caught:
        decode_call(operator, tmp_path / "x-in.wav")
    assert caught.value.reason is Reason.NOT_AUDIO
