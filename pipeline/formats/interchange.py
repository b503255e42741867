"""The transcript file between stages, `<stem>.json`: `kouken transcribe` writes it, `kouken tag` extends it."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.records import (
    Acoustics,
    AudioFacts,
    Correction,
    MaskedRange,
    ModelInfo,
    Moment,
    Tag,
    Transcript,
    Utterance,
    Word,
)

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
    """The transcript in a document; keys of other programs are ignored. Raises `BadInput` where it is none."""
    try:
        return Transcript(
            call_id=str(document["call_id"]),
            audio=_record(AudioFacts, document.get("audio")),
            model=_record(ModelInfo, document.get("model")),
            options=dict(document.get("options") or {}),
            utterances=tuple(_utterance(item) for item in document["utterances"]),
            masked=tuple(_known(MaskedRange, item) for item in document.get("masked") or ()),
            corrections=tuple(_known(Correction, item) for item in document.get("corrections") or ()),
            acoustics=acoustics_from_json(document.get("acoustics")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(
            Text(f"書き起こしの形ではありません({error!r})", f"This is not a transcript ({error!r})"),
            remedy=Text("kouken transcribe が作る JSON を渡してください。", "Give JSON made by kouken transcribe."),
        ) from None


def tags_from_json(document: dict[str, Any]) -> tuple[Tag, ...]:
    """The evidence in a tagged document, none if it has not been tagged."""
    return tuple(_known(Tag, item) for item in document.get("tags") or ())


def moments_from_json(document: dict[str, Any]) -> tuple[Moment, ...]:
    """The decisions in a tagged document, none if it has not been tagged."""
    return tuple(_known(Moment, item) for item in document.get("moments") or ())


def read_document(path: Path) -> dict[str, Any]:
    """One JSON object from a file. Raises `BadInput` naming the file, the line and the column."""
    try:
        document = read_json(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(
            Text(f"読めません: {path} ({error.strerror})", f"Cannot read {path}: {error.strerror}")
        ) from None
    except UnicodeDecodeError:
        raise BadInput(Text(f"{path} は UTF-8 の文字ではありません。", f"{path} is not UTF-8 text.")) from None
    except json.JSONDecodeError as error:
        ja = f"{path} の {error.lineno} 行 {error.colno} 文字目が JSON として読めません。"
        raise BadInput(Text(ja, f"{path} line {error.lineno} column {error.colno} is not JSON.")) from None
    if not isinstance(document, dict):
        raise BadInput(Text(f"{path} は JSON のオブジェクトではありません。", f"{path} is not a JSON object."))
    return document


def read_json(text: str) -> Any:
    """The values of a JSON text. What not every file or database can hold, NUL and half a character (an escape like
    `\\ud83d` without its pair), is read as the replacement character: places in the text stay what they are.

    >>> read_json('"\\\\ud83d\\\\ude00 \\\\ud83d\\\\u0000"') == "😀 ��"
    True
    """
    values = json.loads(text)
    return _whole(values) if ESCAPED.search(text) else values


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


def _record(kind: type[Record], item: dict[str, Any] | None) -> Record | None:
    return _known(kind, item) if item else None


def _known(kind: type[Record], item: dict[str, Any]) -> Record:
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in item.items() if key in names}
    return kind(**values)


def _utterance(item: dict[str, Any]) -> Utterance:
    speaker = item.get("speaker") or "unknown"
    if speaker not in ("operator", "customer", "unknown"):
        raise ValueError(f"speaker {speaker!r}")
    words = tuple(_known(Word, word) for word in item.get("words") or ())
    return _known(Utterance, {**item, "speaker": speaker, "words": words})
