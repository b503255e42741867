"""A worker blames a recording only for what is the recording's fault."""

import errno
import pickle
from pathlib import Path

import pytest

from pipeline.audio import decode
from pipeline.errors import BadTable, DeviceLost, KoukenError, NotAllowed
from pipeline.language import Text
from pipeline.processes.workers import Work, map_items
from pipeline.refusals import RowProblem
from pipeline.settings import Settings
from pipeline.speech.work import TranscribeTask, start_worker, transcribe_task
from tests.pipeline.audio.making import speechlike, write_wav


def tasks(path: Path, count: int) -> list[TranscribeTask]:
    return [TranscribeTask(index, 0, path, path.name, f"call-{index}", 60.0) for index in range(count)]


def half_downloaded(folder: Path) -> Path:
    folder.mkdir()
    for name, content in (("config.json", "{}"), ("model.bin", "\x06"), ("tokenizer.json", "{}")):
        (folder / name).write_text(content)
    return folder


def test_model_that_does_not_load_stops_the_run_before_any_recording_is_marked(tmp_path: Path) -> None:
    recording = write_wav(tmp_path / "a.wav", speechlike(1))
    model = half_downloaded(tmp_path / "model")
    settings = Settings(data_dir=tmp_path / "data", speech={"model": str(model), "diarise": False})
    work = Work(transcribe_task, start_worker, (settings,), lambda task: task.limit_s)
    done = []
    with pytest.raises(KoukenError, match=r"speech\.model"):
        for item in map_items(work, tasks(recording, 3), workers=1, stop=lambda: False):
            done.append(item)
    assert done == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_under_the_samples_is_not_the_recordings_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int
) -> None:
    recording = write_wav(tmp_path / "a.wav", speechlike(1))

    def full(*arguments: object, **options: object) -> None:
        raise OSError(number, "no room")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(OSError, match="no room") as caught:
        decode.decode(recording)
    assert caught.value.errno == number


def test_disk_that_fills_while_decoding_is_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recording = write_wav(tmp_path / "a.wav", speechlike(1))
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **options: Path("/dev/full").open("wb"))  # noqa: SIM115
    with pytest.raises(OSError) as caught:
        decode.decode(recording)
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize(
    "error",
    [
        DeviceLost(Text("GPU が", "the GPU"), remedy=Text("見る", "look")),
        NotAllowed(Text("不可", "no"), actor="a", action="b", object="c", details={"n": 1}),
        BadTable([RowProblem("a.csv", 2, "x", "1", Text("違う", "wrong"))]),
    ],
)
def test_error_comes_whole_out_of_a_worker(error: KoukenError) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert [back.render(language) for language in ("ja", "en")] == [error.render(language) for language in ("ja", "en")]
    assert back.exit_code == error.exit_code
