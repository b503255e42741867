"""Pages that were up while the program was updated: they say so, and write nothing into the newer store."""

import re
from pathlib import Path

import sqlalchemy as sa

from pipeline.settings import Settings
from pipeline.store.connect import Store
from tests.api.conftest import opened_as


def test_pages_of_the_version_before_say_so_and_write_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    browser = opened_as(settings, "administrator")
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/users").text)
    assert token
    with Store(settings.store_url) as newer:
        with newer.writing() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = 'next'"))
            connection.execute(sa.text("ALTER TABLE runs RENAME COLUMN archive TO place"))
        refused = browser.post("/users", data={"csrf": token[1], "name": "sato", "roles": "auditor"})
        page = browser.get("/nights")
        as_program = browser.get("/api/v1/nights?lang=en")
        with newer.reading() as connection:
            assert connection.execute(sa.text("SELECT name FROM users")).scalars().all() == ["tester"]
    for answer in (refused, page):
        assert answer.status_code == 503
        assert "Kouken が新しい版になりました。" in answer.text and "起動し直すと" in answer.text
    assert (as_program.status_code, as_program.json()["code"]) == (503, "updated")
    assert as_program.json()["title"] == "Kouken has been updated."
