"""Two legs are one call with two channels, aligned at the start, whatever their length and rate."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.channels import check_channels
from pipeline.audio.decode import SAMPLE_RATE
from pipeline.audio.legs import CallFiles, decode_call, group_legs
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
