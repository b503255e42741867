"""The JSON file beside a recording: read within limits; a broken one is a warning, and the call goes on without it."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.formats.interchange import read_json
from pipeline.language import Text
from pipeline.sources.preset import ParsedName, Preset, of_a_call

MOST_BYTES = 1 << 20
MOST_CHARACTERS = 200  # of one value
BROKEN = {
    "sidecar_unreadable": Text("隣の JSON が読めません。", "The JSON beside it cannot be read."),
    "sidecar_too_large": Text("隣の JSON が 1 MiB を超えています。", "The JSON beside it is over 1 MiB."),
    "sidecar_other_call": Text("隣の JSON は別の通話のものです。", "The JSON beside it is of another call."),
}


def with_sidecar(parsed: ParsedName, preset: Preset, recording: Path) -> ParsedName:
    """What the name tells and, where that is silent, what the file beside the recording tells."""
    for form in preset.sidecars:
        path = recording.with_name(form.format(stem=recording.stem))
        if path.is_file() and not path.is_symlink():
            return _merged(parsed, preset, path)
    return parsed


def _merged(parsed: ParsedName, preset: Preset, path: Path) -> ParsedName:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            return replace(parsed, problem="sidecar_too_large")
        document = read_json(raw.decode(json.detect_encoding(raw)))
    except (OSError, ValueError, RecursionError):
        return replace(parsed, problem="sidecar_unreadable")
    told = {name: _first(document, paths) for name, paths in preset.sidecar_fields.items()}
    if parsed.call_id and told.get("call_id") and told["call_id"] != parsed.call_id:
        return replace(parsed, problem="sidecar_other_call")
    fields = {name: value for name, value in told.items() if value and name != "started_at"} | dict(parsed.fields)
    began = parsed.started_at or _time(told.get("started_at"), preset.zone)
    problem = None if fields or began else parsed.problem
    return ParsedName(fields, began, problem)


def _first(document: Any, paths: tuple[str, ...]) -> str | None:
    """The first of the dotted paths that leads to a short text or a number."""
    for dotted in paths:
        value = document
        for part in dotted.split("."):
            if isinstance(value, list) and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            else:
                value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, str | int) and not isinstance(value, bool) and 0 < len(str(value)) <= MOST_CHARACTERS:
            return str(value)
    return None


def _time(text: str | None, zone: str) -> datetime | None:
    try:
        moment = of_a_call(datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=ZoneInfo(zone)) if moment and moment.tzinfo is None else moment
