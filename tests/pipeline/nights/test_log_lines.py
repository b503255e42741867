"""What a night writes down for journals, monitoring and mail: its own number on every line, and no one's telephone."""

import json
import wave
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline import nightly
from pipeline.audio.decode import decode
from pipeline.cli import run
from pipeline.errors import ExitCode
from pipeline.language import Text
from pipeline.nights.night import Recognition
from pipeline.progress import Lines, Progress
from pipeline.records import AudioFacts, ModelInfo, Transcript, Utterance
from pipeline.settings import Settings
from pipeline.speech.work import TranscribeTask
from pipeline.store import notification_rules
from pipeline.store.migrate import open_store
from pipeline.store.notification_rules import Wanted
from tests.pipeline import fake_speech
from tests.pipeline.centre import QuickTagger, small_centre
from tests.pipeline.faults import inline
from tests.pipeline.messages.test_webhook import receiver

PHONE = "09087654321"
TRACES = (PHONE, "87654321", "090-8765-4321", "8765-4321")
UUID = "3a1b2c3d-0000-4000-8000-00000000000"
KINDS = ("good", "damaged", "disguised", "empty", "growing")
NAMES: dict[str, Callable[[int], str]] = {  # by preset: the names that its recorder, or somebody by hand, gave
    "": lambda i: f"{PHONE}/{PHONE}-{i}.wav",
    "freepbx": lambda i: f"2026/10/03/out-{PHONE}-OP1-20261003-14050{i}-179527500{i}.{i}.wav",
    "genesys": lambda i: f"conversation_id={UUID}{i}/{PHONE}_{i}.wav",
    "connect": lambda i: f"{PHONE}/{UUID}{i}_20261003T14:0{i}_UTC.wav",
    "biztel": lambda i: f"{PHONE}_1000000000000000000{i}_20261003_14050{i}.wav",
    "miitel": lambda i: f"{PHONE}-{i}.wav",
    "calls": lambda i: f"{PHONE}-{i}.wav",
    "vcon": lambda i: f"{PHONE}-{i}.wav",
    "own": lambda i: f"2026{i}-{PHONE}.wav",
}
OWN = """[sources.presets.own]
pattern = '(?P<date>\\d{5})-(?P<phone>\\d+)'
"""


def heard(task: TranscribeTask) -> Transcript:
    """Decoded as every recording is; what is said in it is made up and has the number, too."""
    decode(task.path).close()
    said = Utterance("operator", f"{PHONE}にお見積もりをお送りします。", start_ms=0, end_ms=900, confidence=0.9)
    facts = AudioFacts(1.0, 1, 8000, "wav", "pcm", None, None)
    return Transcript(task.call_id, facts, ModelInfo("made up", "1", "0" * 64), {}, (said,))


