"""Section F with the real weights: no network is needed, and the number of workers changes nothing."""

import json
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from pipeline.audio.decode import decode
from pipeline.formats.interchange import transcript_to_json
from pipeline.processes.workers import Work, map_items
from pipeline.settings import Settings
from pipeline.speech.work import TranscribeTask, start_worker, transcribe_task
from tests.pipeline.audio.making import write_wav

SHIPPED = Path(__file__).parents[3] / "pipeline" / "demo" / "recordings"
ROOT = Path(__file__).parents[3]
CUT_S = 20
pytestmark = pytest.mark.slow
NO_NETWORK = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise PermissionError("the network was asked for: " + event)
sys.addaudithook(refuse)
from pipeline.cli import run
sys.exit(run(sys.argv[1:]))
"""


def cut(recording: Path, target: Path) -> Path:
    with decode(recording) as audio:
        return write_wav(target, audio.read_all(0, CUT_S * 16_000)[::2])


def without_network(*arguments: str, data_dir: Path) -> subprocess.CompletedProcess[str]:
    """Run `kouken` where every Python socket is refused, and the kernel has no network either where it lets us."""
    apart = ["unshare", "-rn"] if shutil.which("unshare") and _may_unshare() else []
    command = [*apart, sys.executable, "-c", NO_NETWORK, *arguments]
    environment = {**os.environ, "KOUKEN_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=data_dir)


def _may_unshare() -> bool:
    return subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0


def test_the_refusal_would_be_noticed(tmp_path: Path) -> None:
    asks = NO_NETWORK.replace("from pipeline.cli", "import socket; socket.create_connection(('127.0.0.1', 9))\nfrom x")
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    assert "the network was asked for" in done.stderr


def test_whole_way_from_sound_to_moments_needs_no_network(tmp_path: Path) -> None:
    recording = cut(SHIPPED / "learning-2.ogg", tmp_path / "call.wav")
    heard = without_network("transcribe", str(recording), "--out", "out", data_dir=tmp_path)
    assert heard.returncode == 0, heard.stderr
    tagged = without_network("tag", "out/call.json", "--out", "tagged", data_dir=tmp_path)
    assert tagged.returncode == 0, tagged.stderr
    document = json.loads((tmp_path / "tagged" / "call.json").read_text("utf-8"))
    assert document["utterances"]
    assert "moments" in document


def transcripts(recordings: list[Path], settings: Settings, workers: int) -> dict[str, str]:
    """Each call's transcript as JSON text, made by so many worker processes."""
    tasks = [TranscribeTask(i, 0, path, path.name, path.stem, 300.0) for i, path in enumerate(recordings)]
    work = Work(transcribe_task, partial(start_worker, words=()), (settings,), lambda task: task.limit_s)
    done = list(map_items(work, tasks, workers=workers, stop=lambda: False))
    assert all(item.result for item in done)
    return {
        item.result.call_id: json.dumps(transcript_to_json(item.result), ensure_ascii=False, sort_keys=True)
        for item in done
        if item.result
    }


def test_one_worker_and_four_give_the_same_to_the_letter(tmp_path: Path) -> None:
    names = ("learning-1", "learning-2", "learning-3", "learning-4")
    recordings = [cut(SHIPPED / f"{name}.ogg", tmp_path / f"{name}.wav") for name in names]
    settings = Settings(data_dir=tmp_path / "data")
    alone = transcripts(recordings, settings, 1)
    assert transcripts(recordings, settings, 4) == alone
    assert len(alone) == len(names)
