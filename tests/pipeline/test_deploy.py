"""What runs Kouken on a machine of its own: systemd reads it, it may touch little, and Kouken takes its commands."""

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from pipeline import doctor
from pipeline.cli import kouken
from pipeline.setting_sources import read_settings

DEPLOY = Path(doctor.__file__).parent / "deploy"
SECRETS = DEPLOY / "kouken-secrets.conf"
SERVICES = sorted(DEPLOY.glob("*.service"))
PROGRAM = "/opt/kouken/.venv/bin/kouken"
NEEDS_SYSTEMD = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
HARDENED = ("Protect", "Private", "Restrict", "Lock", "NoNew", "Capability", "SystemCall", "UMask")


def service(path: Path) -> dict[str, str]:
    """The part that says how it is run."""
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    unit.read(path, encoding="utf-8")
    return dict(unit["Service"])


def commands() -> list[tuple[str, str]]:
    """What every unit and every line of cron starts, and where it stands."""
    units = [(path.name, service(path)["ExecStart"]) for path in SERVICES]
    lines = [line for line in (DEPLOY / "kouken.cron").read_text(encoding="utf-8").splitlines() if PROGRAM in line]
    return units + [("kouken.cron", line[line.index(PROGRAM) :].split(" 2>>")[0]) for line in lines]


def test_night_its_check_and_the_pages_have_a_service_each() -> None:
    assert [path.stem for path in SERVICES] == ["kouken-check", "kouken-night", "kouken-serve"]


def test_nobody_else_of_the_machine_may_look_into_the_data_folder() -> None:
    making = [settings for path in SERVICES if "StateDirectory" in (settings := service(path))]
    assert [settings["StateDirectoryMode"] for settings in making] == ["0700", "0700"]


@NEEDS_SYSTEMD
def test_units_are_what_systemd_reads(tmp_path: Path) -> None:
    for unit in DEPLOY.glob("*.[st]*"):
        (tmp_path / unit.name).write_text(unit.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true"), "utf-8")
    units = sorted(map(str, tmp_path.iterdir()))
    assert len(units) == 5
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    own = [line for line in done.stderr.splitlines() if "kouken" in line]
    assert (done.returncode, own) == (0, [])


@NEEDS_SYSTEMD
@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_systemd_hands_secrets_to_each_service(unit: Path, tmp_path: Path) -> None:
    """With every line of the example in force; and what it cannot read there it says."""
    text = SECRETS.read_text(encoding="utf-8").replace("\n#Load", "\nLoad").replace("\n#Env", "\nEnv")
    assert text.count("LoadCredential=") == text.count("Environment=") == 3
    own = tmp_path / unit.name
    own.write_text(unit.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true"), "utf-8")
    given = tmp_path / f"{unit.name}.d" / SECRETS.name
    given.parent.mkdir()
    for written, is_well in ((text, True), (text.replace("LoadCredential=", "LoadCredentials="), False)):
        given.write_text(written, encoding="utf-8")
        command = ["systemd-analyze", "verify", "--man=no", str(own)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert (SECRETS.name not in done.stderr) is is_well, done.stderr


def test_secrets_are_named_as_the_settings_name_them() -> None:
    """And each is the credential that the line before it loads."""
    lines = [line.lstrip("#") for line in SECRETS.read_text(encoding="utf-8").splitlines()]
    loaded = [line.split("=", 1)[1].split(":") for line in lines if line.startswith("LoadCredential=")]
    named = [line.split("=", 2)[1:] for line in lines if line.startswith("Environment=")]
    assert [f"%d/{name}" for name, _ in loaded] == [path for _, path in named]
    assert all(path == f"/etc/kouken/{name}" for name, path in loaded)
    settings = read_settings(Path("/dev/null"), dict(named))
    assert settings.store.url_file == Path("%d/store-url")


@NEEDS_SYSTEMD
@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_systemd_finds_little_exposed(unit: Path) -> None:
    """Its measure goes from 0 to 10 (here in tenths); an ordinary service has 9.6."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout.splitlines()[-1:] or done.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_services_are_hardened_alike_and_write_only_into_their_own_folder(unit: Path) -> None:
    night = service(DEPLOY / "kouken-night.service")
    kept = {key: value for key, value in night.items() if key.startswith(HARDENED)}
    assert len(kept) > 15
    assert {key: service(unit).get(key) for key in kept} == kept
    assert service(unit)["ReadWritePaths"] == "/var/lib/kouken"


def test_pages_come_back_after_a_failure_but_not_with_settings_that_cannot_be_used() -> None:
    pages = service(DEPLOY / "kouken-serve.service")
    assert (pages["Restart"], pages["RestartPreventExitStatus"]) == ("on-failure", "2")
    assert "--host" not in pages["ExecStart"]  # [web] of the settings says where


@pytest.mark.parametrize(("where", "line"), commands())
def test_kouken_takes_the_commands_of_units_and_cron(where: str, line: str) -> None:
    program, name, *arguments = shlex.split(line)
    command = kouken.get_command(click.Context(kouken), name)
    assert program == PROGRAM and command is not None
    taken = command.make_context(name, arguments).params
    assert str(taken["config"]) == "/etc/kouken/kouken.toml"


def test_timer_is_half_past_one_in_tokyo_and_makes_up_for_a_machine_that_was_off() -> None:
    timer = (DEPLOY / "kouken-night.timer").read_text(encoding="utf-8")
    assert "OnCalendar=*-*-* 01:30:00 Asia/Tokyo" in timer and "Persistent=true" in timer
