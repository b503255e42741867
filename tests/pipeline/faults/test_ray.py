"""G1, G2, G4, G6, G7, G8: a night on a cluster of two machines ends where a local one does, whatever becomes of one."""

import multiprocessing
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from phrases.entry import Word
from pipeline.errors import BadInput, ExitCode, KoukenError
from pipeline.nights.night import Recognition
from pipeline.processes.ray_workers import Cluster as RayCluster
from pipeline.processes.ray_workers import map_over_cluster
from pipeline.processes.workers import Work
from pipeline.progress import Silent
from pipeline.records import Transcript
from pipeline.settings import Settings
from pipeline.speech.work import TranscribeTask
from tests.pipeline import fake_speech
from tests.pipeline.centre import PLAIN, PROPOSAL, Centre, QuickTagger, small_centre
from tests.pipeline.faults import inline

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster

pytestmark = [pytest.mark.fault, pytest.mark.slow]
ROOT = Path(__file__).parents[3]
SECOND = "second"  # a resource that only the second machine has, by which a worker knows where it is
NAMES = [f"{number:02d}.wav" for number in range(10)]


def slow_transcribe(task: TranscribeTask) -> Transcript:
    """Long enough for a machine to be lost in the middle."""
    time.sleep(0.5)
    return fake_speech.transcribe(task)


def is_second() -> bool:
    return os.environ.get("KOUKEN_TEST_NODE") == SECOND


def other_on_the_second(settings: Settings, words: Sequence[Word]) -> str:
    """Also leaves word that the second machine has been asked."""
    if is_second():
        (settings.data_dir / SECOND).touch()
    return os.environ.get("KOUKEN_TEST_VERSION", "kouken 9" if is_second() else "kouken 0")


def transcribe_once_both_were_asked(task: TranscribeTask) -> Transcript:
    wait_for(task.path.parent.parent / "data" / SECOND)
    return fake_speech.transcribe(task)


def wait_for(path: Path) -> None:
    end = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < end, path
        time.sleep(0.05)


def slow_on_the_second(task: TranscribeTask) -> Transcript:
    """The other machine waits until this one has met, so that both are at work."""
    (task.path.parent.parent / "data" / (SECOND if is_second() else "first")).touch()
    if is_second():
        time.sleep(2)
    else:
        wait_for(task.path.parent.parent / "data" / SECOND)
    return fake_speech.transcribe(task)


def more_than_the_store_of_objects_holds(number: int) -> bytes:
    return bytes([number]) * (100 << 20)


def night_on_the_cluster(root: Path, address: str, token: Path) -> None:
    centre = remake(root, slow_transcribe)
    changed = {"engine": "ray", "ray_address": address, "ray_token_file": token, "workers": 0}
    centre.with_settings(work=centre.settings.work.model_copy(update=changed)).night()


def nothing() -> None:
    """Nothing to load."""


def where(item: tuple[int, Path]) -> str:
    if not is_second():
        wait_for(item[1])
    return "there" if is_second() else "here"


def seen_from_here(item: tuple[int, Path]) -> bool:
    if is_second():
        item[1].touch()
    return not is_second()


def remake(root: Path, transcribe: Any) -> Centre:
    """The centre that `make` made, in another process."""
    recognition = Recognition(fake_speech.start, transcribe, lambda store, settings: QuickTagger())
    return small_centre(root, f"sqlite:///{root / 'kouken.db'}", recognition)


def make(root: Path, version: Any = None, transcribe: Any = fake_speech.transcribe) -> Centre:
    root.mkdir()
    more = {"version": version} if version else {}
    recognition = Recognition(fake_speech.start, transcribe, lambda store, settings: QuickTagger(), **more)
    centre = small_centre(root, f"sqlite:///{root / 'kouken.db'}", recognition)
    for name in NAMES:
        centre.record(name, (PROPOSAL if int(name[:2]) % 3 else PLAIN) + f"O {name}\n")
    return centre


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("ray") / "token"
    path.write_text(secrets.token_hex(32))
    path.chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN_PATH", str(path))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", str(ROOT))
        yield path


@contextmanager
def running() -> Iterator["Cluster"]:
    from ray.cluster_utils import Cluster

    small = {"num_cpus": 1, "object_store_memory": 80 << 20, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args=small)
    try:
        yield made
    finally:
        made.shutdown()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def cluster(token: Path) -> Iterator["Cluster"]:
    """Two machines that differ in one thing: the second one knows that it is."""
    with running() as made:
        second_machine(made)
        yield made


def second_machine(cluster: "Cluster") -> Any:
    return cluster.add_node(
        num_cpus=1, object_store_memory=80 << 20, env_vars={"KOUKEN_TEST_NODE": SECOND}, resources={SECOND: 1}
    )


def on(cluster: "Cluster", centre: Centre, token: Path | None) -> Centre:
    changed = {"engine": "ray", "ray_address": cluster.address, "ray_token_file": token, "workers": 0}
    return centre.with_settings(work=centre.settings.work.model_copy(update=changed))


