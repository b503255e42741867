"""`kouken bench night`: whole nights over made archives, with a recogniser that only pretends, at growing sizes.

What is left is what the ledger and the store cost: listing, hashing, claiming, writing transcripts, tags, moments and
scores, the report. Each size runs in a process of its own, so that its memory is its own.
"""

import math
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.benchmarks.bench import bar, machine
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.nights.night import Recognition, Request
from pipeline.processes.workers import in_own_process
from pipeline.progress import Silent
from pipeline.records import AudioFacts, ModelInfo, Moment, Speaker, Tag, Transcript, Utterance, Word
from pipeline.settings import Settings, SpeechSettings, StoreSettings, WorkSettings
from pipeline.speech.work import TranscribeTask
from pipeline.store.postgres import spare_database

SIZES = (1_000, 5_000)
LONG_SIZES = (1_000, 10_000, 100_000)
MS_PER_CALL = 20.0
GROWTH_EXPONENT = 1.2  # 1 is linear; on a machine shared with others it moves by a tenth from run to run
MEMORY_BYTES_PER_CALL = 4_096  # the user's own table and the rows of the report; the archive stays on the disk
UTTERANCES = 40  # of a call: four minutes
FOLDER = 1_000  # files of one day


def bench_night(
    on_step: Callable[[str], None], *, url: str = "", long: bool = False, sizes: Sequence[int] = ()
) -> dict[str, Any]:
    """Rows by number of calls, of a first night and of a second one that finds nothing new.

    `url`: a PostgreSQL on which each size gets a database of its own, gone afterwards; else a new SQLite file.
    `sizes`: others than the usual ones. Raises `BadInput` where they are fewer than two: growth needs as many.
    """
    rows = []
    wanted = sorted({*sizes}) if sizes else LONG_SIZES if long else SIZES
    if len(wanted) < 2 or wanted[0] < 1:
        raise BadInput(Text("--calls は二つ以上の件数で指定してください。", "Give --calls twice or more."))
    for size in wanted:
        on_step(f"{size:,} calls")
        spare = spare_database(url, f"kouken_bench_{os.getpid()}_{size}") if url else nullcontext("")
        with spare as own, tempfile.TemporaryDirectory() as name:  # ours: they go although the other process is ended
            rows.append(in_own_process(measure, Path(name), size, own))
    first, last = rows[0], rows[-1]
    ratio = last["calls"] / first["calls"]
    growth = math.log(last["cpu_s"] / first["cpu_s"]) / math.log(ratio)
    memory = last["peak_memory_mib"] - first["peak_memory_mib"]
    allowed = (last["calls"] - first["calls"]) * MEMORY_BYTES_PER_CALL / (1 << 20)
    bars = [
        bar("ledger_ms_per_call", last["cpu_s"] * 1000 / last["calls"], MS_PER_CALL),
        bar("growth_exponent", growth, GROWTH_EXPONENT),
        bar("memory_growth_mib", memory, allowed),
    ]
    return {"bench": "night", "machine": machine(), "rows": rows, "bars": bars}


def measure(root: Path, size: int, url: str = "") -> dict[str, Any]:
    """Processor seconds of this process (not of the pretending workers), seconds on the clock, peak memory."""
    from pipeline.nightly import run_night

    request, settings = made_archive(root, size, url)
    begun, cpu = time.perf_counter(), time.process_time()
    run_night(request, settings, Silent(), never, PRETENDED)
    first = (time.process_time() - cpu, time.perf_counter() - begun)
    cpu = time.process_time()
    run_night(request, settings, Silent(), never, PRETENDED)
    again = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "calls": size,
        "store": url.partition(":")[0] or "sqlite",
        "cpu_s": round(first[0], 2),
        "elapsed_s": round(first[1], 1),
        "calls_per_s": round(size / first[1], 1),
        "second_night_cpu_s": round(again, 2),
        "peak_memory_mib": round(peak, 1),
    }


def made_archive(root: Path, size: int, url: str) -> tuple[Request, Settings]:
    """An archive of so many small files, the calls table of it, and settings that load no model."""
    began = datetime(2026, 4, 1, 9, 0, 0)  # noqa: DTZ001 - as a PBX writes it
    lines = ["call_id,started_at,operator_id,recording"]
    for number in range(size):
        write_made_call(root / "archive", number)
        moment = began + timedelta(seconds=37 * number)
        lines.append(f"C{number:07d},{moment},OP{number % 200:03d},{made_name(number)}")
    calls = root / "calls.csv"
    calls.write_text("\n".join(lines) + "\n", encoding="utf-8")
    weights = root / "weights"
    weights.mkdir()
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (weights / name).write_text("{}", encoding="ascii")
    settings = Settings(
        data_dir=root / "data",
        store=StoreSettings(url=url),
        speech=SpeechSettings(model=str(weights)),
        work=WorkSettings(settle_s=0),
    )
    return Request(root / "archive", {"calls": calls}), settings


def made_name(number: int) -> str:
    """Where the recording of a made call lies in the archive."""
    return f"{number // FOLDER:04d}/{number:07d}.wav"


def write_made_call(archive: Path, number: int) -> None:
    """A small file whose content is no other's."""
    path = archive / made_name(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"made call {number}", encoding="ascii")


def never() -> bool:
    """Nobody stops these nights."""
    return False


def start(settings: Settings, words: object) -> None:
    """Nothing to load."""


def _transcribe(task: TranscribeTask) -> Transcript:
    """The same call every time, as large as a real one of four minutes."""
    utterances = tuple(_utterance(index) for index in range(UTTERANCES))
    audio = AudioFacts(UTTERANCES * 6.0, 2, 8000, "made", "made", None, None)
    return Transcript(task.call_id, audio, ModelInfo("made", "1", "0" * 64), {"made": True}, utterances)


def _utterance(index: int) -> Utterance:
    speaker: Speaker = "customer" if index % 2 else "operator"
    start = index * 6_000
    words = tuple(Word(start + 500 * n, start + 500 * n + 450, 3 * n, 3 * n + 3) for n in range(10))
    text = "よろしければお見積もりをお送りいたしましょうか。ご検討ください"
    return Utterance(speaker, text, index % 2, start, start + 5_400, 0.9, (), words)


class Pretended:
    """Finds the same few things in every call."""

    dictionary_version = rules_version = "made"

    def read(self, transcript: Transcript) -> tuple[tuple[Tag, ...], tuple[Moment, ...]]:
        """Six pieces of evidence, three decisions."""
        places = range(0, 12, 2)
        tags = tuple(Tag(i, 7, 12, "proposal", "phrase", "proposal-001", "surface", 0.9) for i in places)
        return tags, tuple(Moment("proposal", (i,), 0.9, ("phrase:proposal-001",), "none") for i in (0, 4, 8))


PRETENDED = Recognition(start, _transcribe, lambda *_: Pretended())
