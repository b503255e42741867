"""A call can be heard while its recording is in the archive, and only then is there a player."""

from pathlib import Path

from fastapi.testclient import TestClient

Heard = tuple[TestClient, Path]


def test_call_has_a_player_and_plays_by_parts(heard: Heard) -> None:
    client, _ = heard
    html = client.get("/calls/20261003-0017").text
    assert '<audio controls preload="none" src="/sound/1"' in html
    assert '<script type="module" src="/static/player.js"></script>' in html
    part = client.get("/sound/1", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content), part.headers["content-type"]) == (206, 100, "audio/ogg")
    assert part.content.startswith(b"OggS")
    assert part.headers["cache-control"] == "no-store"


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


def test_sound_is_asked_for_by_number_only(heard: Heard) -> None:
    client, _ = heard
    assert client.get("/sound/99").status_code == 404
    assert client.get("/sound/..%2Farchive").status_code in (404, 422)
    assert client.get("/sound/0").status_code == 422
    assert client.get("/sound/1", headers={"Range": "bytes=99999999-"}).status_code == 416
