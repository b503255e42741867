"""Codes are those of RFC 6238, good once and for a short while; what they are reckoned from is kept sealed."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from pipeline.accounts import second_factor
from pipeline.accounts.second_factor import CODES, STEP_S, OtherKey, Proof, prove
from pipeline.errors import BadInput
from pipeline.outcomes.phone_key import phone_key
from pipeline.settings import WebSettings
from pipeline.store.factors import Factor
from pipeline.store.users import ROLES, Role, User

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" of the RFC's appendix B
RFC_CODES = {  # the last six of its eight digits
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}
NOW = 1_800_000_000.0


def code_at(secret: str, at: float) -> str:
    return pyotp.TOTP(secret).at(int(at))


@pytest.mark.parametrize(("at", "code"), RFC_CODES.items())
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    assert second_factor.step_of(RFC_SECRET, code, at) == at // STEP_S


@pytest.mark.parametrize(("off", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_be_one_step_apart(off: int, is_taken: bool) -> None:
    secret = second_factor.new_secret()
    step = second_factor.step_of(secret, code_at(secret, NOW + off * STEP_S), NOW)
    assert step == (int(NOW) // STEP_S + off if is_taken else None)


def test_no_code_is_taken_that_is_not_later_than_the_last() -> None:
    secret, now = second_factor.new_secret(), int(NOW) // STEP_S
    for used in (now, now + 1):
        assert second_factor.step_of(secret, code_at(secret, NOW), NOW, after=used) is None
    assert second_factor.step_of(secret, code_at(secret, NOW), NOW, after=now - 1) == now


def test_every_secret_is_new_and_of_160_bits() -> None:
    secrets = {second_factor.new_secret() for _ in range(50)}
    assert len(secrets) == 50 and all(re.fullmatch("[A-Z2-7]{32}", secret) for secret in secrets)


def test_a_secret_is_sealed_for_its_owner_by_the_key_of_the_folder(tmp_path: Path) -> None:
    sealed = second_factor.seal(tmp_path, "sato", RFC_SECRET)
    assert RFC_SECRET not in sealed and sealed != second_factor.seal(tmp_path, "sato", RFC_SECRET)
    assert second_factor.unseal(tmp_path, "sato", sealed) == RFC_SECRET
    wrong = [("kato", sealed), ("sato", sealed[:-8] + "AAAAAAA="), ("sato", "no base64"), ("sato", "")]
    for name, given in wrong:
        with pytest.raises(OtherKey):
            second_factor.unseal(tmp_path, name, given)
    phone_key(tmp_path / "other")
    with pytest.raises(OtherKey) as error:
        second_factor.unseal(tmp_path / "other", "sato", sealed)
    assert "復旧コード" in error.value.render("ja") and "recovery code" in error.value.render("en")


@pytest.mark.parametrize(
    "typed",
    ["287082", "287 082", " 287082 ", "２８７０８２", "２８７　０８２", "287-082", "287－082", "２８７ー０８２"],
)
def test_digits_of_either_width_are_the_same(tmp_path: Path, typed: str) -> None:
    factor = Factor(second_factor.seal(tmp_path, "sato", RFC_SECRET))
    assert prove(tmp_path, factor, [], "sato", typed, 59) == Proof("code", step=1)


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "287083", "二八七〇八二", "٢٨٧٠٨٢", "x" * 100_000])
def test_anything_else_proves_nothing(tmp_path: Path, typed: str) -> None:
    factor = Factor(second_factor.seal(tmp_path, "sato", RFC_SECRET))
    assert prove(tmp_path, factor, [], "sato", typed, 59) is None


def test_recovery_codes_are_ten_kept_by_hashes_and_known_however_they_are_typed(tmp_path: Path) -> None:
    codes, hashes = second_factor.new_codes()
    assert len(set(codes)) == len(set(hashes)) == CODES == 10
    assert all(re.fullmatch("[a-z2-9]{5}-[a-z2-9]{5}", code) for code in codes)
    assert all(kept.startswith("$argon2id$") for kept in hashes)
    other = Factor("sealed by a key that is lost")
    for typed in (codes[6], codes[6].upper(), codes[6].replace("-", ""), codes[6].replace("-", "ー"), f" {codes[6]} "):
        assert prove(tmp_path, other, hashes, "sato", typed, NOW) == Proof("recovery_code", code_hash=hashes[6])
    assert prove(tmp_path, other, hashes[:6], "sato", codes[6], NOW) is None


def test_an_app_reads_who_where_and_the_secret() -> None:
    parts = urlsplit(second_factor.address_of(RFC_SECRET, "佐藤@example.jp", "Kouken kouken.example.jp"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Kouken kouken.example.jp:佐藤@example.jp"
    told = parse_qs(parts.query)
    assert told["secret"] == [RFC_SECRET] and told["issuer"] == ["Kouken kouken.example.jp"]
    assert {"digits", "period", "algorithm"}.isdisjoint(told)  # what every app assumes without being told


def test_the_picture_needs_nothing_that_the_pages_forbid() -> None:
    picture = ET.fromstring(second_factor.picture_of(second_factor.address_of(RFC_SECRET, "sato", "Kouken")))
    kinds = {element.tag.rpartition("}")[2] for element in picture.iter()}
    attributes = {name for element in picture.iter() for name in element.attrib}
    assert kinds <= {"svg", "path"} and "viewBox" in picture.attrib
    assert not {name for name in attributes if name == "style" or name.startswith("on") or "href" in name}


@pytest.mark.parametrize(
    ("setting", "asking", "roles", "expected"),
    [
        ("off", (), ("administrator",), False),
        ("optional", (), ("administrator",), False),
        ("optional", ("administrator",), ("manager",), False),
        ("optional", ("administrator",), ("manager", "administrator"), True),
        ("required", (), ("operator",), True),
    ],
)
def test_whom_it_is_required_of(setting: str, asking: tuple[str, ...], roles: tuple[Role, ...], expected: bool) -> None:
    web = WebSettings.model_validate({"second_factor": setting, "second_factor_roles": asking})
    user = User("x", "x", roles, (), None, active=True, must_change=False)
    second_factor.check_settings(web)
    assert second_factor.is_required(user, web) is expected


@pytest.mark.parametrize(("setting", "roles"), [("optional", ["administrators"]), ("off", ["administrator"])])
def test_a_rule_that_would_ask_nobody_is_refused(setting: str, roles: list[str]) -> None:
    web = WebSettings.model_validate({"second_factor": setting, "second_factor_roles": roles})
    with pytest.raises(BadInput) as error:
        second_factor.check_settings(web)
    assert all(role in error.value.render("en") for role in ROLES)
