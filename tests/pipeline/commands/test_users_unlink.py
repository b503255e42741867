"""`kouken users unlink`: an account is forgotten by the person's name, however it is typed."""

from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.errors import ExitCode
from pipeline.store import identities, users
from pipeline.store.migrate import open_store


def test_an_account_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path))
    with open_store(f"sqlite:///{tmp_path / 'kouken.db'}") as store, store.writing() as connection:
        users.add_user(connection, "root", "sato", ["manager"], None)
        assert identities.recognise(connection, "https://login.example", "S-1", "sato")
    for forgotten in (1, 0):
        assert run(["users", "unlink", "Ｓato", "--lang", "en"]) == ExitCode.DONE
        assert f"Accounts forgotten: {forgotten}" in "".join(capsys.readouterr())
    assert run(["users", "unlink", "nobody"]) == ExitCode.BAD_INPUT
