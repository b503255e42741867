"""The benchmark's bars are the ones promised, from processor time, paired error rates and memory."""

import json
import time

import pytest

from models.evaluation.asr import SpeakerText, error_rate
from pipeline.benchmarks.bench import machine, table
from pipeline.speech.benchmark import Measured, _bars, _difference, _row, _sizing
from pipeline.speech.timing import StageClock, untimed


def measured(*, cpu_s: float, heard: str, memory_mib: float = 900.0) -> Measured:
    rates = {
        role: error_rate([SpeakerText(call, "お電話ありがとう", heard) for call in ("a", "b")])
        for role in ("operator", "customer")
    }
    return Measured(3600.0, cpu_s, memory_mib, rates, {"encoder": 40.0, "rest": cpu_s - 40}, 2.0)


def test_bars_hold_for_a_faster_way_that_hears_as_well() -> None:
    bars = _bars(measured(cpu_s=100, heard="お電話ありがとう"), measured(cpu_s=300, heard="お電話"))
    assert [(bar["name"], bar["holds"]) for bar in bars] == [
        ("cpu_ratio", True),
        ("cer_difference_upper", True),
        ("peak_memory_mib", True),
    ]
    assert bars[0]["value"] == pytest.approx(1 / 3, abs=1e-4)


def test_bars_fail_for_a_slower_or_a_deafer_way() -> None:
    bars = _bars(measured(cpu_s=200, heard="お電話", memory_mib=2000), measured(cpu_s=300, heard="お電話ありがとう"))
    assert not any(bar["holds"] for bar in bars)


def test_row_has_cpu_per_hour_and_the_distance_to_the_encoder_alone() -> None:
    row = _row("kouken", measured(cpu_s=100, heard="お電話ありがとう"))
    assert row["cpu_seconds_per_hour"] == 100
    assert row["times_encoder_floor"] == 2.5
    assert row["share_encoder"] == 0.4
    assert row["masking_to_transcription"] == 0.02


def test_number_of_calls_and_mean_stand_beside_the_bound() -> None:
    exact, deaf = measured(cpu_s=1, heard="お電話ありがとう"), measured(cpu_s=1, heard="お電話")
    assert _difference(deaf, exact) == {"calls": 2, "cer_difference_mean": 0.625}


def test_sizing_table_says_how_many_hours_fit_a_night_and_whose_figure_it_is() -> None:
    core, *gpus = _sizing(measured(cpu_s=90, heard="はい"))
    assert core["audio_hours_per_night"] == 8 * 3600 / 90
    assert all("README of faster-whisper" in row["sizing"] for row in gpus)


def test_result_is_json_and_a_table() -> None:
    ours = measured(cpu_s=100, heard="お電話ありがとう")
    result = {"bench": "asr", "machine": machine(), "rows": [_row("kouken", ours)], "bars": _bars(ours, ours)}
    assert json.loads(json.dumps(result)) == result
    assert "NG  cpu_ratio 1.0 (<= 0.4)" in table(result)


def test_clock_counts_work_and_not_waiting() -> None:
    clock = StageClock()
    with clock("waiting"):
        time.sleep(0.05)
    with clock("working"):
        sum(range(2_000_000))
    assert clock.seconds["waiting"] < clock.seconds["working"]
    with untimed("anything"):
        pass
