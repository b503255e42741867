"""What this machine has, what is missing, and the command that mends it."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pipeline.errors import KoukenError
from pipeline.language import Bilingual, Text
from pipeline.protection.scanning import check_scanner
from pipeline.secrets import is_open_to_everybody, read_secret
from pipeline.settings import Settings

PACKAGES = ("kouken", "faster-whisper", "ctranslate2", "av", "spacy", "ginza", "SudachiPy", "pandas", "fastapi")
LEAST_FREE_BYTES = 2 << 30
State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it is, and what to do if it is not well."""

    name: str
    state: State
    found: str
    remedy: Bilingual | None = None


def examine(settings: Settings) -> list[Check]:
    """Every check, in the order of reading; a check that itself fails becomes a failed check."""
    return list(_checks(settings))


def _checks(settings: Settings) -> Iterator[Check]:
    yield _python()
    yield from _packages()
    yield _processor()
    yield _guarded("weights", lambda: _weights(settings))
    if settings.speech.device != "cpu":
        yield _device(settings)
    if settings.speech.diarise:
        yield _guarded("voices", _voices)
    yield _guarded("japanese", _japanese)
    yield _guarded("dictionary", _dictionary)
    yield _guarded("classifier", _classifier)
    yield _guarded("sqlite", _sqlite)
    yield _guarded("store", lambda: _store(settings))
    if secrets := dict(_secret_files(settings)):
        yield _guarded("secrets", lambda: _secrets(secrets))
    if settings.store.url or settings.store.url_file:
        yield _guarded("encryption", lambda: _encryption(settings))
    if settings.log.forward:
        yield _guarded("forwarding", lambda: _forwarding(settings))
    if settings.work.engine == "ray":
        yield _guarded("ray", lambda: _ray(settings))
    if breached := settings.web.breached_passwords:
        yield _guarded("passwords", lambda: _passwords(breached))
    if settings.web.scan_command:
        yield _guarded("scanner", lambda: Check("scanner", "ok", check_scanner(settings.web)))
    yield _space(settings.data_dir)


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except KoukenError as error:
        return Check(name, "fail", str(error.text), error.remedy)


def _python() -> Check:
    return Check("python", "ok", f"{platform.python_version()} {sys.platform} {platform.machine()}")


def _packages() -> Iterator[Check]:
    for name in PACKAGES:
        try:
            yield Check(name, "ok", version(name))
        except PackageNotFoundError:
            remedy = Text("make setup を実行してください。", "Run make setup.")
            yield Check(name, "fail", "入っていません / not installed", remedy)


def _processor() -> Check:
    """CTranslate2 runs everywhere, but without AVX2 several times slower."""
    facts = Path("/proc/cpuinfo")
    flags = facts.read_text(encoding="utf-8", errors="replace") if facts.exists() else ""
    features = [name for name in ("avx512f", "avx2", "fma", "asimd") if f" {name}" in flags]
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = f"{count} CPU, {' '.join(features) or '?'}"
    if platform.machine() == "x86_64" and "avx2" not in features:
        remedy = Text(
            "AVX2 のない CPU では書き起こしが数倍遅くなります。", "Without AVX2 transcription is much slower."
        )
        return Check("processor", "warn", found, remedy)
    return Check("processor", "ok", found)


def _weights(settings: Settings) -> Check:
    from pipeline.speech.weights import find_weights

    folder, model = find_weights(settings.speech.model, settings.data_dir)
    return Check("weights", "ok", f"{model.name} {model.version} sha256:{model.sha256[:12]}… {folder}")


def _voices() -> Check:
    from models.voices.embedding import MODEL_FILE, SHA256
    from pipeline.speech.diarise import check_voices

    check_voices()
    return Check("voices", "ok", f"{MODEL_FILE} sha256:{SHA256[:12]}…")


def _device(settings: Settings) -> Check:
    """A GPU is there only if it hears something: a driver or cuDNN that does not fit shows at the first sound."""
    from pipeline.speech.trial import try_recogniser

    problem = try_recogniser(settings.speech, settings.data_dir)
    if problem is None:
        return Check("device", "ok", f"{settings.speech.device} {settings.speech.compute_type}")
    remedy = Text(
        'ドライバー・CUDA・cuDNN の版を確かめるか、speech.device = "cpu" にしてください。',
        'Check the versions of driver, CUDA and cuDNN, or set speech.device = "cpu".',
    )
    return Check("device", "fail", problem, remedy)


def _japanese() -> Check:
    from phrases.japanese import versions

    return Check("japanese", "ok", ", ".join(f"{name} {number}" for name, number in versions().items()))


