"""`kouken users reset-factor`: a second factor is forgotten by the person's name, and the list says who has one."""

import json
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.errors import ExitCode
from pipeline.store import audit, factors, users
from pipeline.store.migrate import open_store


def test_a_factor_is_forgotten_and_the_list_says_who_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path))
    url = f"sqlite:///{tmp_path / 'kouken.db'}"
    with open_store(url) as store, store.writing() as connection:
        for name in ("kato", "sato"):
            users.add_user(connection, "root", name, ["manager"], None)
        factors.offer(connection, "sato", "sealed")
        factors.put_in_force(connection, "sato", "sealed", 1, ["hash"])
    assert listed(capsys) == {"kato": False, "sato": True}
    for told in ("is forgotten", "There was none"):
        assert run(["users", "reset-factor", "Ｓato", "--lang", "en"]) == ExitCode.DONE
        assert told in "".join(capsys.readouterr())
    assert listed(capsys) == {"kato": False, "sato": False}
    assert run(["users", "reset-factor", "nobody"]) == ExitCode.BAD_INPUT
    with open_store(url) as store, store.reading() as connection:
        entries = audit.list_entries(connection, action="users.factor_reset")
    assert [(entry.object, entry.details) for entry in entries] == [
        ("sato", {"was_on": False}),
        ("sato", {"was_on": True}),
    ]


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, bool]:
    capsys.readouterr()
    assert run(["users", "list", "--json"]) == ExitCode.DONE
    return {user["name"]: user["second_factor"] for user in json.loads(capsys.readouterr().out)}
