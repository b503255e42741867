"""Calls do not cross a network to the database in the clear, unless somebody has said that they may."""

from pathlib import Path

import pytest

from api import serve
from pipeline import doctor
from pipeline.errors import BadInput
from pipeline.settings import Settings
from pipeline.store.encryption import check_encrypted


def settings_of(url: str, *, allow_plain: bool = False) -> Settings:
    return Settings.model_validate({"data_dir": "/nowhere", "store": {"url": url, "allow_plain": allow_plain}})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db.example.jp/kouken",
        "postgresql+psycopg://kouken@10.0.0.5:5432/kouken",
        "postgresql://db/kouken?sslmode=prefer",
        "postgresql://db/kouken?sslmode=disable",
        "postgresql:///kouken?host=db.example.jp",
        "postgresql:///kouken?host=localhost:5432&host=db.example.jp:5432",
    ],
)
def test_a_database_elsewhere_without_tls_is_refused_and_told_by_the_doctor(url: str) -> None:
    with pytest.raises(BadInput, match="allow_plain"):
        check_encrypted(settings_of(url), {})
    found = doctor._encryption(settings_of(url))
    assert found.state == "warn" and found.remedy is not None
    check_encrypted(settings_of(url, allow_plain=True), {})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:////srv/kouken.db",
        "postgresql:///kouken",
        "postgresql://localhost/kouken",
        "postgresql://127.0.0.1:5433/kouken",
        "postgresql:///kouken?host=/var/run/postgresql",
        "postgresql://db.example.jp/kouken?sslmode=require",
        "postgresql://db.example.jp/kouken?sslmode=verify-ca",
        "postgresql://db.example.jp/kouken?sslmode=verify-full",
    ],
)
def test_what_stays_here_or_is_encrypted_is_taken(url: str) -> None:
    check_encrypted(settings_of(url), {})


def test_the_environment_of_postgresqls_client_counts() -> None:
    check_encrypted(settings_of("postgresql://db/kouken"), {"PGSSLMODE": "verify-full"})
    with pytest.raises(BadInput):
        check_encrypted(settings_of("postgresql:///kouken"), {"PGHOST": "db"})


def test_the_pages_are_not_served_over_such_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)
    with pytest.raises(BadInput, match="PostgreSQL"):
        serve.run(settings_of("postgresql://db.example.jp/kouken"), "ja")
