"""Moments found where nothing is sold: whatever is found in such dialogues is false."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from models.moments.sentences import sentence_spans
from phrases.files import load_starter
from pipeline.errors import BadInput
from pipeline.formats.interchange import read_document
from pipeline.language import Text
from pipeline.records import LABELS, OPERATOR_LABELS, Transcript, Utterance
from pipeline.settings import MomentsSettings
from pipeline.text.files import read_dialogue
from pipeline.text.tagger import Tagger, load_tagger

SPEAKERS = ("operator", "customer")


@dataclass(frozen=True, slots=True)
class FalseMoments:
    """`sentences` by speaker, `moments` by label."""

    dialogues: int
    sentences: Mapping[str, int]
    moments: Mapping[str, int]

    @property
    def operator_per_100(self) -> float:
        """Moments of the operator per 100 of the operator's sentences."""
        return self._per_100(OPERATOR_LABELS, ("operator",))

    @property
    def all_per_100(self) -> float:
        """Moments of both speakers per 100 sentences."""
        return self._per_100(LABELS, SPEAKERS)

    def as_json(self) -> dict[str, Any]:
        """Counts and both rates."""
        return {
            "dialogues": self.dialogues,
            "sentences": dict(self.sentences),
            "moments": dict(self.moments),
            "operator_per_100": round(self.operator_per_100, 3),
            "all_per_100": round(self.all_per_100, 3),
        }

    def _per_100(self, labels: Iterable[str], speakers: Iterable[str]) -> float:
        said = sum(self.sentences[speaker] for speaker in speakers)
        return 100 * sum(self.moments[label] for label in labels) / said if said else 0.0


def evaluate_quiet(folder: Path, settings: MomentsSettings | None = None) -> FalseMoments:
    """Read every dialogue of a folder (or of one file) as the night does and count what is found.

    `*.json` holds one dialogue each (`turns` or `utterances`); `*.jsonl` a dialogue a line, or a turn a line with
    `dialogue_id`, `speaker` (or `speaker_role`) and `text`, dialogue after dialogue. Raises `BadInput`.
    """
    dialogues = list(read_dialogues(folder))
    if not dialogues:
        raise BadInput(
            Text(f"対話がありません: {folder}", f"There is no dialogue in {folder}"),
            remedy=Text("*.json か *.jsonl のあるフォルダーを渡してください。", "Give a folder of *.json or *.jsonl."),
        )
    return count_moments(dialogues, load_tagger(load_starter(), settings))


def count_moments(dialogues: Iterable[Transcript], tagger: Tagger) -> FalseMoments:
    """Of each label; a moment over several utterances counts once."""
    read, said, found = 0, Counter[str](), Counter[str]()
    for dialogue in dialogues:
        read += 1
        for utterance in dialogue.utterances:
            said[utterance.speaker] += len(sentence_spans(utterance.text))
        _, moments = tagger.read(dialogue)
        found.update(moment.label for moment in moments)
    return FalseMoments(
        read, {speaker: said[speaker] for speaker in SPEAKERS}, {label: found[label] for label in LABELS}
    )


def read_dialogues(path: Path) -> Iterator[Transcript]:
    """Every dialogue of a file or of the files of a folder, in the order of their names. Raises `BadInput`."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        if file.suffix == ".json":
            yield read_dialogue(read_document(file))
        elif file.suffix == ".jsonl":
            yield from _dialogues_of(file)


def _dialogues_of(path: Path) -> Iterator[Transcript]:
    records = list(_records(path))
    if records and "dialogue_id" in records[0]:
        for name, turns in groupby(records, key=lambda record: record.get("dialogue_id")):
            yield Transcript(str(name), None, None, {}, tuple(_utterance(turn, path) for turn in turns))
    else:
        yield from (read_dialogue(record) for record in records)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                record = json.loads(line)
            except ValueError:
                record = None
            if not isinstance(record, dict):
                raise BadInput(
                    Text(
                        f"{path} {number}行目は JSON として読めません。", f"{path} line {number} is not a JSON object."
                    )
                )
            yield record


def _utterance(turn: Mapping[str, Any], path: Path) -> Utterance:
    """One turn of a dialogue; line breaks part its sentences."""
    try:
        speaker = turn["speaker"] if "speaker" in turn else turn["speaker_role"]
        return Utterance(speaker if speaker in SPEAKERS else "unknown", str(turn["text"]))
    except KeyError as error:
        raise BadInput(
            Text(f"{path} に {error.args[0]} のない発話があります。", f"{path} holds a turn without {error.args[0]}.")
        ) from None