@pytest.fixture
def undisturbed(tmp_path: Path) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
        local = make(tmp_path / "local")
        assert local.night() is ExitCode.DONE
    return local.export_hash()


def test_machine_lost_in_the_middle_of_the_night_changes_nothing(token: Path, tmp_path: Path, undisturbed: str) -> None:
    centre = make(tmp_path / "spread", transcribe=slow_transcribe)
    with running() as cluster:
        lost = second_machine(cluster)

        def lose_it() -> None:
            while len(fake_speech.transcribed(centre.archive)) < 4:
                time.sleep(0.05)
            cluster.remove_node(lost, allow_graceful=False)

        loser = threading.Thread(target=lose_it)
        loser.start()
        assert on(cluster, centre, token).night() is ExitCode.DONE
        loser.join()
    assert centre.files == {"found": 10, "done": 10, "waiting": 0, "quarantined": 0, "skipped": 0}
    assert centre.export_hash() == undisturbed


def test_g2_night_killed_on_the_cluster_is_gone_on_with_by_the_next_one(
    cluster: "Cluster", token: Path, tmp_path: Path, undisturbed: str
) -> None:
    centre = make(tmp_path / "killed")
    arguments = (tmp_path / "killed", cluster.address, token)
    night = multiprocessing.get_context("spawn").Process(target=night_on_the_cluster, args=arguments)
    night.start()
    end = time.monotonic() + 120
    while len(fake_speech.transcribed(centre.archive)) < 3:
        assert time.monotonic() < end and night.is_alive()
        time.sleep(0.05)
    night.kill()
    night.join()
    assert on(cluster, centre, token).night() is ExitCode.DONE
    assert centre.files == {"found": 10, "done": 10, "waiting": 0, "quarantined": 0, "skipped": 0}
    assert centre.export_hash() == undisturbed


def test_g6_slow_machine_holds_nobody_up_and_changes_nothing(
    cluster: "Cluster", token: Path, tmp_path: Path, undisturbed: str
) -> None:
    centre = make(tmp_path / "slow", transcribe=slow_on_the_second)
    assert on(cluster, centre, token).night() is ExitCode.DONE
    assert {path.name for path in centre.settings.data_dir.iterdir()} >= {"first", SECOND}
    assert centre.export_hash() == undisturbed


def test_g7_result_larger_than_the_clusters_memory_comes_whole(cluster: "Cluster", token: Path) -> None:
    done = map_over_cluster(
        Work(more_than_the_store_of_objects_holds, nothing, (), lambda item: 60.0),
        range(1, 4),
        cluster=RayCluster(cluster.address, token, gpu=False),
        most=0,
        stop=lambda: False,
        tell=lambda text: None,
    )
    assert {(one.item, len(one.result or b""), (one.result or b"?")[-1]) for one in done} == {
        (number, 100 << 20, number) for number in (1, 2, 3)
    }


def test_machine_of_another_version_is_given_no_work(
    cluster: "Cluster", token: Path, tmp_path: Path, undisturbed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    monkeypatch.setattr(Silent, "note", lambda self, text: notes.append(text.en))
    centre = make(tmp_path / "mixed", other_on_the_second, transcribe_once_both_were_asked)
    assert on(cluster, centre, token).night() is ExitCode.DONE
    assert any("another version (kouken 9)" in note for note in notes)
    assert centre.export_hash() == undisturbed


def test_machine_that_does_not_see_the_archive_is_drained_and_no_recording_is_blamed(
    cluster: "Cluster", token: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    work = Work(where, nothing, (), lambda item: 60.0, is_there=seen_from_here)
    done = map_over_cluster(
        work,
        [(number, tmp_path / SECOND) for number in range(8)],
        cluster=RayCluster(cluster.address, token, gpu=False),
        most=0,
        stop=lambda: False,
        tell=lambda text: told.append(text.en),
    )
    outcomes = sorted((one.item[0], one.result, one.error) for one in done)
    assert outcomes == [(number, "here", None) for number in range(8)]
    assert any("not mounted" in text for text in told)


def test_cluster_without_a_usable_machine_is_told_and_no_recording_is_marked(
    cluster: "Cluster", token: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOUKEN_TEST_VERSION", "kouken 1")  # of this process alone
    centre = make(tmp_path / "other", other_on_the_second)
    with pytest.raises(KoukenError) as error:
        on(cluster, centre, token).night()
    assert "版が違います" in error.value.render("ja")
    monkeypatch.delenv("KOUKEN_TEST_VERSION")
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    assert centre.night() is ExitCode.DONE
    assert centre.files["done"] == 10


def test_cluster_without_a_token_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    centre = make(tmp_path / "open")
    work = centre.settings.work.model_copy(update={"engine": "ray"})
    with pytest.raises(BadInput) as error:
        centre.with_settings(work=work).night()
    assert "work.ray_token_file" in error.value.render("ja")
