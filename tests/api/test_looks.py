"""No page fails because a night is writing, and no look at words or sound is missing in the log afterwards."""

from pathlib import Path

from fastapi.testclient import TestClient

from pipeline.store import audit
from pipeline.store.migrate import open_store


def test_words_and_sound_are_given_out_while_another_process_writes_and_are_on_record_after_it(
    heard: tuple[TestClient, Path], tmp_path: Path
) -> None:
    client, _ = heard
    night = open_store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}")
    with night.writing():
        page = client.get("/calls/20261003-0017")
        sound = client.get("/sound/1", headers={"Range": "bytes=0-65535"})
    assert (page.status_code, sound.status_code) == (200, 206)
    client.app.state.looks.close()  # type: ignore[attr-defined]
    client.app.state.looks.bring_in()  # type: ignore[attr-defined]
    with night.reading() as connection:
        assert {entry.action for entry in audit.list_entries(connection)} >= {"call.read", "sound.play"}
    night.close()
