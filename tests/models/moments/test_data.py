import json
from dataclasses import replace
from pathlib import Path

import pytest

from models.moments.data import TRAINING_CALLS, TRAINING_DATA, in_split, read_calls, write_calls
from models.moments.labels import LABELS, OPERATOR_LABELS, MomentsError
from tests.models.moments.calls import some_calls

TURN = {"speaker": "operator", "sentences": [{"text": "いかがですか。", "labels": ["proposal"]}]}
CALL = {"call_id": "c-1", "industry": "試験", "turns": [TURN]}


def test_calls_are_read_from_single_files_and_from_lines(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(CALL), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(
        json.dumps({**CALL, "call_id": "c-2", "split": "train"}) + "\n\n", encoding="utf-8"
    )
    first, second = read_calls(tmp_path)
    assert (first.call_id, first.split, second.call_id, second.split) == ("c-1", "", "c-2", "train")
    assert first.labels == (frozenset({"proposal"}),)


@pytest.mark.parametrize(
    "line", ["{", '{"call_id": "x"}', json.dumps({**CALL, "turns": [{**TURN, "speaker": "customer"}]})]
)
def test_a_line_that_is_no_labelled_call_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(CALL) + "\n" + line, encoding="utf-8")
    with pytest.raises(MomentsError, match=r"a\.jsonl 2行目"):
        read_calls(tmp_path)


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(MomentsError, match="ラベル付きの通話がありません"):
        read_calls(tmp_path)


def test_the_shipped_calls_are_enough_and_their_splits_share_no_call() -> None:
    calls = read_calls(TRAINING_CALLS)
    speakers = [sentence.speaker for call in calls for sentence in call.sentences]
    assert speakers.count("operator") >= 4000
    assert speakers.count("customer") >= 3000
    assert len({call.call_id for call in calls}) == len(calls)
    assert len({call.industry for call in calls}) >= 12
    for split in ("train", "validation"):
        assert {label for call in in_split(calls, split) for labels in call.labels for label in labels} == set(LABELS)


def test_whole_industries_are_kept_for_validation() -> None:
    calls = read_calls(TRAINING_CALLS)
    kept = {call.industry for call in in_split(calls, "validation")} - {c.industry for c in in_split(calls, "train")}
    assert len(kept) >= 4


def test_calls_are_written_as_they_are_read(tmp_path: Path) -> None:
    calls = [replace(call, form="heard") for call in some_calls()]
    write_calls(calls, tmp_path / "new" / "calls.jsonl")
    assert read_calls(tmp_path) == calls


def test_what_was_not_judged_is_no_target() -> None:
    call = replace(some_calls()[0], judged=(frozenset({"appeal"}),) + (frozenset(),) * 11)
    assert [call.target(0, label) for label in OPERATOR_LABELS] == [0.0, -1.0, -1.0]
    assert call.target(1, "complaint") == -1.0
    assert call.part(0, 1).target(0, "appeal") == 0.0
    assert some_calls()[0].target(1, "complaint") == 1.0


def test_what_was_heard_of_the_shipped_calls_is_in_their_splits() -> None:
    written = {call.call_id: call.split for call in read_calls(TRAINING_CALLS)}
    heard = read_calls(TRAINING_DATA / "heard")
    assert {call.form for call in heard} == {"heard"}
    assert [call.call_id for call in heard if written.get(call.call_id) != call.split] == []
