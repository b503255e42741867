"""`kouken bench web`: how long people wait for each page of a large store, while a night works at low priority."""

import http.client
import importlib
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import replace
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import quote

import numpy as np

from pipeline.benchmarks.bench import bar, machine
from pipeline.benchmarks.night_benchmark import PRETENDED, UTTERANCES, made_archive, made_name, never, write_made_call
from pipeline.benchmarks.retag_benchmark import SPOKEN
from pipeline.benchmarks.web_load import Heard, ask, visit
from pipeline.dictionaries.dictionary import registered_words
from pipeline.errors import BadInput, StoppedByLimit
from pipeline.language import Text
from pipeline.nights.night import Request
from pipeline.nights.transcribing import TRANSCRIPTION
from pipeline.outcomes.columns import Kind
from pipeline.outcomes.made_tables import write_made_tables
from pipeline.playing.sound import copies_in
from pipeline.processes.workers import die_with, in_own_process
from pipeline.progress import Silent
from pipeline.settings import Settings, SpeechSettings, WorkSettings
from pipeline.speech.transcribe import speech_fingerprint
from pipeline.speech.weights import find_weights
from pipeline.store import review_queue, sessions, users
from pipeline.store.migrate import open_store
from pipeline.store.multiplied import multiply
from pipeline.store.pages import Pins, list_nights
from pipeline.store.reports import latest_report

CALLS, LONG_CALLS = 2_000, 50_000
SECONDS, LONG_SECONDS = 60, 300
PEOPLE = 20
PAGE_MS, SEARCH_MS, SOUND_MS = 300.0, 500.0, 500.0
ROLES: tuple[users.Role, ...] = ("administrator", "manager", "qa_editor", "qa_approver", "analyst", "auditor")
NIGHT_CALLS = 200  # of each of the nights that work meanwhile
READ = replace(SPOKEN, tagger=PRETENDED.tagger)  # words that differ, found without work
HEARD = 24  # recordings that can be heard, each for the first time once
PAGES = {
    "dashboard": ["/report", "/report?period=FY2023", "/report?period=12M-2024-06"],
    "contribution": ["/contribution/any"],
    "operators": ["/operators", "/operators?team=" + quote("一課")],
    "operator": [f"/operators/OP{number:03d}" for number in range(0, 200, 7)],
    "calls": ["/calls", "/calls?label=proposal", "/calls?operator=OP003"],
    "call": [f"/calls/C{number:07d}" for number in range(0, 2_000, 13)],
    "search": ["/search?q=" + quote(text) for text in ("の", "解約", "見積", "お見積もり", "ご検討ください", "髙")],
    "dictionary": ["/dictionary", "/dictionary?category=proposal"],
    "reviews": ["/reviews", "/reviews/precision"],
    "nights": ["/nights", "/nights/1"],
    "help": ["/help", "/help/believe"],
}


def bench_web(on_step: Callable[[str], None], *, long: bool = False, keep: Path | None = None) -> dict[str, Any]:
    """Rows by kind of page, with the median and the 95th percentile; bars for pages, search and the first sound.

    `keep`: a folder where the store stays, and is taken from if it is there already. Its sounds are new each time.
    """
    calls, seconds = (LONG_CALLS, LONG_SECONDS) if long else (CALLS, SECONDS)
    with tempfile.TemporaryDirectory() as name:
        root = keep or Path(name)
        on_step(f"a store of {calls:,} calls and {calls * UTTERANCES:,} utterances")
        settings = kept_store(root) or made_store(root, calls)
        rmtree(copies_in(settings), ignore_errors=True)
        cookies = _signed_in(settings)
        before = _nights_done(settings)
        with _server(settings) as (port, server), _beside(_work, Path(name), settings):
            on_step(f"{PEOPLE} people for {seconds} seconds")
            with ThreadPoolExecutor(max_workers=1) as pool:
                sounds = pool.submit(_first_sounds, port, cookies[0], seconds)
                heard = in_own_process(visit, port, cookies, PAGES, seconds)
            server_cpu = _cpu_of(server)
        nights = _nights_done(settings) - before
    return _result(calls, heard, sounds.result(), {"server_cpu": server_cpu, "nights": nights}, seconds)


