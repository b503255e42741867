"""A call can be heard while its recording is in the archive, and only then is there a player."""

import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx2 import Response

from pipeline.store.schema import moments, tags, utterances

Heard = tuple[TestClient, Path]


def test_call_has_a_player_and_plays_by_parts(heard: Heard) -> None:
    client, _ = heard
    html = client.get("/calls/20261003-0017").text
    assert '<audio controls preload="none" src="/sound/1"' in html
    assert '<script type="module" src="/static/player.js"></script>' in html
    part = client.get("/sound/1", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content), part.headers["content-type"]) == (206, 100, "audio/wav")
    assert part.content.startswith(b"RIFF")
    assert part.headers["content-range"] == f"bytes 0-99/{44 + 71 * 16_000 * 4}"
    assert part.headers["cache-control"] == "no-store"


def test_the_next_hearing_is_smaller_and_the_one_going_on_stays_as_it_is(heard: Heard) -> None:
    client, _ = heard
    begun = client.get("/sound/1", headers={"Range": "bytes=0-99"})
    client.get("/sound/1/peaks")
    copy = wait_for_copy(client)
    assert copy.content.startswith(b"OggS") and copy.headers["content-type"] == "audio/ogg"
    for name in ("If-Match", "If-Range"):
        further = client.get("/sound/1", headers={"Range": "bytes=100-199", name: begun.headers["etag"]})
        assert (further.status_code, further.headers["content-type"]) == (206, "audio/wav")
        later = client.get("/sound/1", headers={"Range": "bytes=100-199", name: copy.headers["etag"]})
        assert (later.status_code, later.headers["content-type"]) == (206, "audio/ogg")
    stranger = client.get("/sound/1", headers={"Range": "bytes=100-199", "If-Match": '"another"'})
    assert stranger.status_code == 412 and "sound_changed" in stranger.text


def wait_for_copy(client: TestClient) -> Response:
    for _ in range(600):
        answer = client.get("/sound/1", headers={"Range": "bytes=0-99"})
        if answer.headers["content-type"] == "audio/ogg":
            return answer
        time.sleep(0.05)
    raise AssertionError("no copy")


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-43", (0, 44)),
        ("bytes=4544000-", (4_544_000, 4_544_044)),
        ("bytes=-44", (4_544_000, 4_544_044)),
        ("bytes=4544000-9999999", (4_544_000, 4_544_044)),
    ],
)
def test_part_of_what_is_heard_for_the_first_time_is_the_one_asked_for(
    heard: Heard, asked: str, part: tuple[int, int]
) -> None:
    client, _ = heard
    answer = client.get("/sound/1", headers={"Range": asked})
    assert answer.headers["content-range"] == f"bytes {part[0]}-{part[1] - 1}/4544044"
    assert len(answer.content) == part[1] - part[0]


def test_several_parts_at_once_or_a_range_of_another_kind_are_answered_with_the_whole(heard: Heard) -> None:
    client, _ = heard
    for asked in ("bytes=0-9,20-29", "seconds=1-2", "bytes=abc"):
        answer = client.get("/sound/1", headers={"Range": asked})
        assert (answer.status_code, len(answer.content)) == (200, 4_544_044)


def test_peaks_cover_the_recording(heard: Heard) -> None:
    client, _ = heard
    peaks = client.get("/sound/1/peaks").json()
    assert peaks["duration_s"] == 72
    # the customer's number, said from 0:37 to 0:41, is masked
    assert max(peaks["peaks"][1][37 * peaks["per_second"] : 41 * peaks["per_second"]]) == 0


def test_a_recording_that_is_gone_takes_its_player_with_it(heard: Heard) -> None:
    client, recording = heard
    recording.unlink()
    assert "<audio" not in client.get("/calls/20261003-0017").text
    answer = client.get("/sound/1")
    assert answer.status_code == 404 and "sound_gone" in answer.text


def test_a_call_in_which_nothing_was_recognised_can_be_listened_to(heard: Heard) -> None:
    client, _ = heard
    app: Any = client.app
    with app.state.store.writing() as connection:
        for table in (utterances, tags, moments):
            connection.execute(sa.delete(table))
    html = client.get("/calls/20261003-0017").text
    assert "聞き取れた発話がありません" in html
    assert html.count('<audio controls preload="none" src="/sound/1"') == 1 and "player.js" not in html
    assert client.get("/sound/1", headers={"Range": "bytes=0-99"}).status_code == 206


def test_sound_is_asked_for_by_number_only(heard: Heard) -> None:
    client, _ = heard
    assert client.get("/sound/99").status_code == 404
    assert client.get("/sound/..%2Farchive").status_code in (404, 422)
    assert client.get("/sound/0").status_code == 422
    assert client.get("/sound/1", headers={"Range": "bytes=99999999-"}).status_code == 416
