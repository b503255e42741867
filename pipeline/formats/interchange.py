"""The transcript file between stages, `<stem>.json`: `kouken transcribe` writes it, `kouken tag` extends it."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import BadInput
from pipeline.formats.shapes import BrokenTranscript, UnreadableFile, WrongValue, consistent, shaped
from pipeline.language import Text
from pipeline.records import Acoustics, Moment, Tag, Transcript

Record = TypeVar("Record")
NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")
ESCAPED = re.compile(r"\\u(0000|d[89a-f])", re.IGNORECASE)


def transcript_to_json(
    transcript: Transcript, tags: Sequence[Tag] | None = None, moments: Sequence[Moment] | None = None
) -> dict[str, Any]:
    """Plain JSON values; `tags` and `moments` only where tagging has been done."""
    document: dict[str, Any] = {
        "call_id": transcript.call_id,
        "audio": asdict(transcript.audio) if transcript.audio else None,
        "model": asdict(transcript.model) if transcript.model else None,
        "options": transcript.options,
        "utterances": [asdict(utterance) for utterance in transcript.utterances],
        "masked": [asdict(masked) for masked in transcript.masked],
        "corrections": [asdict(correction) for correction in transcript.corrections],
        "acoustics": asdict(transcript.acoustics) if transcript.acoustics else None,
    }
    if tags is not None:
        document["tags"] = [asdict(tag) for tag in tags]
    if moments is not None:
        document["moments"] = [asdict(moment) for moment in moments]
    return document


def transcript_from_json(document: dict[str, Any]) -> Transcript:
    """The transcript in a document; keys of other programs are ignored, and null is as if the key were not there.

    Raises `BrokenTranscript` with the place of a value that is missing or out of its limits.
    """
    try:
        return consistent(shaped(Transcript, {"audio": None, "model": None, "options": {}, **_given(document)}))
    except WrongValue as error:
        raise BrokenTranscript(
            Text(
                f"書き起こしの形ではありません({error.place}: {error.why.ja})",
                f"This is not a transcript ({error.place} {error.why.en})",
            ),
            place=error.place,
            remedy=Text("kouken transcribe が作る JSON を渡してください。", "Give JSON made by kouken transcribe."),
        ) from None


def _given(document: dict[str, Any]) -> dict[str, Any]:
    """What the document tells. A call id may be a number, and an utterance need not say who spoke."""
    given = {key: value for key, value in document.items() if value is not None}
    if isinstance(given.get("call_id"), int):
        given["call_id"] = str(given["call_id"])
    if isinstance(given.get("utterances"), list):
        given["utterances"] = [_said(item) if isinstance(item, dict) else item for item in given["utterances"]]
    return given


def _said(item: dict[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in item.items() if value is not None}
    return given | {"speaker": given.get("speaker") or "unknown"}


def tags_from_json(document: dict[str, Any]) -> tuple[Tag, ...]:
    """The evidence in a tagged document, none if it has not been tagged."""
    return tuple(_known(Tag, item) for item in document.get("tags") or ())


def moments_from_json(document: dict[str, Any]) -> tuple[Moment, ...]:
    """The decisions in a tagged document, none if it has not been tagged."""
    return tuple(_known(Moment, item) for item in document.get("moments") or ())


def read_document(path: Path) -> dict[str, Any]:
    """One JSON object from a file. Raises `BadInput` naming the file, the line and the column.

    Where the file cannot be read at all it is `UnreadableFile`.
    """
    try:
        document = read_json(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnreadableFile(path, error) from None
    except UnicodeDecodeError:
        raise BadInput(Text(f"{path} は UTF-8 の文字ではありません。", f"{path} is not UTF-8 text.")) from None
    except json.JSONDecodeError as error:
        ja = f"{path} の {error.lineno} 行 {error.colno} 文字目が JSON として読めません。"
        raise BadInput(Text(ja, f"{path} line {error.lineno} column {error.colno} is not JSON.")) from None
    except (ValueError, RecursionError) as error:
        ja, en = f"{path} が JSON として読めません({error})。", f"{path} is not JSON ({error})."
        raise BadInput(Text(ja, en)) from None
    if not isinstance(document, dict):
        raise BadInput(Text(f"{path} は JSON のオブジェクトではありません。", f"{path} is not a JSON object."))
    return document


def read_json(text: str) -> Any:
    """The values of a JSON text. What not every file or database can hold, NUL and half a character (an escape like
    `\\ud83d` without its pair), is read as the replacement character: places in the text stay what they are.

    Raises `ValueError`, also for numbers that JSON does not have: NaN, and those too large to be told from infinity.

    >>> read_json('"\\\\ud83d\\\\ude00 \\\\ud83d\\\\u0000"') == "😀 ��"
    True
    """
    values = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    return _whole(values) if ESCAPED.search(text) else values


def _refuse(name: str) -> None:
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError("number too large")
    return value


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return NO_CHARACTER.sub("�", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value


def write_document(document: dict[str, Any], path: Path) -> None:
    """Write by a temporary name and rename, so that a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


def acoustics_from_json(item: dict[str, Any] | None) -> Acoustics | None:
    """The figures of a call's sound, None where there are none."""
    if not item:
        return None
    spans = {key: [(int(start), int(end)) for start, end in item[key]] for key in ("overlaps", "silences")}
    return _known(Acoustics, {**item, **spans})


def _known(kind: type[Record], item: dict[str, Any]) -> Record:
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in item.items() if key in names}
    return kind(**values)
