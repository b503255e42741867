"""Secrets come from files that not everybody may read, and are told to nobody."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.cli import run
from pipeline.doctor import Check, examine
from pipeline.errors import BadInput, ExitCode
from pipeline.setting_sources import read_settings
from pipeline.settings import Settings, StoreSettings
from pipeline.store.migrate import open_store
from pipeline.store.urls import parsed, shown
from tests.postgres import Server

SECRET = "hunter2"
COMMANDS = (["doctor"], ["doctor", "--json"], ["status"], ["status", "--check"], ["status", "--json"], ["migrate"])
URLS = {
    "nobody answers": f"postgresql+psycopg://kouken:{SECRET}@127.0.0.1:1/kouken?connect_timeout=2",
    "in the query": f"postgresql+psycopg:///kouken?host=127.0.0.1&port=1&user=kouken&password={SECRET}",
    "without a host": f"postgresql://kouken:{SECRET}",
    "signs that are not written like %40": f"postgresql://kouken:pa@ss:{SECRET}@host/db",
    "another product": f"mysql://kouken:{SECRET}@localhost/kouken",
    "no URL": f"kouken {SECRET}",
}


def config_with(folder: Path, store: str) -> str:
    path = folder / "kouken.toml"
    path.write_text(f'data_dir = "{folder / "data"}"\n[store]\n{store}\n', encoding="utf-8")
    return str(path)


def secret_file(folder: Path, content: str, mode: int = 0o600) -> Path:
    path = folder / "store-url"
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


def found_by_doctor(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in examine(settings)}


def test_the_url_of_the_store_may_be_in_a_file(postgres: Server, tmp_path: Path) -> None:
    with postgres.database() as url:
        path = secret_file(tmp_path, f"{url}\n")
        config = config_with(tmp_path, f'url_file = "{path}"')
        assert run(["migrate", "--config", config]) == ExitCode.DONE
        settings = read_settings(Path(config), {})
        assert settings.store_url == url
        with open_store(settings.store_url) as store:
            assert not store.is_sqlite
    assert list((tmp_path / "data").glob("*.db")) == []


def test_of_url_and_file_there_is_one(tmp_path: Path) -> None:
    path = secret_file(tmp_path, "sqlite://")
    config = config_with(tmp_path, f'url_file = "{path}"')
    for both in (
        StoreSettings(url="sqlite://", url_file=path),
        read_settings(Path(config), {"KOUKEN_STORE__URL": "sqlite://"}).store,
    ):
        with pytest.raises(BadInput, match=r"store\.url_file"):
            _ = both.named_url
    assert StoreSettings(url_file=path).named_url == StoreSettings(url="sqlite://").named_url
    assert StoreSettings().named_url == ""


@pytest.mark.parametrize("content", [None, "", " \n", b"\xff\xfe"], ids=["missing", "empty", "blank", "no text"])
def test_a_file_without_a_secret_is_refused_by_the_name_of_its_setting(
    tmp_path: Path, content: str | bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "store-url"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert run(["status", "--config", config_with(tmp_path, f'url_file = "{path}"')]) == ExitCode.BAD_INPUT
    assert "store.url_file" in capsys.readouterr().err


def test_doctor_tells_of_secrets_that_everybody_may_read(tmp_path: Path) -> None:
    loose, tight = secret_file(tmp_path, "sqlite://", 0o644), tmp_path / "smtp"
    tight.write_text(SECRET)
    tight.chmod(0o640)  # of the group that the service belongs to
    given = {"data_dir": tmp_path, "store": {"url_file": loose}, "mail": {"password_file": tight}}
    found = found_by_doctor(Settings.model_validate(given))["secrets"]
    assert (found.state, found.found) == ("warn", f"store.url_file ({loose})") and found.remedy is not None
    loose.chmod(0o600)
    assert found_by_doctor(Settings.model_validate(given))["secrets"].state == "ok"
    tight.unlink()
    assert found_by_doctor(Settings.model_validate(given))["secrets"].state == "fail"
    assert "secrets" not in found_by_doctor(Settings(data_dir=tmp_path))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
def test_no_command_tells_the_password_of_the_store(
    tmp_path: Path,
    url: str,
    command: list[str],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    by_value = config_with(tmp_path, f'url = "{url}"')
    assert run([command[0], "--config", by_value, *command[1:]]) != ExitCode.DONE
    by_file = config_with(tmp_path, f'url_file = "{secret_file(tmp_path, url)}"')
    assert run([command[0], "--config", by_file, *command[1:]]) != ExitCode.DONE
    told = capsys.readouterr()
    assert told.out + told.err
    assert SECRET not in told.out + told.err + caplog.text


def test_doctor_of_a_store_that_answers_shows_where_it_is_and_no_password(postgres: Server, tmp_path: Path) -> None:
    with postgres.database() as url:
        known = sa.make_url(url)
        secret = known.set(password=SECRET).update_query_dict({"password": SECRET}).render_as_string(False)
        check = found_by_doctor(Settings(data_dir=tmp_path, store=StoreSettings(url=secret)))["store"]
    assert check.state == "ok"
    assert SECRET not in check.found and str(known.database) in check.found


@pytest.mark.parametrize("name", list(URLS)[2:])
def test_a_url_that_cannot_be_used_is_refused_unquoted(name: str) -> None:
    with pytest.raises(BadInput, match="postgresql") as refusal:
        parsed(URLS[name])
    assert SECRET not in refusal.value.render("ja") + refusal.value.render("en")


def test_a_place_is_shown_without_what_may_be_secret() -> None:
    url = f"postgresql://kouken:{SECRET}@db:5433/k?sslpassword={SECRET}&sslmode=require"
    assert shown(parsed(url)) == "postgresql://kouken:***@db:5433/k"
