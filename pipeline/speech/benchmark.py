"""`kouken bench asr`: the product's transcription against the library's default use, in one run.

Each way runs in a process of its own, so that neither shares threads, caches or peak memory with the other. Processor
time counts, wall time never.
"""

import resource
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from models.evaluation.asr import ErrorRate, paired_upper_bound
from pipeline.benchmarks.bench import bar, machine
from pipeline.processes.workers import in_own_process
from pipeline.records import Transcript, Utterance
from pipeline.settings import Settings
from pipeline.speech.accuracy import Truth, measure, read_truths, recording_of
from pipeline.speech.endurance import growth_mib, ten_hours_mib
from pipeline.speech.masking import mask
from pipeline.speech.reader import Reader
from pipeline.speech.timing import StageClock, cpu_seconds

Way = Literal["library_default", "kouken"]
DEMO = Path(__file__).parent.parent / "demo" / "recordings"
SHIPPED = (DEMO, Path(__file__).parent / "recordings")
CPU_RATIO = 0.40
CER_DIFFERENCE = 0.01
MEMORY_MIB = 1536.0
GROWTH_MIB = 30.0
NIGHT_HOURS = 8
# faster-whisper's README: 13 minutes of audio, large-v2, float16, RTX 3070 Ti: 63 s, batched 17 s
GPU_SPEED = {"one by one": 13 * 60 / 63, "batched": 13 * 60 / 17}


@dataclass(frozen=True, slots=True)
class Measured:
    """One way over all recordings. `stages` are processor seconds; memory in MiB."""

    audio_s: float
    cpu_s: float
    memory_mib: float
    rates: Mapping[str, ErrorRate]
    stages: Mapping[str, float] = field(default_factory=dict)
    masking_s: float = 0.0  # of looking for personal data, beside `cpu_s`

    @property
    def cpu_per_hour(self) -> float:
        """Processor seconds for an hour of stereo call."""
        return self.cpu_s / self.audio_s * 3600


def bench_asr(
    folders: Sequence[Path], settings: Settings, on_step: Callable[[str], None], *, long: bool = False
) -> dict[str, Any]:
    """Rows per way, and the bars that transcription has to hold; `long` adds the bars of memory, in about an hour.

    Raises `BadInput` for a folder without truth files, or with one that has no recording.
    """
    recordings = [recording for _, recording in _spoken(folders)]
    on_step("library_default")
    theirs = in_own_process(run_way, "library_default", folders, settings)
    on_step("kouken")
    ours = in_own_process(run_way, "kouken", folders, settings)
    bars = _bars(ours, theirs)
    if long:
        bars += _endurance(recordings[0], settings, on_step)
    rows = [_row("library_default", theirs), _row("kouken", ours), _difference(ours, theirs), *_sizing(ours)]
    ways = {"library_default": _per_call(theirs), "kouken": _per_call(ours)}
    per_call = [
        {"call_id": call} | {way: round(rates[call], 4) for way, rates in ways.items()} for call in ways["kouken"]
    ]
    return {"bench": "asr", "machine": machine(), "rows": rows, "bars": bars, "per_call": per_call}