def record(archive: Path, name_of: Callable[[int], str]) -> Path:
    """One file of each kind; the one that grows."""
    for number, kind in enumerate(KINDS):
        path = archive / name_of(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(bytes([number, 0, 0, 2]) * 8000)
        whole = path.read_bytes()
        page = f"<html><body>{PHONE} was not found</body></html>".encode()
        made = {"damaged": b"OggS" + bytes(100) + whole[:900], "disguised": page, "empty": b""}
        path.write_bytes(made.get(kind, whole))
        beside = {"conversationId": f"{UUID}{number}", "ani": PHONE, "subject": PHONE}
        path.with_name(f"{path.stem}_metadata.json").write_text(json.dumps(beside))
    return path


@pytest.fixture
def hook() -> Iterator[Any]:
    with receiver() as server:
        yield server


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def administrator(
    tmp_path: Path, hook: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Types a command; the exit code, and all that went to the terminal, in whatever process."""
    centre = small_centre(tmp_path, f"sqlite:///{tmp_path / 'data' / 'kouken.db'}")
    place = f"127.0.0.1:{hook.server_port}"
    config = tmp_path / "kouken.toml"
    config.write_text(
        f"""data_dir = "{tmp_path / "data"}"
[speech]
model = "{centre.settings.speech.model}"
[work]
workers = 1
reserve_gib = 0
settle_s = 0.1
[alerts]
webhook_url = "http://{place}/alert"
metrics = "{tmp_path / "kouken.prom"}"
[web]
webhook_hosts = ["{place}"]
[sources]
preset = "PRESET"
"""
        + OWN
    )
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)

    def typed(*words: str, preset: str = "", night: Callable[..., ExitCode] | None = None) -> tuple[int, str]:
        text = config.read_text().partition("[sources]\n")[0]
        config.write_text(f'{text}[sources]\npreset = "{preset}"\n{OWN}')
        if night:
            monkeypatch.setattr("pipeline.nightly.run_night", night)
        code = run([*words, "--config", str(config), "--lang", "ja"])
        taken = capfd.readouterr()
        return code, taken.out + taken.err

    yield typed


RUN_NIGHT = nightly.run_night


def night_with(
    request: Any, settings: Settings, progress: Progress, stop: Callable[[], bool], *, grown: Path
) -> ExitCode:
    """A night on which one file grows whenever anybody looks whether to stop."""

    def grows() -> bool:
        with grown.open("ab") as file:
            file.write(b"\0\0")
        return stop()

    hearing = Recognition(fake_speech.start, heard, lambda store, settings: QuickTagger())
    return RUN_NIGHT(request, settings, progress, grows, hearing)


def leaves_no_trace(told: str) -> bool:
    return not any(trace in told for trace in TRACES)


def told_by_webhook(hook: Any) -> str:
    return "\n".join(json.dumps(json.loads(body), ensure_ascii=False) for _, body in hook.taken)


@pytest.mark.parametrize("preset", NAMES)
def test_night_of_many_faults_writes_its_number_on_every_line_and_no_telephone_number(
    preset: str, administrator: Run, hook: Any, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    grown = record(archive, NAMES[preset])
    rule = Wanted("low_reaction", None, "webhook", (f"http://127.0.0.1:{hook.server_port}/rule",), "ja")
    nightly_of = ("nightly", "--archive", str(archive))
    url = f"sqlite:///{tmp_path / 'data' / 'kouken.db'}"
    with open_store(url) as store, store.writing() as connection:
        notification_rules.make_rule(connection, "admin", rule)
    code, told = administrator(*nightly_of, preset=preset, night=partial(night_with, grown=grown))
    assert code == ExitCode.SOME_QUARANTINED, told
    assert leaves_no_trace(told)
    lines = [json.loads(line) for line in told.splitlines()]
    assert {line["run_id"] for line in lines} == {1}
    assert {line["event"] for line in lines} == {"stage", "step", "note"}
    steps = {line["item"] for line in lines if line["event"] == "step" and line["item"]}
    held_back = [line["text"] for line in lines if line["event"] == "note" and "隔離 " in line["text"]]
    assert steps and all(item.startswith(("recording:", "transcript:")) for item in steps)
    assert {text.split()[1] for text in held_back[:-1]} >= {"NOT_AUDIO", "EMPTY_AUDIO", "STILL_CHANGING"}
    assert leaves_no_trace((tmp_path / "kouken.prom").read_text())
    assert hook.taken and leaves_no_trace(told_by_webhook(hook))
    assert json.loads(hook.taken[0][1])["count"] == 1

    shown = administrator("status", preset=preset)[1]
    number = next(word for line in shown.splitlines() if "NOT_AUDIO" in line for word in line.split() if "g:" in word)
    assert number in steps and PHONE in next(line for line in shown.splitlines() if number in line)
    assert administrator("retry", number, preset=preset)[0] == ExitCode.DONE
    assert administrator("retry", number, preset=preset)[0] == ExitCode.BAD_INPUT


def test_names_that_the_preset_cannot_read_are_counted_in_the_log_and_shown_by_the_status(
    administrator: Run, tmp_path: Path
) -> None:
    grown = record(tmp_path / "archive", NAMES["miitel"])
    night = partial(night_with, grown=grown)
    _, told = administrator("nightly", "--archive", str(tmp_path / "archive"), preset="freepbx", night=night)
    (counted,) = [line for line in told.splitlines() if "このプリセットの形ではありません" in line]
    assert f"{len(KINDS)} 件" in counted and leaves_no_trace(told)
    shown = administrator("status", preset="freepbx")[1]
    assert f"名前を読み取れない録音 {len(KINDS)} 件(例 {PHONE}-0.wav)" in shown


def test_table_that_is_refused_is_told_by_place_and_not_by_value(administrator: Run, hook: Any, tmp_path: Path) -> None:
    record(tmp_path / "archive", NAMES[""])
    calls = tmp_path / "calls.csv"
    calls.write_text(f"call_id,started_at,operator_id\nC1,{PHONE},OP1\nC2,2026-13-45,OP2\n")
    code, told = administrator("nightly", "--archive", str(tmp_path / "archive"), "--calls", str(calls))
    (line,) = [json.loads(line) for line in told.splitlines()]
    assert (code, line["exit_code"], line["event"], line["run_id"]) == (2, 2, "error", None)
    assert "calls.csv 2行目 started_at" in line["text"] and "calls.csv 3行目" in line["text"]
    assert "calls.csv 2行目 started_at" in told_by_webhook(hook)
    assert leaves_no_trace(told) and leaves_no_trace(told_by_webhook(hook))


def test_night_that_breaks_off_is_one_line_with_the_place_and_not_the_message(
    administrator: Run, hook: Any, tmp_path: Path
) -> None:
    record(tmp_path / "archive", NAMES[""])

    def breaks(_: Any, __: Any, progress: Progress, *___: Any) -> ExitCode:
        progress.night(7)
        raise ValueError(f"{PHONE} cannot be read")

    code, told = administrator("nightly", "--archive", str(tmp_path / "archive"), night=breaks)
    (line,) = [json.loads(line) for line in told.splitlines()]
    assert (code, line["exit_code"], line["event"], line["run_id"]) == (1, 1, "error", 7)
    assert "ValueError" in line["text"] and "test_log_lines.py" in line["text"]
    assert "ValueError" in told_by_webhook(hook)
    assert leaves_no_trace(told) and leaves_no_trace(told_by_webhook(hook))


def test_items_without_an_id_are_counted_in_a_hundred_lines_at_most(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines("ja")
    lines.stage(Text("録音を確認", "Recordings"), 1234)
    for _ in range(1234):
        lines.step("")
    counted = [json.loads(line)["done"] for line in capsys.readouterr().err.splitlines()[1:]]
    assert counted == list(range(12, 1235, 12))
