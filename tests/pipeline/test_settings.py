"""Settings are read once, checked whole, and an error names the key."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.errors import BadInput
from pipeline.setting_problems import explained
from pipeline.setting_sources import known_keys, read_settings
from pipeline.settings import Settings


def write(folder: Path, text: str) -> Path:
    path = folder / "kouken.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.sqlite
def test_settings_defaults_need_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings(environ={})
    assert settings.web.host == "127.0.0.1"
    assert settings.store_url.endswith("kouken/kouken.db")


def test_settings_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "[web]\nport = 9000\n")
    assert read_settings(path, {}).web.port == 9000
    assert read_settings(path, {"KOUKEN_WEB__PORT": "9001"}).web.port == 9001


def test_settings_lists_are_written_in_the_environment_as_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, '[web]\nnames = ["a.example.jp"]\n')
    environ = {"KOUKEN_WEB__NAMES": '["b.example.jp", "c.example.jp"]', "KOUKEN_STORE__URL": "[1]"}
    assert read_settings(path, environ).web.names == ("b.example.jp", "c.example.jp")
    assert read_settings(path, environ).store.url == "[1]"  # a text is never taken for a list
    for written in ("b.example.jp", '"b.example.jp"', '["b.example.jp"'):
        with pytest.raises(BadInput) as error:
            read_settings(path, {"KOUKEN_WEB__NAMES": written})
        assert "web.names" in error.value.render("ja") and "[ ]" in error.value.render("ja")


@pytest.mark.parametrize("endless", ["inf", "nan", "-inf", "1" * 40])
def test_settings_no_number_is_endless_and_no_span_longer_than_a_calendar(tmp_path: Path, endless: str) -> None:
    spans = ("days", "hours", "minutes")  # what is added to a date
    for key in known_keys():
        section, _, name = key.partition(".")
        default = getattr(getattr(Settings(), section), name) if name else None
        is_span = isinstance(default, float | int) and name.endswith(spans) and not isinstance(default, bool)
        if is_span or (isinstance(default, float) and not endless.isdigit()):
            with pytest.raises(BadInput, match=re.escape(name)):
                read_settings(write(tmp_path, f"[{section}]\n{name} = {endless}\n"), {})


def test_settings_file_may_have_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "kouken.toml"
    path.write_text("[web]\nport = 9000\n", encoding="utf-8-sig")
    assert read_settings(path, {}).web.port == 9000


@pytest.mark.parametrize(
    ("text", "environ", "unknown", "nearest"),
    [
        ("[web]\nprot = 9000\n", {}, "web.prot", "web.port"),
        ("[spech]\nmodel = 'x'\n", {}, "spech", "speech.model"),
        ("", {"KOUKEN_WORK__WORKER": "2"}, "work.worker", "work.workers"),
    ],
)
def test_settings_unknown_key_is_refused_with_the_nearest_one(
    tmp_path: Path, text: str, environ: dict[str, str], unknown: str, nearest: str
) -> None:
    with pytest.raises(BadInput) as error:
        read_settings(write(tmp_path, text), environ)
    assert f"「{unknown}」" in error.value.render("ja")
    assert f"「{nearest}」" in error.value.render("ja")


def test_settings_bad_value_names_its_key(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        read_settings(write(tmp_path, "[web]\nport = 'eight'\n"), {})
    assert "web.port" in error.value.render("ja")


@pytest.mark.parametrize("bad", ["x", -1, 10**12, 1.5, True, [], ["x"], {"a": 1}], ids=repr)
def test_settings_say_in_the_readers_language_what_a_value_must_be(bad: object) -> None:
    refused = 0
    for key in known_keys():
        section, _, name = key.rpartition(".")
        try:
            Settings.model_validate({section: {name: bad}} if section else {name: bad})
        except ValidationError as error:
            told = explained(error, "kouken.toml", list(known_keys()))
            assert f"設定「{key}" in told.ja and f"“{key}" in told.en
            assert not re.search(r"\b(Input|String|should|valid|is not)\b", told.ja), told.ja
            refused += 1
    assert refused > 10


def test_settings_broken_toml_names_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "[web\n")
    with pytest.raises(BadInput) as error:
        read_settings(path, {})
    assert str(path) in error.value.render("en")


def test_settings_are_all_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    missing = [key for key in known_keys() if f"`{key}`" not in readme]
    assert not missing