def _endurance(recording: Path, settings: Settings, on_step: Callable[[str], None]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:  # ours: it goes although the other process is ended
        on_step("ten hours")
        longest = in_own_process(ten_hours_mib, recording, settings, Path(name))
        on_step("200 calls")
        growth = in_own_process(growth_mib, recording, settings, Path(name))
    return [bar("ten_hour_memory_mib", longest, MEMORY_MIB), bar("memory_growth_mib", growth, GROWTH_MIB)]


def _spoken(folders: Sequence[Path]) -> list[tuple[Truth, Path]]:
    """Every truth of the folders with its recording."""
    return [(truth, recording_of(truth, folder)) for folder in folders for truth in read_truths(folder)]


def run_way(way: Way, folders: Sequence[Path], settings: Settings) -> Measured:
    """Transcribe every recording of the folders one way; loading the model is not counted."""
    spoken = _spoken(folders)
    clock = StageClock()
    transcribe, audio_seconds = _library(settings) if way == "library_default" else _kouken(settings, clock)
    before = cpu_seconds()
    transcripts = {truth.call_id: transcribe(truth, recording) for truth, recording in spoken}
    cpu_s = cpu_seconds() - before
    memory_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rates = measure([truth for truth, _ in spoken], lambda truth: transcripts[truth.call_id])
    masking_s = 0.0 if way == "library_default" else _masking_seconds(transcripts.values())
    stages = {**clock.seconds, "rest": cpu_s - sum(clock.seconds.values())} if clock.seconds else {}
    return Measured(sum(audio_seconds), cpu_s, memory_mib, rates, stages, masking_s)


def _masking_seconds(transcripts: Iterable[Transcript]) -> float:
    """Processor seconds that finding personal data in unmasked transcripts takes; loading GiNZA is not counted."""
    reader = Reader()
    reader.find_names([Utterance("customer", "山田と申します。")])
    before = cpu_seconds()
    for transcript in transcripts:
        mask(transcript.utterances, reader.find_names)
    return cpu_seconds() - before


def _library(settings: Settings) -> tuple[Callable[[Truth, Path], Transcript], list[float]]:
    from pipeline.speech.baseline import LibraryDefault

    library = LibraryDefault(settings.speech, settings.data_dir)
    seconds: list[float] = []

    def transcribe(truth: Truth, path: Path) -> Transcript:
        transcript, duration_s = library.transcribe(path, truth.call_id)
        seconds.append(duration_s)
        return transcript

    return transcribe, seconds


def _kouken(settings: Settings, clock: StageClock) -> tuple[Callable[[Truth, Path], Transcript], list[float]]:
    from pipeline.speech.recognise import load_recogniser
    from pipeline.speech.transcribe import transcribe_recording

    recogniser = load_recogniser(settings.speech, settings.data_dir)
    unmasked = settings.model_copy(update={"privacy": settings.privacy.model_copy(update={"mask": False})})
    seconds: list[float] = []

    def transcribe(truth: Truth, path: Path) -> Transcript:
        transcript = transcribe_recording(
            path, call_id=truth.call_id, recogniser=recogniser, settings=unmasked, timed=clock
        )
        seconds.append(transcript.audio.duration_s if transcript.audio else 0.0)
        return transcript

    return transcribe, seconds


def _row(name: Way, measured: Measured) -> dict[str, Any]:
    row: dict[str, Any] = {
        "way": name,
        "cpu_seconds_per_hour": round(measured.cpu_per_hour, 1),
        "operator_cer": round(measured.rates["operator"].cer, 4),
        "customer_cer": round(measured.rates["customer"].cer, 4),
        "peak_memory_mib": round(measured.memory_mib, 1),
        "audio_seconds": round(measured.audio_s, 1),
    }
    shares = {f"share_{stage}": round(seconds / measured.cpu_s, 3) for stage, seconds in measured.stages.items()}
    if "encoder" in measured.stages:
        row["times_encoder_floor"] = round(measured.cpu_s / measured.stages["encoder"], 2)
        row["masking_to_transcription"] = round(measured.masking_s / measured.cpu_s, 4)
    return row | shares


def _difference(ours: Measured, theirs: Measured) -> dict[str, Any]:
    """How many calls the bound on the error rates rests on: with a handful it is wide, however small the mean."""
    mine, other = _per_call(ours), _per_call(theirs)
    mean = sum(mine[call] - other[call] for call in mine) / len(mine)
    return {"calls": len(mine), "cer_difference_mean": round(mean, 4)}


def _sizing(ours: Measured) -> list[dict[str, Any]]:
    """Hours of recordings per night of eight hours: measured per core, and by the library's figures per GPU."""
    per_core = NIGHT_HOURS * 3600 / ours.cpu_per_hour
    rows = [{"sizing": "CPU core, these weights, stereo", "audio_hours_per_night": round(per_core, 1)}]
    for name, speed in GPU_SPEED.items():
        told = f"GPU RTX 3070 Ti, large-v2 float16, {name}, one channel (README of faster-whisper, not measured here)"
        rows.append({"sizing": told, "audio_hours_per_night": round(NIGHT_HOURS * speed, 1)})
    return rows


def _bars(ours: Measured, theirs: Measured) -> list[dict[str, Any]]:
    values = {
        "cpu_ratio": (ours.cpu_s / theirs.cpu_s, CPU_RATIO),
        "cer_difference_upper": (paired_upper_bound(_per_call(ours), _per_call(theirs)), CER_DIFFERENCE),
        "peak_memory_mib": (ours.memory_mib, MEMORY_MIB),
    }
    return [bar(name, value, limit) for name, (value, limit) in values.items()]


def _per_call(measured: Measured) -> dict[str, float]:
    """Both channels of a call weigh the same."""
    operator, customer = measured.rates["operator"].per_call, measured.rates["customer"].per_call
    return {call: (operator[call] + customer[call]) / 2 for call in operator}
