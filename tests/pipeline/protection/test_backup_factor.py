"""A backup keeps second factors: with the key in it, the same app and recovery codes open the restored store."""

from pathlib import Path

import pytest

from pipeline.accounts import second_factor
from pipeline.accounts.second_factor import Proof, prove
from pipeline.protection.backup import make_backup, restore
from pipeline.settings import Settings, StoreSettings
from pipeline.store import factors, users
from pipeline.store.migrate import open_store
from tests.pipeline.accounts.test_second_factor import NOW, RFC_SECRET, code_at
from tests.postgres import Server


def test_the_same_app_opens_the_restored_store(store_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    settings = Settings(data_dir=tmp_path / "data", store=StoreSettings(url=store_url))
    settings.data_dir.mkdir()
    codes, hashes = second_factor.new_codes()
    with open_store(store_url) as store, store.writing() as connection:
        users.add_user(connection, "root", "sato", ["manager"], "hash")
        sealed = second_factor.seal(settings.data_dir, "sato", RFC_SECRET)
        factors.offer(connection, "sato", sealed)
        factors.put_in_force(connection, "sato", sealed, 1, hashes)
    make_backup(settings, tmp_path / "kouken.backup")
    if store_url.startswith("sqlite"):
        opens_after_restoring(Settings(data_dir=tmp_path / "other"), tmp_path / "kouken.backup", codes)
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        other = Settings(data_dir=tmp_path / "other", store=StoreSettings(url=url))
        opens_after_restoring(other, tmp_path / "kouken.backup", codes)


def opens_after_restoring(other: Settings, backup: Path, codes: list[str]) -> None:
    other.data_dir.mkdir()
    restore(other, backup, "sato", without_register=True)
    with open_store(other.store_url) as store, store.reading() as connection:
        factor, hashes = factors.find_factor(connection, "sato"), factors.codes_of(connection, "sato")
    typed = code_at(RFC_SECRET, NOW)
    assert prove(other.data_dir, factor, hashes, "sato", typed, NOW) == Proof("code", step=int(NOW) // 30)
    assert prove(other.data_dir, factor, hashes, "sato", codes[0], NOW) == Proof("recovery_code", code_hash=hashes[0])
