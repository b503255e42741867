"""The members, types and closed values of an unsigned vCon 0.4.0 as draft-ietf-vcon-vcon-core states them.

Written for these tests from the draft's sections on each object; only what Kouken writes or could write is spelled out,
and every object is closed, so that a misspelled member fails.
"""

from typing import Any

TEXT = {"type": "string"}
INDEX = {"type": "integer", "minimum": 0}
DATE = {"type": "string", "format": "date-time"}
UUID = {"type": "string", "format": "uuid"}
HASH = {
    "type": "string",
    "pattern": "^sha512-[A-Za-z0-9_-]{86}$",
}  # SHA-512 is a must
CONTENT = {
    "mediatype": TEXT,
    "filename": TEXT,
    "body": TEXT,
    "encoding": {"enum": ["base64url", "json", "none"]},
    "url": {"type": "string", "format": "uri", "pattern": "^https://"},
    "content_hash": {"anyOf": [HASH, {"type": "array", "items": HASH}]},
}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
        # inline content needs its encoding, content elsewhere its hash
        "dependentRequired": {"body": ["encoding"], "url": ["content_hash"]},
    }


PARTY = _object([], tel=TEXT, sip=TEXT, mailto=TEXT, name=TEXT, did=TEXT, uuid=UUID, type=TEXT, org=TEXT)
DIALOG = _object(
    ["type", "start"],
    type={"enum": ["recording", "text", "transfer", "incomplete", "recording-set"]},
    start=DATE,
    duration={"type": "number", "minimum": 0},
    parties={"type": "array", "items": {"anyOf": [INDEX, {"type": "null"}]}},
    originator=INDEX,
    recordings={"type": "array", "items": INDEX},
    recording_set=INDEX,
    **CONTENT,
)
ANALYSIS = _object(
    ["type", "vendor"],
    type=TEXT,
    dialog={"anyOf": [INDEX, {"type": "array", "items": INDEX}]},
    vendor=TEXT,
    product=TEXT,
    schema=TEXT,
    **CONTENT,
)
VCON = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(
        ["uuid", "created_at"],
        vcon={"const": "0.4.0"},
        uuid=UUID,
        created_at=DATE,
        updated_at=DATE,
        subject=TEXT,
        extensions={"type": "array", "items": TEXT},
        critical={"type": "array", "items": TEXT},
        parties={"type": "array", "items": PARTY},
        dialog={"type": "array", "items": DIALOG},
        analysis={"type": "array", "items": ANALYSIS},
    ),
}
