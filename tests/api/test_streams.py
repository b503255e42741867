"""A thousand players at once that hardly read: the server stays small, and whoever is not served is told to wait."""

import resource
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.connections import MOST as MOST_CONNECTIONS
from api.errors import TooBusy, TooOften
from api.streams import MOST, MOST_EACH, Streams
from pipeline.audio.playback import named, widened
from pipeline.nights.archive import hash_file
from pipeline.playing.sound import copies_in
from pipeline.settings import Settings
from pipeline.store import sessions, users
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from tests.api.serving import Served, serving
from tests.api.world import fill_with_recording

PLAYERS, OF_EACH = 1000, 25
COPY_BYTES = 12_000_000  # more than any buffer on the way takes
MUTED = [(37_000, 41_000)]  # of the telling call
SPARE = 40  # descriptors of whatever the server does besides


@dataclass(frozen=True)
class World:
    """A store with one recording that can be heard, and the sessions of those who may hear it."""

    settings: Settings
    tokens: tuple[str, ...]
    recording: Path


@pytest.fixture
def world(tmp_path: Path) -> World:
    settings = Settings(data_dir=tmp_path / "data")
    store = open_store(settings.store_url)
    recording = fill_with_recording(store, tmp_path / "archive")
    tokens = tuple(sign_in(store, f"listener{number}") for number in range(PLAYERS // OF_EACH))
    store.close()
    return World(settings, tokens, recording)


def sign_in(store: Store, name: str) -> str:
    with store.writing() as connection:
        users.add_user(connection, "root", name, ("manager",), None, must_change=False)
        return sessions.open_session(connection, name)


def leave_long_copy(world: World) -> bytes:
    """Where the copy of the recording is kept, as if coded before: what is in it does not matter to the server."""
    copy = named(hash_file(world.recording), widened(MUTED), copies_in(world.settings))
    copy.audio.parent.mkdir(parents=True)
    content = b"OggS" + bytes(range(256)) * (COPY_BYTES // 256)
    copy.audio.write_bytes(content)
    copy.peaks.write_text("{}", "ascii")
    return content


@contextmanager
def many_descriptors() -> Iterator[None]:
    """The players are all in this process."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, before[1]) if before[1] > 0 else 4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@dataclass(frozen=True)
class Answer:
    """The head of an answer, and what of the body came with it."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(served: Served, token: str) -> socket.socket:
    """A player that wants all of the sound and takes it in small sips."""
    player = served.connect(receive_buffer=4096)
    head = f"GET /sound/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: kouken_session={token}\r\nRange: bytes=0-\r\n\r\n"
    player.sendall(head.encode("ascii"))
    return player


def answer_on(player: socket.socket) -> Answer:
    read = b""
    while b"\r\n\r\n" not in read:
        part = player.recv(1024)
        assert part, "closed without an answer"
        read += part
    head, _, body = read.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(int(first.split()[1]), headers, body)


def rest_of(player: socket.socket, answer: Answer) -> bytes:
    read = bytearray(answer.body)
    while len(read) < int(answer.headers["content-length"]):
        part = player.recv(1 << 20)
        assert part, "cut"
        read += part
    return bytes(read)


def wait_until_left(served: Served, most: int) -> None:
    """Until the server has noticed that the players are gone."""
    for _ in range(200):
        if served.descriptors() <= most:
            return
        time.sleep(0.05)
    raise AssertionError(f"{served.descriptors()} descriptors are still open")


def players(served: Served, world: World, stack: ExitStack, count: int) -> list[tuple[socket.socket, Answer]]:
    """So many, some of each person; every one stays open, and has read no more than the head of its answer."""
    opened = [stack.enter_context(ask(served, world.tokens[number // OF_EACH])) for number in range(count)]
    return [(player, answer_on(player)) for player in opened]


def test_a_thousand_players_of_one_copy_leave_memory_and_descriptors_bounded(world: World) -> None:
    content = leave_long_copy(world)
    with many_descriptors(), serving(world.settings) as served, ExitStack() as stack:
        with ask(served, world.tokens[0]) as first:
            assert rest_of(first, answer_on(first)) == content
        before, memory = served.descriptors(), served.resident_mib()
        answered = players(served, world, stack, PLAYERS)
        statuses = Counter(answer.status for _, answer in answered)
        assert statuses.keys() == {206, 429, 503}
        assert statuses[206] == MOST
        assert 0 < served.files_open(".opus") <= MOST
        assert served.descriptors() <= before + MOST_CONNECTIONS + MOST + SPARE
        assert served.resident_mib() - memory < 128
        heard = [(player, answer) for player, answer in answered if answer.status == 206]
        assert all(content.startswith(answer.body) for _, answer in heard)
        assert rest_of(*heard[-1]) == content
        for _, answer in answered:
            assert answer.status == 206 or int(answer.headers["retry-after"]) > 0
        stack.close()
        wait_until_left(served, before + SPARE)
        with ask(served, world.tokens[-1]) as later:
            assert answer_on(later).status == 206


def test_players_of_what_is_heard_for_the_first_time_are_bounded_too(world: World) -> None:
    with many_descriptors(), serving(world.settings) as served, ExitStack() as stack:
        before, memory = served.descriptors(), served.resident_mib()
        answered = players(served, world, stack, 400)
        statuses = Counter(answer.status for _, answer in answered)
        assert statuses[206] >= MOST and statuses.keys() <= {206, 429, 503}
        assert served.descriptors() <= before + MOST_CONNECTIONS + MOST + SPARE
        assert served.resident_mib() - memory < 256
        kinds = {answer.headers["content-type"] for _, answer in answered if answer.status == 206}
        assert "audio/wav" in kinds and kinds <= {"audio/wav", "audio/ogg"}
        player, answer = next(item for item in answered if item[1].headers["content-type"] == "audio/wav")
        assert rest_of(player, answer).startswith(b"RIFF")
        stack.close()
        wait_until_left(served, before + SPARE)


def test_a_listener_that_takes_nothing_for_long_loses_the_place_and_goes_on_by_range(world: World) -> None:
    content = leave_long_copy(world)
    with serving(world.settings, answer_timeout_s="1") as served, ExitStack() as stack:
        token = world.tokens[0]
        stalled = [stack.enter_context(ask(served, token)) for _ in range(MOST_EACH)]
        answers = [answer_on(player) for player in stalled]
        assert {answer.status for answer in answers} == {206}
        with ask(served, token) as one_more:
            assert answer_on(one_more).status == 429
        for _ in range(200):
            if not served.files_open(".opus"):
                break
            time.sleep(0.05)
        assert served.files_open(".opus") == 0
        with pytest.raises((ConnectionResetError, AssertionError), match=r"reset|cut"):
            rest_of(stalled[0], answers[0])
        with ask(served, token) as again:
            assert rest_of(again, answer_on(again)) == content


def test_a_listener_that_reads_on_is_not_cut_off_however_long_it_takes(world: World) -> None:
    content = leave_long_copy(world)
    with serving(world.settings, answer_timeout_s="1") as served, ask(served, world.tokens[0]) as slow:
        answer, began = answer_on(slow), time.monotonic()
        read = bytearray(answer.body)
        while time.monotonic() - began < 3:
            read += slow.recv(20_000)
            time.sleep(0.02)
        assert len(read) < len(content)
        read += rest_of(slow, Answer(206, answer.headers, bytes(read)))[len(read) :]
        assert read == content


def test_one_person_leaves_places_to_the_others_and_gets_them_back() -> None:
    streams = Streams(most=5, most_each=2)
    with ExitStack() as stack:
        for name in ("a", "a", "b", "b"):
            stack.enter_context(streams.place(name))
        with pytest.raises(TooOften) as own, streams.place("a"):
            pass
        assert (own.value.status, own.value.code) == (429, "too_many_sounds")
        stack.enter_context(streams.place("c"))
        with pytest.raises(TooBusy) as all_taken, streams.place("d"):
            pass
        assert all_taken.value.status == 503
    with streams.place("a"), streams.place("a"):
        assert streams.most_each == 2
