import json
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.records import LABELS, Moment, Transcript
from pipeline.text import quiet
from pipeline.text.quiet import FalseMoments, count_moments, read_dialogues

TURNS = [
    {"dialogue_id": "d1", "turn": 0, "speaker_role": "operator", "text": "ご希望はございますか。\nお調べします。"},
    {"dialogue_id": "d1", "turn": 1, "speaker_role": "customer", "text": "駅の近くで。"},
    {"dialogue_id": "d2", "turn": 0, "speaker": "robot", "text": "はい。"},
]
DIALOGUE = {
    "call_id": "c1",
    "turns": [{"speaker": "operator", "sentences": [{"text": "承知しました。", "labels": []}]}],
}


class Jumpy:
    """Sees an offer in every utterance of the operator."""

    def read(self, transcript: Transcript) -> tuple[tuple[()], tuple[Moment, ...]]:
        spoken = [i for i, utterance in enumerate(transcript.utterances) if utterance.speaker == "operator"]
        return (), tuple(Moment("proposal", (i,), 0.9, ("p",)) for i in spoken)


def lines(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records) + "\n", encoding="utf-8")
    return path


def test_dialogues_are_read_from_every_form(tmp_path: Path) -> None:
    lines(tmp_path / "a.jsonl", *TURNS)
    lines(tmp_path / "b.jsonl", DIALOGUE)
    lines(tmp_path / "c.json", DIALOGUE)
    (tmp_path / "README.md").write_text("-", encoding="utf-8")
    found = list(read_dialogues(tmp_path))
    assert [dialogue.call_id for dialogue in found] == ["d1", "d2", "c1", "c1"]
    assert [u.speaker for dialogue in found[:2] for u in dialogue.utterances] == ["operator", "customer", "unknown"]


def test_false_moments_are_counted_against_sentences() -> None:
    """The operator's one utterance holds two sentences and one false offer; the customer says one sentence."""
    dialogues = list(read_dialogues_of(TURNS[:2]))
    found = count_moments(dialogues, Jumpy())  # type: ignore[arg-type]
    assert found.sentences == {"operator": 2, "customer": 1}
    assert found.operator_per_100 == 50.0
    assert found.all_per_100 == pytest.approx(100 / 3)
    assert found.as_json()["moments"]["proposal"] == 1


def read_dialogues_of(turns: list[dict[str, object]]) -> list[Transcript]:
    utterances = tuple(quiet._utterance(turn, Path("x")) for turn in turns)
    return [Transcript("d1", None, None, {}, utterances)]


def test_without_sentences_no_rate_is_claimed_to_be_high() -> None:
    silent = FalseMoments(0, dict.fromkeys(("operator", "customer"), 0), dict.fromkeys(LABELS, 0))
    assert (silent.operator_per_100, silent.all_per_100) == (0.0, 0.0)


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"dialogue_id": "d", "text": "はい"}', '{"dialogue_id": "d", "speaker": 1}']
)
def test_what_is_no_dialogue_is_refused_with_its_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=r"x\.jsonl"):
        list(read_dialogues(tmp_path))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        quiet.evaluate_quiet(tmp_path)
