"""English messages tell of one thing as of one; everything else stays as it was written."""

import pytest

from pipeline.language import singular


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 recordings", "1 recording"),
        ("1 recordings are waiting, 2 recordings are done", "1 recording is waiting, 2 recordings are done"),
        ("1 analysed calls, latest first", "1 analysed call, latest first"),
        ("1 calls · 1 operators", "1 call · 1 operator"),
        ("1 entries, 1 of them fit", "1 entry, 1 of them fit"),
        ("1 people were asked", "1 person was asked"),
        ("11 calls, 2.1 calls, 1,001 calls, 3-1 calls", "11 calls, 2.1 calls, 1,001 calls, 3-1 calls"),
        ("at most 21 rows of 1 callsign", "at most 21 rows of 1 callsign"),
        ("", ""),
    ],
)
def test_one_of_a_thing_is_told_as_one(text: str, told: str) -> None:
    assert singular(text) == told
