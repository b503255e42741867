"""People who sign in by two steps, an app in their hand, and a clock that stands where the test wants it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyotp
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from pipeline.accounts import second_factor
from pipeline.accounts.passwords import hash_password, hash_recovery_code
from pipeline.settings import Settings, WebSettings
from pipeline.store import audit, factors, users
from pipeline.store.audit import Entry
from pipeline.store.migrate import open_store
from pipeline.store.users import Role
from tests.api.conftest import BASE

PASSWORD = "tadashii-uma-denchi"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOW = 1_800_000_000.0
HERE = {"Sec-Fetch-Site": "same-origin"}
KEPT = hash_password(PASSWORD)
PEOPLE: dict[str, tuple[Role, ...]] = {
    "sato": ("administrator", "manager"),
    "kato": ("manager",),
    "ito": ("analyst",),
}


class Clock:
    """Seconds since 1970, as the server and the app on the phone see them."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now

    def code(self, steps: int = 0, secret: str = SECRET) -> str:
        """What the app shows, so many steps of half a minute from now."""
        return pyotp.TOTP(secret).at(int(self.now) + steps * second_factor.STEP_S)


def people_in(folder: Path, *with_factor: str, **web: Any) -> Settings:
    """A store with three people of the same password; those named have a second factor with one recovery code."""
    settings = Settings(data_dir=folder, web=WebSettings.model_validate(web))
    with open_store(settings.store_url) as store, store.writing() as connection:
        for name, roles in PEOPLE.items():
            users.add_user(connection, "root", name, roles, KEPT, must_change=False)
        for name in with_factor:
            sealed = second_factor.seal(folder, name, SECRET)
            factors.offer(connection, name, sealed)
            factors.put_in_force(connection, name, sealed, 0, [hash_recovery_code("abcdefghjk")])
    return settings


@contextmanager
def opened(settings: Settings, clock: Clock | None = None) -> Iterator[tuple[TestClient, Clock]]:
    """The pages, nobody signed in, and the clock of the second step."""
    app, clock = create_app(settings), clock or Clock()
    app.state.second_step.clock = clock
    with browser_of(app) as browser:
        yield browser, clock


def browser_of(app: FastAPI) -> TestClient:
    """One more browser at the same application; what it sends is as from our own pages."""
    return TestClient(app, base_url=BASE, headers=HERE, follow_redirects=False)


def give_password(browser: TestClient, name: str = "sato", password: str = PASSWORD, next: str = "/") -> Response:
    return browser.post("/sign-in", data={"name": name, "password": password, "next": next})


def give_code(browser: TestClient, code: str) -> Response:
    return browser.post("/sign-in/code", data={"code": code})


def sign_in(browser: TestClient, clock: Clock, name: str = "sato") -> None:
    """By both steps, at a time of its own: a code is good once."""
    clock.now += second_factor.STEP_S
    assert give_password(browser, name).headers["location"] == "/sign-in/code"
    assert give_code(browser, clock.code()).status_code == 303


def csrf_of(browser: TestClient, path: str = "/account/factor") -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get(path).text)
    assert found
    return found[1]


def post(browser: TestClient, action: str, **data: str) -> Response:
    """A form of one's own second factor."""
    return browser.post(f"/account/factor/{action}", data={"csrf": csrf_of(browser), **data})


def entries(settings: Settings, subject: str) -> list[Entry]:
    """What is on record of a subject, the oldest first."""
    with open_store(settings.store_url) as store, store.reading() as connection:
        return audit.list_entries(connection, action=subject)[::-1]
