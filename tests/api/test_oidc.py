"""Signing in with a company account: only what the provider has signed for this very sign-in, only for known users."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr

from api.app import create_app
from api.pending import LASTS_S, Pending
from api.rate import Window
from api.routes.oidc import BARRED, STOPPED, UNPROVEN, UNREACHABLE, WAITING
from pipeline.accounts import openid
from pipeline.errors import BadInput
from pipeline.settings import OidcSettings, Settings, WebSettings
from pipeline.store import audit, identities, users
from pipeline.store.migrate import open_store
from tests.api.conftest import BASE, opened_as
from tests.api.provider import CLIENT, SECRET, FakeProvider, running_provider, unsigned

LEAVE, BACK = "/sign-in/oidc", "/sign-in/oidc/back"


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, provider: FakeProvider) -> Settings:
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    oidc = OidcSettings(issuer=provider.issuer, client_id=CLIENT, client_secret_file=secret)
    settings = Settings(data_dir=tmp_path, oidc=oidc)
    store = open_store(settings.store_url)
    with store.writing() as connection:
        users.add_user(connection, "root", "root@example.jp", ["administrator"], None)
        users.add_user(connection, "root", "sato@example.jp", ["manager"], None)  # with a password to be changed
    store.close()
    return settings


@pytest.fixture
def browser(settings: Settings) -> Iterator[TestClient]:
    with opened(settings) as browser:
        yield browser


def opened(settings: Settings, **changes: Any) -> TestClient:
    """A browser; what it fetches counts as opened by a link elsewhere, as the way back is."""
    oidc = settings.oidc.model_copy(update=changes)
    app = create_app(settings.model_copy(update={"oidc": oidc}))
    return TestClient(app, base_url=BASE, headers={"Sec-Fetch-Site": "cross-site"}, follow_redirects=False)


def leave(browser: TestClient, next: str = "/") -> str:
    answer = browser.get(LEAVE, params={"next": next})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def sign_in(browser: TestClient, provider: FakeProvider, next: str = "/") -> Response:
    return browser.get(BACK, params=provider.allow(leave(browser, next)))


def is_inside(browser: TestClient) -> bool:
    return browser.get("/account").status_code == 200


def recorded(settings: Settings, action: str) -> list[tuple[str, str, dict[str, Any]]]:
    store = open_store(settings.store_url)
    with store.reading() as connection:
        entries = audit.list_entries(connection, action=action)
    store.close()
    return [(entry.action, entry.actor, entry.details) for entry in reversed(entries)]


def test_the_right_account_opens_what_was_asked_for(
    browser: TestClient, provider: FakeProvider, settings: Settings
) -> None:
    answer = sign_in(browser, provider, "/calls?label=appeal")
    assert answer.status_code == 303 and answer.headers["location"] == "/calls?label=appeal"
    assert is_inside(browser) and "kouken_oidc" not in browser.cookies
    assert browser.get("/calls").status_code == 200  # nobody asks for a password that plays no part
    account = browser.get("/account").text
    assert "自分だけが知るもの" not in account and "会社のアカウントで</span>" in account
    assert recorded(settings, "session") == [("session.sign_in", "sato@example.jp", {"by": "oidc"})]
    assert recorded(settings, "users.link") == [("users.link", "sato@example.jp", {})]


def test_later_the_subject_counts_and_not_the_address(browser: TestClient, provider: FakeProvider) -> None:
    sign_in(browser, provider)
    browser.cookies.clear()
    provider.claims = {"email": "root@example.jp"}  # the person's address has changed
    assert sign_in(browser, provider).status_code == 303
    assert "sato@example.jp" in browser.get("/account").text


def test_an_address_given_to_somebody_new_opens_nothing_until_it_is_unlinked(
    browser: TestClient, provider: FakeProvider, settings: Settings
) -> None:
    sign_in(browser, provider)
    first = browser.cookies["kouken_session"]
    browser.cookies.clear()
    provider.claims = {"sub": "S-2"}
    assert sign_in(browser, provider).status_code == 403
    store = open_store(settings.store_url)
    with store.writing() as connection:
        assert identities.unlink(connection, "root", "sato@example.jp") == 1
    store.close()
    assert sign_in(browser, provider).status_code == 303
    browser.cookies.clear()
    browser.cookies.set("kouken_session", first, domain="127.0.0.1", path="/")
    assert not is_inside(browser)


def test_the_subject_can_be_the_user(settings: Settings, provider: FakeProvider) -> None:
    store = open_store(settings.store_url)
    with store.writing() as connection:
        users.add_user(connection, "root", "S-1", ["manager"], None)
    store.close()
    provider.claims = {"email": None, "email_verified": None}
    with opened(settings, user="subject") as browser:
        assert sign_in(browser, provider).status_code == 303


def test_a_user_who_is_stopped_or_loses_a_role_is_out_at_the_next_request(
    browser: TestClient, provider: FakeProvider, settings: Settings
) -> None:
    store = open_store(settings.store_url)
    for change in ({"roles": ["auditor"]}, {"active": False}):
        assert sign_in(browser, provider).status_code == 303
        assert is_inside(browser)
        with store.writing() as connection:
            users.change_user(connection, "root", "sato@example.jp", **change)
        assert not is_inside(browser)
    store.close()
    answer = sign_in(browser, provider)
    assert answer.status_code == 403 and STOPPED.ja in answer.text


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "of-another-sign-in"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"iss": "https://evil.example"}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"aud": ["another-client", CLIENT]}, "azp"),
        ({"azp": "another-client"}, "azp"),
        ({"exp": int(time.time()) - 120}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"iat": int(time.time()) + 3600}, "iat"),
        ({"nbf": int(time.time()) + 3600}, "nbf"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
    ],
)
def test_a_token_for_anything_else_is_refused(
    browser: TestClient, provider: FakeProvider, settings: Settings, claims: dict[str, Any], reason: str
) -> None:
    provider.claims = claims
    answer = sign_in(browser, provider)
    assert answer.status_code == 403 and UNPROVEN.ja in answer.text and not is_inside(browser)
    refused = ("session.sign_in_refused", "unknown", {"by": "oidc", "reason": reason})
    assert recorded(settings, "session") == [refused]


def by_shared_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(SECRET))


def by_a_key_of_somebody_else(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048))


def by_a_key_nobody_publishes(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "two"}, claims, RSAKey.generate_key(2048))


@pytest.mark.parametrize(
    "sign",
    [unsigned, by_shared_secret, by_a_key_of_somebody_else, by_a_key_nobody_publishes, lambda claims: "no token"],
    ids=["none", "HS256", "another-key", "unknown-key", "no-token"],
)
def test_a_token_not_signed_by_the_provider_is_refused(browser: TestClient, provider: FakeProvider, sign: Any) -> None:
    provider.sign = sign
    answer = sign_in(browser, provider)
    assert answer.status_code == 403 and UNPROVEN.ja in answer.text and not is_inside(browser)


@pytest.mark.parametrize("keys", [{}, {"keys": None}, {"keys": [7, {"kty": "RSA", "kid": "one"}]}, {"keys": []}])
def test_keys_that_are_none_prove_nothing(browser: TestClient, provider: FakeProvider, keys: dict[str, Any]) -> None:
    provider.keys = keys
    assert sign_in(browser, provider).status_code == 403


def test_an_answer_without_a_token_is_refused(browser: TestClient, provider: FakeProvider) -> None:
    provider.without_token = True
    assert sign_in(browser, provider).status_code == 403


def test_the_way_back_is_bound_to_the_browser_that_left(
    browser: TestClient, provider: FakeProvider, settings: Settings
) -> None:
    back = provider.allow(leave(browser))
    assert browser.get(BACK, params={**back, "state": "another"}).status_code == 403
    back = provider.allow(leave(browser))
    with opened(settings) as victim:  # another process, too: nobody's seal but one's own
        victim.cookies.set("kouken_oidc", browser.cookies["kouken_oidc"], domain="127.0.0.1", path="/")
        assert victim.get(BACK, params=back).status_code == 403
        victim.cookies.clear()
        assert victim.get(BACK, params=back).status_code == 403
    assert "/token" not in provider.asked


def test_what_came_back_once_is_refused_the_second_time(browser: TestClient, provider: FakeProvider) -> None:
    back, sealed = provider.allow(leave(browser)), browser.cookies["kouken_oidc"]
    assert browser.get(BACK, params=back).status_code == 303
    browser.cookies.clear()
    browser.cookies.set("kouken_oidc", sealed, domain="127.0.0.1", path="/")
    assert browser.get(BACK, params=back).status_code == 403
    assert provider.asked.count("/token") == 1
    fresh = {**provider.allow(leave(browser)), "code": back["code"]}  # the provider, too, redeems a code once
    assert browser.get(BACK, params=fresh).status_code == 403


def test_a_sign_in_under_way_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pending, begun = Pending(), openid.begin()
    sealed = pending.seal(begun, "/calls")
    now = time.time()
    monkeypatch.setattr("api.pending.time.time", lambda: now + LASTS_S + 1)
    assert pending.take(sealed, begun.state) is None
    monkeypatch.undo()
    assert pending.take(sealed, begun.state) == (begun, "/calls")
    assert pending.take(sealed, begun.state) is None


def test_the_provider_says_no_or_is_another_one(browser: TestClient, provider: FakeProvider) -> None:
    state = provider.allow(leave(browser))["state"]
    assert browser.get(BACK, params={"state": state, "error": "access_denied"}).status_code == 403
    back = provider.allow(leave(browser))
    assert browser.get(BACK, params={**back, "iss": "https://evil.example"}).status_code == 403
    back = provider.allow(leave(browser))
    assert browser.get(BACK, params={**back, "iss": provider.issuer}).status_code == 303


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email_verified": False}, "unverified_email"),
        ({"email_verified": "true"}, "unverified_email"),
        ({"email_verified": None}, "unverified_email"),
        ({"email_verified": False, "xms_edov": True}, "unverified_email"),
        ({"email_verified": None, "xms_edov": False}, "unverified_email"),
        ({"email": None}, "unverified_email"),
        ({"email": "ｓato@example.jp"}, "unverified_email"),
        ({"email": "nobody@example.jp"}, "no_user"),
        ({"email": "kouken"}, "no_user"),
    ],
)
def test_an_unverified_address_and_an_unknown_user_are_both_told_to_wait_with_their_number(
    browser: TestClient, provider: FakeProvider, settings: Settings, claims: dict[str, Any], reason: str
) -> None:
    provider.claims = claims
    answer = sign_in(browser, provider)
    assert answer.status_code == 403 and WAITING.ja in answer.text and not is_inside(browser)
    assert "example.jp" not in answer.text and ">S-1<" in answer.text
    assert recorded(settings, "session")[0][2] == {"by": "oidc", "reason": reason, "subject": "S-1"}
    store = open_store(settings.store_url)
    with store.reading() as connection:
        assert [user.name for user in users.list_users(connection)] == ["root@example.jp", "sato@example.jp"]
    store.close()


def test_who_waits_is_linked_by_an_administrator_and_let_in_then(
    browser: TestClient, provider: FakeProvider, settings: Settings
) -> None:
    provider.claims = {"sub": "S-9", "email": "nobody@example.jp", "email_verified": False}
    assert sign_in(browser, provider).status_code == 403
    with opened_as(settings, "administrator", name="admin") as admin:
        page = admin.get("/users/sato@example.jp").text
        assert 'value="S-9"' in page
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        assert token
        form = {"csrf": token[1], "subject": " S-9 "}
        assert admin.post("/users/sato@example.jp/account", data=form).status_code == 200
        again = admin.post("/users/root@example.jp/account", data=form)
        assert again.status_code == 422 and "ほかの利用者" in again.text
        assert sign_in(browser, provider).status_code == 303
        assert "sato@example.jp" in browser.get("/account").text
        admin.post("/users/sato@example.jp/account/unlink", data=form)
    assert not is_inside(browser) and sign_in(browser, provider).status_code == 403
    assert [entry[:2] for entry in recorded(settings, "users") if entry[1] == "admin"] == [
        ("users.link", "admin"),
        ("users.unlink", "admin"),
    ]


def test_an_account_outside_of_the_domain_waits_for_nothing(
    settings: Settings, provider: FakeProvider, browser: TestClient
) -> None:
    sign_in(browser, provider)  # linked by the first sign-in, before a domain was asked for
    with opened(settings, allowed_domain="other.example") as narrowed:
        answer = sign_in(narrowed, provider)
        assert answer.status_code == 403 and BARRED.ja in answer.text and "S-1" not in answer.text
        assert not is_inside(narrowed)


@pytest.mark.parametrize("word", [True, 1, "1", "true"])
def test_entra_says_by_another_claim_that_the_domain_is_verified(
    browser: TestClient, provider: FakeProvider, word: object
) -> None:
    provider.claims = {"email_verified": None, "xms_edov": word}
    assert sign_in(browser, provider).status_code == 303


@pytest.mark.parametrize(
    ("domain", "status"), [("Example.JP", 303), ("ample.jp", 403), ("jp", 403), ("example.jp.evil.example", 403)]
)
def test_only_addresses_of_the_domain_may_pass(
    settings: Settings, provider: FakeProvider, domain: str, status: int
) -> None:
    with opened(settings, allowed_domain=domain) as browser:
        assert sign_in(browser, provider).status_code == status


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"])
def test_after_signing_in_one_stays_here(browser: TestClient, provider: FakeProvider, next: str) -> None:
    assert sign_in(browser, provider, next).headers["location"] == "/"


def test_who_is_refused_too_often_waits_and_nobody_else_does(browser: TestClient, provider: FakeProvider) -> None:
    browser.app.state.attempts = Window(most=2, window_s=900)  # type: ignore[attr-defined]
    provider.claims = {"sub": "S-9", "email": "nobody@example.jp"}
    assert [sign_in(browser, provider).status_code for _ in range(3)] == [403, 403, 429]
    assert int(sign_in(browser, provider).headers["retry-after"]) > 0
    provider.claims = {}
    assert sign_in(browser, provider).status_code == 303


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "http://evil.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
        {"token_endpoint": "https://[broken"},
    ],
)
def test_a_description_of_another_or_unguarded_provider_is_not_followed(
    browser: TestClient, provider: FakeProvider, described: dict[str, Any]
) -> None:
    provider.described = described
    answer = browser.get(LEAVE)
    assert answer.status_code == 503 and UNREACHABLE.ja in answer.text


def test_a_provider_that_is_away_is_told_in_words(settings: Settings) -> None:
    with opened(settings, issuer="http://127.0.0.1:9") as browser:
        answer = browser.get(LEAVE, params={"lang": "en"})
    assert answer.status_code == 503 and UNREACHABLE.en in answer.text


def test_a_provider_that_goes_away_meanwhile_is_told_in_words(browser: TestClient, provider: FakeProvider) -> None:
    back = provider.allow(leave(browser, "/calls"))
    provider.described = {"token_endpoint": "http://127.0.0.1:9/token"}
    answer = browser.get(BACK, params=back)
    assert answer.status_code == 503 and UNREACHABLE.ja in answer.text and "next=%2Fcalls" in answer.text


def test_the_button_is_there_only_where_a_provider_is_configured(settings: Settings, provider: FakeProvider) -> None:
    with opened(settings, button_ja="社員証でサインイン") as browser:
        shown = browser.get("/sign-in", params={"next": "/calls"}).text
        assert "社員証でサインイン" in shown and 'href="/sign-in/oidc?next=%2Fcalls"' in shown
    assert not provider.asked
    with opened(settings, issuer="") as browser:
        assert LEAVE not in browser.get("/sign-in").text
        assert browser.get(LEAVE).status_code == browser.get(BACK).status_code == 404


def test_behind_tls_the_cookie_is_held_to_this_host_and_the_way_back_is_https(
    settings: Settings, provider: FakeProvider
) -> None:
    secure = settings.model_copy(update={"web": WebSettings(behind_tls=True, names=("kouken.example",))})
    with TestClient(create_app(secure), base_url="https://kouken.example", follow_redirects=False) as browser:
        answer = browser.get(LEAVE)
        asked = parse_qs(urlsplit(answer.headers["location"]).query)
        assert asked["redirect_uri"] == ["https://kouken.example/sign-in/oidc/back"]
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-kouken-oidc=") and "domain" not in cookie.lower()
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
        back = browser.get(BACK, params=provider.allow(answer.headers["location"]))
    assert back.status_code == 303
    assert any(line.startswith("__Host-kouken=") for line in back.headers.get_list("set-cookie"))


def test_the_secret_goes_to_nobody_but_the_provider(browser: TestClient, provider: FakeProvider) -> None:
    address = leave(browser)
    assert SECRET not in address
    assert SECRET not in repr(OidcSettings(client_secret=SecretStr(SECRET)))


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "http://login.example"},
        {"issuer": "login.example"},
        {"issuer": "https://[login"},
        {"client_id": ""},
        {"client_secret_file": Path("/nowhere/secret")},
        {"ca_file": Path("/nowhere/ca.pem")},
    ],
)
def test_settings_with_which_nobody_should_sign_in_stop_the_start(settings: Settings, changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        opened(settings, **changes)
