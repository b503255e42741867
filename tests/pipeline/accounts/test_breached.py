"""A list of breached passwords is searched on the disk, and believed only if it is one."""

import hashlib
from pathlib import Path

import pytest

from pipeline.accounts.breached import check_list, is_breached
from pipeline.accounts.passwords import hash_password
from pipeline.doctor import examine
from pipeline.errors import BadInput
from pipeline.settings import Settings, WebSettings


def hashed(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


KNOWN = [f"secret number {number}" for number in range(3000)]
HASHES = sorted(map(hashed, KNOWN))


def listed(folder: Path, lines: list[str], end: str = "\r\n") -> Path:
    path = folder / "pwned.txt"
    path.write_text(end.join(lines), newline="")
    return path


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("form", ["{}", "{}:{}", "lower"])
def test_what_the_list_holds_is_found_and_nothing_else(form: str, end: str, tmp_path: Path) -> None:
    lines = [one.lower() if form == "lower" else form.format(one, place**3) for place, one in enumerate(HASHES)]
    for path in (listed(tmp_path, lines, end), listed(tmp_path, [*lines, ""], end)):
        check_list(path)
        assert all(is_breached(password, path) for password in KNOWN)
        assert not any(is_breached(f"{password}!", path) for password in KNOWN)


def test_lists_of_one_and_two_lines_are_searched_whole(tmp_path: Path) -> None:
    for size in (1, 2, 3):
        few = sorted(map(hashed, KNOWN[:size]))
        path = listed(tmp_path, [f"{one}:1" for one in few])
        assert [is_breached(password, path) for password in KNOWN[:4]] == [number < size for number in range(4)]


def test_a_password_is_looked_up_as_typed_and_as_it_is_kept(tmp_path: Path) -> None:
    wide = "ｃｏｒｒｅｃｔ　ｈｏｒｓｅ"
    assert is_breached(wide, listed(tmp_path, [hashed(wide)]))
    assert is_breached(wide, listed(tmp_path, [hashed("correct horse")]))


def test_what_has_leaked_is_refused_with_the_reason(tmp_path: Path) -> None:
    password = "correct horse battery staple"
    path = listed(tmp_path, sorted([*HASHES, hashed(password)]))
    assert hash_password(password).startswith("$argon2id$")
    with pytest.raises(BadInput, match="漏れたパスワードの一覧"):
        hash_password(password, breached=path)
    assert hash_password(f"{password} of mine", breached=path).startswith("$argon2id$")


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "空です"),
        (HASHES[::-1], "並んでいません"),
        ([*HASHES[1500:], *HASHES[:1500]], "並んでいません"),
        (["password", "letmein"], "SHA-1 の行でない"),
        ([*HASHES[:2000], "x" * 500, *HASHES[2000:]], "SHA-1 の行でない"),
        ([one[:32] for one in HASHES], "SHA-1 の行でない"),
    ],
)
def test_what_is_no_sorted_list_stops_the_start_and_the_doctor_tells(
    lines: list[str], why: str, tmp_path: Path
) -> None:
    path = listed(tmp_path, lines)
    with pytest.raises(BadInput, match=why):
        check_list(path)
    checks = examine(Settings(data_dir=tmp_path, web=WebSettings(breached_passwords=path)))
    (check,) = (one for one in checks if one.name == "passwords")
    assert check.state == "fail" and why in check.found


def test_a_list_that_is_not_there_lets_no_password_through(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.txt"
    with pytest.raises(BadInput, match=r"nowhere\.txt"):
        check_list(missing)
    with pytest.raises(BadInput, match=r"web\.breached_passwords"):
        hash_password("correct horse battery staple", breached=missing)