def _nights_done(settings: Settings) -> int:
    with open_store(settings.store_url) as store, store.reading() as connection:
        return sum(night.state == "done" for night in list_nights(connection, limit=10_000))


def kept_store(root: Path) -> Settings | None:
    """The settings of a store that was made there before. Raises `BadInput` if by another version of the program.

    The nights that work meanwhile would then read every call anew, and report on their own calls alone.
    """
    if not (root / "data").is_dir():
        return None
    speech = SpeechSettings(model=str(root / "weights"))
    settings = Settings(data_dir=root / "data", speech=speech, work=WorkSettings(settle_s=0))
    with open_store(settings.store_url) as store:
        with store.reading() as connection:
            body = latest_report(connection)
        _, model = find_weights(settings.speech.model, settings.data_dir)
        now = speech_fingerprint(settings, model, registered_words(store))
    if body is None or body["versions"]["speech"] != now:
        raise BadInput(
            Text(
                f"{root} のデータは、このプログラムの別の版が作ったものです。",
                f"The store in {root} was made by another version of this program.",
            ),
            remedy=Text("別のフォルダーを指定してください。", "Name another folder."),
        )
    return settings


def made_store(root: Path, calls: int) -> Settings:
    """What a night leaves of so many made calls, with contracts and outcomes; the first ones can be heard.

    Beyond `CALLS` of them the same are there many times over, see `pipeline.store.multiplied`.
    """
    from pipeline.nightly import run_night

    few = min(calls, CALLS)
    request, settings = made_archive(root, few, "")
    for number in range(HEARD):
        _write_noise(root / "archive" / made_name(number), UTTERANCES * 6, number)
    night = Request(request.archive, _made_tables(root / "tables", calls))
    run_night(night, settings, Silent(), never, READ)
    if calls > few:
        for number in range(few, calls):
            write_made_call(root / "archive", number)
        listed = _UntilListed()
        with suppress(StoppedByLimit):
            run_night(night, settings, listed, listed.is_done, READ)
        with open_store(settings.store_url) as store, store.writing() as connection:
            multiply(connection, few, calls // few)
        run_night(night, settings, Silent(), never, READ)
    return settings


class _UntilListed(Silent):
    """Stops a night when it has listed the archive."""

    def __init__(self) -> None:
        self._done = False

    def stage(self, name: Text, total: int) -> None:
        """Transcription comes after the list."""
        self._done = name == TRANSCRIPTION

    def is_done(self) -> bool:
        """Whether the night is to stop."""
        return self._done


def _made_tables(folder: Path, calls: int) -> dict[Kind, Path]:
    """Calls, contracts and outcomes, with the recording of every call."""
    write_made_tables(folder, calls)
    paths: dict[Kind, Path] = {kind: folder / f"{kind}.csv" for kind in ("calls", "contracts", "outcomes")}
    lines = paths["calls"].read_text("utf-8").splitlines()
    named = [f"{lines[0]},recording"] + [f"{line},{made_name(number)}" for number, line in enumerate(lines[1:])]
    paths["calls"].write_text("\n".join(named) + "\n", encoding="utf-8")
    return paths


def _write_noise(path: Path, seconds: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(rng.integers(-2_000, 2_000, seconds * 8_000 * 2, dtype=np.int16).tobytes())


def _signed_in(settings: Settings) -> list[str]:
    """Sessions of as many people, who may see everything; of a new store, samples are drawn for them to judge."""
    with open_store(settings.store_url) as store, store.writing() as connection:
        if users.find_user(connection, "person0") is None:
            for number in range(PEOPLE):
                users.add_user(connection, "bench", f"person{number}", ROLES, None, must_change=False)
            body = latest_report(connection)
            assert body is not None
            for unit in ("moment", "utterance", "hit"):
                review_queue.draw(connection, Pins.of_report(body), "bench", unit)
        return [sessions.open_session(connection, f"person{number}") for number in range(PEOPLE)]


@contextmanager
def _server(settings: Settings) -> Iterator[tuple[int, int]]:
    """The pages on a free port, from a process of its own; the port and the process id."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    web = {"port": port, "reads_per_hour": 1_000_000}  # many users share an account, and read for hours on end
    own = settings.model_copy(update={"web": settings.web.model_copy(update=web)})
    with _beside(_serve, own) as server:
        _wait_for(port, server)
        assert server.pid is not None
        yield port, server.pid


def _serve(settings: Settings) -> None:
    with redirect_stdout(sys.stderr):  # the output is the benchmark's
        importlib.import_module("api.serve").run(settings, "en")


def _wait_for(port: int, server: BaseProcess) -> None:
    for _ in range(600):
        if server.exitcode is not None:
            raise RuntimeError(f"the server ended with {server.exitcode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


@contextmanager
def _beside(function: Callable[..., object], *arguments: object) -> Iterator[BaseProcess]:
    """A process that works until the block is left, or until this one ends however it does."""
    told = (os.getpid(), function, arguments)
    process = multiprocessing.get_context("spawn").Process(target=_run_beside, args=told)
    process.start()
    try:
        yield process
    finally:
        process.terminate()
        process.join(90)  # a request under way may wait half a minute for its turn to write
        process.kill()


def _run_beside(parent: int, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    die_with(parent)
    function(*arguments)


def _work(root: Path, settings: Settings) -> None:
    """Transcribe and tag one small archive after the other, at the lowest priority, in the same store."""
    from pipeline.nightly import run_night

    os.nice(19)
    for number in count():
        archive = root / f"later{number}" / "archive"
        archive.mkdir(parents=True)
        rows = ["call_id,started_at,operator_id,recording"]
        for call in range(NIGHT_CALLS):
            (archive / f"{call:04d}.wav").write_text(f"{root.name} {number} {call}", encoding="ascii")
            rows.append(f"L{number}-{call:04d},2026-06-01 09:00:00,OP{call % 200:03d},{call:04d}.wav")
        table = archive.parent / "calls.csv"
        table.write_text("\n".join(rows) + "\n", encoding="utf-8")
        run_night(Request(archive, {"calls": table}), settings, Silent(), never, READ)


def _first_sounds(port: int, cookie: str, seconds: float) -> list[tuple[float, float]]:
    """Milliseconds until the first second of calls that nobody heard before, and until the same once more."""
    measured = []
    for number in range(1, HEARD + 1):
        time.sleep(seconds / (HEARD + 1))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        measured.append((_sound_ms(connection, number, cookie), _sound_ms(connection, number, cookie)))
        connection.close()
    return measured


def _sound_ms(connection: http.client.HTTPConnection, recording_id: int, cookie: str) -> float:
    begun = time.perf_counter()
    status = ask(connection, f"/sound/{recording_id}", cookie)
    if status != 206:
        raise RuntimeError(f"no sound: {status}")
    return (time.perf_counter() - begun) * 1000


def _cpu_of(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _result(
    calls: int, heard: Heard, sounds: list[tuple[float, float]], beside: dict[str, float], seconds: float
) -> dict[str, Any]:
    p95 = {kind: float(np.percentile(waits, 95)) * 1000 for kind, waits in heard.seconds.items()}
    rows: list[dict[str, Any]] = [
        {
            "page": kind,
            "n": len(waits),
            "median_ms": round(statistics.median(waits) * 1000, 1),
            "p95_ms": round(p95[kind], 1),
            "failed": heard.failed[kind],
        }
        for kind, waits in sorted(heard.seconds.items())
    ]
    first, again = (list(times) for times in zip(*sounds, strict=True))
    first_p95 = float(np.percentile(first, 95))
    for name, times in (("sound, never heard", first), ("sound, again", again)):
        median, p95_ms = statistics.median(times), float(np.percentile(times, 95))
        rows.append({"page": name, "n": len(times), "median_ms": round(median, 1), "p95_ms": round(p95_ms, 1)})
    rows.append({"cpu_s": "of the load", "value": round(heard.cpu_s, 1), "seconds": seconds})
    rows.append({"cpu_s": "of the server", "value": round(beside["server_cpu"], 1), "seconds": seconds})
    rows.append({"nights": "finished meanwhile", "value": beside["nights"]})
    slowest = max(milliseconds for kind, milliseconds in p95.items() if kind != "search")
    bars = [
        bar("page_p95_ms", slowest, PAGE_MS),
        bar("search_p95_ms", p95["search"], SEARCH_MS),
        bar("first_sound_ms", first_p95, SOUND_MS),
        bar("failed", sum(heard.failed.values()), 0),
    ]
    return {"bench": "web", "machine": machine(), "calls": calls, "rows": rows, "bars": bars}