def _dictionary() -> Check:
    from phrases.files import load_starter

    dictionary = load_starter()
    return Check("dictionary", "ok", f"{len(dictionary.phrases)} entries, version {dictionary.version}")


def _classifier() -> Check:
    from models.moments.labels import MomentsError
    from models.moments.manifest import SHIPPED, checked_manifest

    try:
        manifest = checked_manifest(SHIPPED)
    except MomentsError as error:
        return Check("classifier", "fail", error.message.ja, Text("入れ直してください。", "Reinstall it."))
    return Check("classifier", "ok", f"{manifest.name} {manifest.version}, {len(manifest.files)} files match")


def _sqlite() -> Check:
    from pipeline.store import sqlite

    found = ".".join(map(str, sqlite.version()))
    if sqlite.version() < sqlite.SAFE:
        return Check("sqlite", "fail", found, Text("make setup を実行してください。", "Run make setup."))
    return Check("sqlite", "ok", found)


def _store(settings: Settings) -> Check:
    from pipeline.store.connect import Store
    from pipeline.store.migrate import head_revision, schema_revision
    from pipeline.store.urls import shown

    store = Store(settings.store_url)
    try:
        at = schema_revision(store)
    finally:
        store.close()
    if at == head_revision():
        return Check("store", "ok", f"{shown(store.url)} ({at})")
    if at is None:
        remedy = Text("最初の夜間バッチが作ります。", "The first night makes it.")
        return Check("store", "warn", "まだありません / not made yet", remedy)
    return Check("store", "fail", at, Text("kouken migrate を実行してください。", "Run kouken migrate."))


def _secret_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """The files that hold a secret, by the key that names them."""
    for key, path in (
        ("store.url_file", settings.store.url_file),
        ("mail.password_file", settings.mail.password_file),
        ("oidc.client_secret_file", settings.oidc.client_secret_file),
        ("work.ray_token_file", settings.work.ray_token_file),
        ("web.key", settings.web.key),
    ):
        if path is not None:
            yield key, path


def _secrets(files: Mapping[str, Path]) -> Check:
    """Whether each can be read by this user, and not by everybody."""
    for key, path in files.items():
        read_secret(path, key)
    loose = [f"{key} ({path})" for key, path in files.items() if is_open_to_everybody(path)]
    if not loose:
        return Check("secrets", "ok", ", ".join(files))
    remedy = Text("ほかの利用者が読めないように chmod o= してください。", "Keep everybody else from them: chmod o=.")
    return Check("secrets", "warn", ", ".join(loose), remedy)


def _encryption(settings: Settings) -> Check:
    from pipeline.store.encryption import check_encrypted

    try:
        check_encrypted(settings)
    except KoukenError as error:
        return Check("encryption", "warn", str(error.text), error.remedy)
    return Check("encryption", "ok", "store.url")


def _forwarding(settings: Settings) -> Check:
    from pipeline.messages import forwarding
    from pipeline.store.connect import Store

    forwarding.check(settings.log)
    with closing(Store(settings.store_url)) as store, store.reading() as connection:
        behind = forwarding.backlog(connection, settings.log)
    assert behind is not None
    found = f"{settings.log.forward}, {behind.waiting} waiting"
    if not behind.is_late(datetime.now(UTC)):
        return Check("forwarding", "ok", found)
    remedy = Text(
        "送り先と kouken serve が動いているかを確かめてください。記録はここにあり、続きから送ります。",
        "See whether the receiver and kouken serve are running. The records are kept and are sent on.",
    )
    return Check("forwarding", "warn", f"{found} since {behind.since:%Y-%m-%d %H:%M}Z", remedy)


def _ray(settings: Settings) -> Check:
    from pipeline.processes.ray_workers import check_token

    return Check("ray", "ok", f"{settings.work.ray_address}, {check_token(settings.work.ray_token_file)}")


def _passwords(path: Path) -> Check:
    from pipeline.accounts.breached import check_list

    check_list(path)
    return Check("passwords", "ok", f"{path.stat().st_size / (1 << 30):.1f} GiB {path}")


def _space(data_dir: Path) -> Check:
    place = next(folder for folder in (data_dir, *data_dir.resolve().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    found = f"{free / (1 << 30):.1f} GiB {place}"
    if not os.access(place, os.W_OK):
        return Check("disk", "fail", found, Text("書き込みの権限を付けてください。", "Make it writable."))
    if free < LEAST_FREE_BYTES:
        return Check("disk", "warn", found, Text("空きを増やしてください。", "Free some space."))
    return Check("disk", "ok", found)
