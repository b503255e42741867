"""Who asks, behind a reverse proxy: its word counts only where the settings name it, and nobody claims an address."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from api.app import create_app
from api.serve import check_address, config_of
from pipeline.errors import BadInput
from pipeline.setting_sources import read_settings
from pipeline.settings import Settings, WebSettings
from pipeline.store import users
from pipeline.store.migrate import open_store

BASE = "http://127.0.0.1:8000"


def web(*proxies: str) -> WebSettings:
    return WebSettings.model_validate({"trusted_proxies": proxies})


def seen(settings: WebSettings, peer: str, *forwarded: str) -> tuple[str, str]:
    """The address and scheme that the application is told."""
    app, answers = FastAPI(), []

    @app.get("/")
    def tell(request: Request) -> None:
        assert request.client is not None
        answers.append((request.client.host, request.url.scheme))

    config = config_of(app, settings)
    config.load()
    headers = [("X-Forwarded-For", value) for value in forwarded] + [("X-Forwarded-Proto", "https")]
    loaded: Any = config.loaded_app
    with TestClient(loaded, base_url=BASE, client=(peer, 50_000)) as client:
        client.get("/", headers=headers)
    return answers[0]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ((), "127.0.0.1", ("203.0.113.7",), "127.0.0.1"),
        (("127.0.0.1",), "198.51.100.9", ("203.0.113.7",), "198.51.100.9"),
        (("127.0.0.1",), "127.0.0.1", ("203.0.113.7",), "203.0.113.7"),
        (("127.0.0.1",), "127.0.0.1", ("10.9.9.9, 203.0.113.7",), "203.0.113.7"),
        (("127.0.0.1",), "127.0.0.1", ("127.0.0.1, 203.0.113.7",), "203.0.113.7"),
        (("127.0.0.1",), "127.0.0.1", ("10.9.9.9", "203.0.113.7"), "203.0.113.7"),
        (("127.0.0.1", "10.0.5.0/24"), "127.0.0.1", ("10.9.9.9, 203.0.113.7, 10.0.5.20",), "203.0.113.7"),
        (("2001:db8::/32",), "2001:db8::5", ("2001:db9::1",), "2001:db9::1"),
        (("127.0.0.1",), "127.0.0.1", (), "127.0.0.1"),
    ],
)
def test_the_address_is_the_last_that_no_proxy_of_ours_has(
    proxies: tuple[str, ...], peer: str, forwarded: tuple[str, ...], client: str
) -> None:
    address, scheme = seen(web(*proxies), peer, *forwarded)
    assert address == client
    known = bool(proxies) and not peer.startswith("198.")
    assert scheme == ("https" if known else "http")


@pytest.mark.parametrize("proxies", [("0.0.0.0/0",), ("127.0.0.1", "::/0")])
def test_not_everybody_is_a_proxy(proxies: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="trusted_proxies"):
        check_address(web(*proxies))


def test_a_proxy_is_an_address_or_a_network(tmp_path: Path) -> None:
    config = tmp_path / "kouken.toml"
    config.write_text('[web]\ntrusted_proxies = ["*"]\n', "utf-8")
    with pytest.raises(BadInput, match="trusted_proxies"):
        read_settings(config, {})


def test_failed_sign_ins_behind_a_proxy_are_counted_by_the_real_address(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, web=web("127.0.0.1"))
    store = open_store(settings.store_url)
    with store.writing() as connection:
        users.add_user(connection, "root", "sato", ("manager",), None, must_change=False)
    store.close()
    config = config_of(create_app(settings), settings.web)
    config.load()
    loaded: Any = config.loaded_app
    with TestClient(loaded, base_url=BASE, client=("127.0.0.1", 50_000)) as client:

        def fail(forwarded: str) -> int:
            headers = {"X-Forwarded-For": forwarded, "Sec-Fetch-Site": "same-origin"}
            form = {"name": "sato", "password": "not the password"}
            return client.post("/sign-in", data=form, headers=headers, follow_redirects=False).status_code

        assert [fail(f"10.0.0.{number}, 203.0.113.7") for number in range(10)].count(429) == 0
        assert fail("10.0.0.99, 203.0.113.7") == 429  # what the client itself claims changes nothing
        assert fail("203.0.113.8") != 429
