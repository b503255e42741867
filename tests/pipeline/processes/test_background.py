"""Work in a process of its own: it tells how far it is, ends when asked, and fails in words."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.processes.background import Busy, Job, Jobs
from pipeline.progress import Progress
from pipeline.settings import Settings

READING = Text("読む", "Reading")


def add(settings: Settings, progress: Progress, one: int, other: int) -> int:
    progress.stage(READING, 2)
    progress.step("one")
    progress.step("other")
    return one + other


def refuse(settings: Settings, progress: Progress) -> None:
    raise BadInput(Text("だめです", "no"))


def break_down(settings: Settings, progress: Progress) -> None:
    raise ValueError("お客様の言葉")


def die(settings: Settings, progress: Progress) -> None:
    os._exit(3)


def last_for_ever(settings: Settings, progress: Progress, mark: Path) -> None:
    mark.write_text(str(os.getpid()))
    progress.stage(READING, 1000)
    time.sleep(600)


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    held = Jobs(Settings(data_dir=tmp_path))
    yield held
    held.close()


def begun(mark: Path) -> int:
    """The process that has begun to last for ever."""
    while not mark.exists() or not mark.read_text():
        time.sleep(0.01)
    return int(mark.read_text())


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_result_comes_back_with_how_far_it_was(jobs: Jobs) -> None:
    job = jobs.start("sato", "sum", add, 2, 3)
    assert job.wait(60)
    assert (job.state, job.result, job.stage, job.done, job.total) == ("done", 5, READING, 2, 2)


def test_what_the_product_refuses_is_told_and_what_breaks_says_nothing_of_anybody(
    jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    for work, words in ((refuse, "だめです"), (break_down, "途中で終わりました"), (die, "途中で終わりました")):
        job = jobs.start("sato", "work", work)
        assert job.wait(60)
        assert job.state == "failed" and job.error is not None and words in job.error.render("ja")
    assert "お客様" not in caplog.text


def test_cancelling_ends_the_process(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.start("sato", "work", last_for_ever, tmp_path / "mark")
    process = begun(tmp_path / "mark")
    jobs.cancel(job)
    assert job.state == "cancelled" and job.result is None and not is_alive(process)


def test_the_end_of_the_server_ends_everything(jobs: Jobs, tmp_path: Path) -> None:
    jobs.start("sato", "work", last_for_ever, tmp_path / "mark")
    process = begun(tmp_path / "mark")
    jobs.close()
    assert not is_alive(process)


def test_one_at_a_time_for_each_person_and_few_for_all(jobs: Jobs, tmp_path: Path) -> None:
    first = jobs.start("sato", "trial", last_for_ever, tmp_path / "1")
    again = jobs.start("sato", "trial", last_for_ever, tmp_path / "2")
    assert (first.state, again.state) == ("cancelled", "running")  # a later try replaces the one before
    with pytest.raises(Busy) as refused:
        jobs.start("sato", "review", add, 1, 1)
    assert refused.value.job is again
    jobs.start("suzuki", "trial", last_for_ever, tmp_path / "3")
    with pytest.raises(Busy) as full:
        jobs.start("tanaka", "trial", add, 1, 1)
    assert full.value.job is None


def test_nobody_sees_somebody_elses_work(jobs: Jobs) -> None:
    job: Job = jobs.start("sato", "sum", add, 2, 3)
    for own in (jobs.find(job.job_id, "sato"), jobs.last("sato", "sum")):
        assert own is not None and own.job_id == job.job_id
    assert jobs.find(job.job_id, "suzuki") is None and jobs.last("suzuki", "sum") is None


def test_what_ends_while_its_page_is_made_is_shown_as_it_was_found(jobs: Jobs, tmp_path: Path) -> None:
    work = jobs.start("sato", "work", last_for_ever, tmp_path / "mark")
    found, last = jobs.find(work.job_id, "sato"), jobs.last("sato", "work")
    assert found is not None and last is not None
    after = jobs.cancel(found)
    assert (found.state, last.state) == ("running", "running")
    assert (work.state, after.state) == ("cancelled", "cancelled") and after.job_id == work.job_id
