"""Labelled calls from files: `*.json` (one call) or `*.jsonl` (one call a line)."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from models.moments.labels import LABELS_OF, Call, Message, MomentsError, Sentence

TRAINING_DATA = Path(__file__).parent.parent / "training"
TRAINING_CALLS = TRAINING_DATA / "calls"  # as they were written; heard/ beside it holds what a recogniser made of some


def read_calls(folder: Path) -> list[Call]:
    """Every labelled call below `folder`, by file name and line. Raises `MomentsError` naming file and line."""
    calls = [call for path in _files(folder) for call in _calls_of(path)]
    if not calls:
        raise MomentsError(
            Message(
                f"{folder} にラベル付きの通話がありません。*.json か *.jsonl を置いたフォルダーを指定してください。",
                f"{folder} holds no labelled calls. Name a folder with *.json or *.jsonl files.",
            )
        )
    return calls


def in_split(calls: Sequence[Call], split: str) -> list[Call]:
    """The calls of one split."""
    return [call for call in calls if call.split == split]


def call_from(record: dict[str, Any]) -> Call:
    """One call of the labelled format. Raises `KeyError`, `TypeError` or `ValueError` where it is not one."""
    pairs = [(turn["speaker"], sentence) for turn in record["turns"] for sentence in turn["sentences"]]
    for speaker, sentence in pairs:
        _check_labels(speaker, sentence["labels"])
    return Call(
        call_id=str(record["call_id"]),
        industry=str(record["industry"]),
        split=str(record.get("split", "")),
        sentences=tuple(Sentence(speaker, str(sentence["text"])) for speaker, sentence in pairs),
        labels=tuple(frozenset(sentence["labels"]) for _, sentence in pairs),
        form=str(record.get("form", "clean")),
    )


def write_calls(calls: Sequence[Call], path: Path) -> None:
    """Write calls in the labelled format, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(_record(call), ensure_ascii=False, separators=(",", ":")) + "\n" for call in calls)
    path.write_text("".join(lines), encoding="utf-8")


def _record(call: Call) -> dict[str, Any]:
    turns: list[dict[str, Any]] = []
    for sentence, labels in zip(call.sentences, call.labels, strict=True):
        if not turns or turns[-1]["speaker"] != sentence.speaker:
            turns.append({"speaker": sentence.speaker, "sentences": []})
        turns[-1]["sentences"].append({"text": sentence.text, "labels": sorted(labels)})
    named = {"call_id": call.call_id, "industry": call.industry, "split": call.split, "form": call.form}
    return {**named, "turns": turns}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".jsonl"))


def _calls_of(path: Path) -> Iterator[Call]:
    text = path.read_text(encoding="utf-8")
    records = enumerate(text.splitlines(), 1) if path.suffix == ".jsonl" else [(1, text)]
    for line, record in records:
        if not record.strip():
            continue
        try:
            yield call_from(json.loads(record))
        except (KeyError, TypeError, ValueError) as error:
            raise MomentsError(
                Message(
                    f"{path} {line}行目はラベル付き通話として読めません({error})。形式を直してください。",
                    f"{path} line {line} is not a labelled call ({error}). Mend its format.",
                )
            ) from error


def _check_labels(speaker: str, labels: Sequence[str]) -> None:
    unknown = set(labels) - set(LABELS_OF.get(speaker, ()))
    if unknown:
        raise ValueError(f"{speaker}: {', '.join(sorted(unknown))}")
