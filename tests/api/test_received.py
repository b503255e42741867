"""Every route that takes a file has it scanned first: what is refused is told, on record, and nowhere on the disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.settings import Settings, WebSettings
from pipeline.store import audit, tokens
from pipeline.store.migrate import open_store
from tests.api.dictionary_world import Desk, seen

TABLE = "contract_id,customer_id,started_on,mrr_yen\nC-1,K-1,2026-04-01,1000\n"
WORDS = "表記,読み,誤認識\n見逃し配信,みのがしはいしん,\n"
PHRASES = "id,category,phrase\np.a,nothing,x\n"
ROUTES = {
    "/tables/upload": ("contracts", TABLE),
    "/api/v1/tables/uploads": ("contracts", TABLE),
    "/dictionary/import": ("dictionary", PHRASES),
    "/dictionary/words/file": ("words", WORDS),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A centre whose scanner is the script that a test writes."""
    web = WebSettings(scan_command=("sh", str(tmp_path / "scanner")), scan_timeout_s=20)
    return Settings(data_dir=tmp_path / "data", web=web)


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    opened = Desk(settings, "sato", "manager", "qa_editor")
    yield opened
    opened.close()


def send(desk: Desk, settings: Settings, route: str) -> tuple[int, str]:
    headers, content = {}, ROUTES[route][1]
    if route.startswith("/api"):
        with open_store(settings.store_url) as store, store.writing() as connection:
            _, secret = tokens.make_token(connection, "root", "sato", "test", ["tables.load"], 30)
        headers = {"Authorization": f"Bearer {secret}"}
    data = {"csrf": desk.csrf, "kind": "contracts", "preview": "yes"}
    answer = desk.browser.post(route, data=data, files={"file": ("a.csv", content.encode())}, headers=headers)
    return answer.status_code, answer.text if headers else seen(answer)


@pytest.mark.parametrize("route", ROUTES)
def test_what_the_scanner_finds_is_refused_unread_and_on_record(
    route: str, desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "scanner").write_text(f'echo "$1" > {tmp_path}/asked; grep -q , "$1" && exit 1')
    status, page = send(desk, settings, route)
    assert status == 422 and "危険なものを見つけました" in page and "システム管理者に知らせて" in page
    assert not Path((tmp_path / "asked").read_text().strip()).exists()
    with open_store(settings.store_url) as store, store.reading() as connection:
        (entry,) = audit.list_entries(connection, action="upload.scan_refused")
    assert (entry.actor, entry.object, entry.details["why"]) == ("sato", ROUTES[route][0], "found")


@pytest.mark.parametrize("route", ROUTES)
def test_a_scanner_that_fails_lets_nothing_in(route: str, desk: Desk, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "scanner").write_text("exit 2")
    status, page = send(desk, settings, route)
    assert status == 422 and "ウイルス検査ができなかった" in page and "web.scan_command" in page


@pytest.mark.parametrize("route", ROUTES)
def test_what_is_clean_is_read(route: str, desk: Desk, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "scanner").write_text("exit 0")
    _, page = send(desk, settings, route)
    assert "ウイルス" not in page and ("追加 1" in page or "2026-04-01" in page or "「nothing」は使えません" in page)
