"""A served store and a real browser. Pages are opened as a person opens them: signed in, with keys and clicks."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from api.app import create_app
from pipeline.accounts.passwords import hash_password
from pipeline.errors import Reason
from pipeline.search.searching import index_new
from pipeline.settings import RetentionSettings, Settings
from pipeline.store import ledger, users
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from pipeline.store.users import Role
from tests.api.dictionary_world import fill_folder
from tests.api.world import VERSIONS, fill, place_of
from tests.pipeline.audio.making import speechlike, write_wav

PASSWORD = "correct horse battery staple"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
NAMES = ("chromium", "chromium-browser", "google-chrome")
NOTED = """
window.refusedByPolicy = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.refusedByPolicy.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""
PEOPLE: dict[str, tuple[Role, ...]] = {
    "manager": ("manager",),
    "editor": ("qa_editor",),
    "approver": ("qa_approver",),
    "admin": ("administrator",),
    "everything": ("administrator", "manager", "qa_editor", "qa_approver", "analyst", "auditor"),
}


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. CI must have one; elsewhere these tests say that they did not run."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail("no Chromium found, and BROWSER_TESTS=required")
    if found is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium), set CHROMIUM to its path")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The application on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


def add_people(store: Store) -> None:
    """A person of every kind, and one operator."""
    hashed = hash_password(PASSWORD)
    with store.writing() as connection:
        for name, roles in PEOPLE.items():
            users.add_user(connection, "root", name, roles, hashed, must_change=False)
        users.add_user(connection, "root", "op17", ("operator",), hashed, operator_id="OP-017", must_change=False)


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the small centre of the page tests, with one recording to hear and a person of every kind."""
    root = tmp_path_factory.mktemp("browser")
    recording = root / "archive" / place_of("20261003-0017")
    recording.parent.mkdir(parents=True)
    write_wav(recording, speechlike(72))
    settings = Settings(data_dir=root / "data", retention=RetentionSettings(transcript_days=1))  # something to count
    with open_store(settings.store_url) as store:
        run_id = fill(store, archive=root / "archive")
        index_new(store, lambda: False)
        add_people(store)
        with store.writing() as connection:  # the analysis gave up on what still waited
            for claim in ledger.claim(connection, run_id, "transcribe", VERSIONS["speech"], 10):
                ledger.settle(connection, claim, "quarantined", reason=Reason.ANALYSIS_FAILED)
    with served(settings) as address:
        yield address


@pytest.fixture
def dictionary_centre(tmp_path: Path) -> Iterator[str]:
    """A centre of one's own whose calls were tagged with its small dictionary."""
    settings = Settings(data_dir=tmp_path)
    fill_folder(tmp_path)
    with open_store(settings.store_url) as store:
        add_people(store)
    with served(settings) as address:
        yield address


@pytest.fixture
def empty_centre(tmp_path: Path) -> Iterator[str]:
    with served(Settings(data_dir=tmp_path)) as address:
        yield address


Open = Callable[..., Page]


@pytest.fixture
def window(browser: Browser) -> Iterator[Open]:
    """Open a window of its own: `window(address, width=1280, height=800)`. Nothing may be refused by the page's policy
    and no script may fail, in any of them."""
    contexts, pages, failures = [], [], []

    def open_window(address: str, width: int = 1280, height: int = 800) -> Page:
        context = browser.new_context(base_url=address, viewport={"width": width, "height": height}, locale="ja-JP")
        context.add_init_script(NOTED)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(f"{page.url}: {error}"))
        page.set_default_timeout(15_000)
        contexts.append(context)
        pages.append(page)
        return page

    yield open_window
    refused = [entry for page in pages for entry in page.evaluate("window.refusedByPolicy || []")]
    for context in contexts:
        context.close()
    assert refused == []
    assert failures == []


def sign_in(page: Page, name: str) -> Page:
    """As the person of that name."""
    page.goto("/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main button[type=submit], main form button")
    assert "/sign-in" not in page.url, page.inner_text("main")
    return page
