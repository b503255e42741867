"""What is exported satisfies the draft's structure, and the check would notice if it did not."""

from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError  # type: ignore[import-untyped]

from pipeline.formats.vcon import RecordingFacts, to_vcon
from tests.pipeline.formats.test_vcon import CALL, CREATED, STARTED
from tests.pipeline.formats.vcon_schema import VCON

VALIDATOR = Draft202012Validator(VCON, format_checker=FormatChecker())
WHOLE = to_vcon(CALL, RecordingFacts(STARTED, "a.wav", "audio/x-wav", b"\x01" * 64), CREATED)


@pytest.mark.parametrize("facts", [RecordingFacts(None), RecordingFacts(STARTED), RecordingFacts(STARTED, "a.wav")])
def test_export_satisfies_the_draft(facts: RecordingFacts) -> None:
    VALIDATOR.validate(to_vcon(CALL, facts, CREATED))
    VALIDATOR.validate(WHOLE)


def broken(*path: str | int, value: Any = None) -> dict[str, Any]:
    document: Any = deepcopy(WHOLE)
    place = document
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    "document",
    [
        broken("uuid"),
        broken("uuid", value="call-1"),
        broken("vcon", value="0.3.0"),
        broken("created_at", value=5),
        broken("dialog", 0, "start"),
        broken("dialog", 0, "type", value="call"),
        broken("dialog", 0, "content_hash", value="md5-abc"),
        broken("dialog", 0, "parties", value=[-1]),
        broken("dialog", 0, "urll", value="https://example.com"),
        broken("analysis", 0, "vendor"),
        broken("analysis", 0, "encoding"),
    ],
)
def test_check_notices_what_is_wrong(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(document)
