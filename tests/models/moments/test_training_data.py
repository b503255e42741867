"""What the datasheet promises of the calls that the model is taught and measured on."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from models.moments.data import TRAINING_CALLS, in_split, read_calls
from models.moments.labels import LABELS, Call

DATASHEET = TRAINING_CALLS.parent / "DATASHEET.md"
KEYS = {"call_id", "industry", "scenario", "operator_style", "split", "kind", "form", "turns"}
SHORTEST_LABELLED = 12  # characters; what bears a label and is shorter («いりません。») is said in every trade
SHORTEST = 18  # characters; a shorter sentence without label is a courtesy that recurs in every call
ALIKE_LABELLED, ALIKE = 0.6, 0.75  # Jaccard similarity of the character trigrams


def records() -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(TRAINING_CALLS.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def bare(text: str) -> str:
    """The words alone: no punctuation, no space."""
    return re.sub(r"[\W_]", "", text)


def alike(calls: list[Call]) -> list[tuple[str, str]]:
    """(validation sentence, training sentence) for each pair that says nearly the same."""

    def sentences(split: str) -> list[tuple[str, bool]]:
        pairs = [(c, i) for c in in_split(calls, split) for i in range(len(c.sentences))]
        texts = [(bare(c.sentences[i].text), bool(c.labels[i])) for c, i in pairs]
        return [(text, labelled) for text, labelled in texts if len(text) >= SHORTEST_LABELLED]

    train, validation = sentences("train"), sentences("validation")
    vectorizer = CountVectorizer(analyzer="char", ngram_range=(3, 3), binary=True, dtype=np.int32)
    grams = vectorizer.fit_transform([text for text, _ in train + validation])
    sizes = np.asarray(grams.sum(axis=1)).ravel()
    shared = (grams[len(train) :] @ grams[: len(train)].T).tocoo()
    similarity = shared.data / (sizes[len(train) + shared.row] + sizes[shared.col] - shared.data)
    found = []
    for row, column, value in zip(shared.row, shared.col, similarity, strict=True):
        (theirs, label), (ours, other) = validation[row], train[column]
        labelled = label or other
        if value >= (ALIKE_LABELLED if labelled else ALIKE) and (labelled or len(theirs) >= SHORTEST):
            found.append((theirs, ours))
    return found


def test_no_sentence_of_the_validation_calls_is_taught() -> None:
    assert alike(read_calls(TRAINING_CALLS)) == []


def test_a_reworded_copy_would_be_found(tmp_path: Path) -> None:
    texts = {
        "train": "月に三百円の見守りをお付けになりませんか。",
        "validation": "月に三百円の見守りも、お付けになりませんか",
    }
    lines = [
        {"call_id": split, "industry": "試験", "split": split, "turns": [turn(text)]} for split, text in texts.items()
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert len(alike(read_calls(tmp_path))) == 1


def turn(text: str) -> dict[str, Any]:
    return {"speaker": "operator", "sentences": [{"text": text, "labels": ["proposal"]}]}


def test_every_call_says_where_it_comes_from_and_is_whole() -> None:
    for record in records():
        assert set(record) == KEYS, record["call_id"]
        assert record["split"] in ("train", "validation")
        assert record["kind"] in ("call", "fragment")
        assert record["form"] in ("clean", "recognised")
        assert record["operator_style"] in ("good", "mediocre", "poor")
        assert record["industry"] and record["scenario"]
        for spoken in record["turns"]:
            assert spoken["sentences"], record["call_id"]
            for sentence in spoken["sentences"]:
                assert sentence["text"] == sentence["text"].strip() != "", record["call_id"]
                assert len(set(sentence["labels"])) == len(sentence["labels"]), record["call_id"]


def test_no_call_is_there_twice() -> None:
    words = Counter(tuple(s["text"] for t in r["turns"] for s in t["sentences"]) for r in records())
    assert [text for text, count in words.items() if count > 1] == []


def test_recognised_calls_look_like_a_recogniser_wrote_them() -> None:
    texts = [s["text"] for r in records() if r["form"] == "recognised" for t in r["turns"] for s in t["sentences"]]
    assert sum(text.endswith("。") for text in texts) < 0.1 * len(texts)


@pytest.mark.parametrize("split", ["train", "validation"])
def test_the_datasheet_counts_what_is_there(split: str) -> None:
    calls, meta = in_split(read_calls(TRAINING_CALLS), split), [r for r in records() if r["split"] == split]
    speakers = Counter(sentence.speaker for call in calls for sentence in call.sentences)
    borne = Counter(label for call in calls for labels in call.labels for label in labels)
    kinds, forms = Counter(r["kind"] for r in meta), Counter(r["form"] for r in meta)
    stated = [kinds["call"], kinds["fragment"], forms["recognised"], speakers["operator"], speakers["customer"]]
    assert datasheet_column(split) == [*stated, *(borne[label] for label in LABELS)]


def datasheet_column(split: str) -> list[int]:
    """The numbers of one column of the datasheet's table, from top to bottom."""
    table = DATASHEET.read_text(encoding="utf-8").split("| | train | validation |", 1)[1].split("\n\n", 1)[0]
    cells = [line.split("|")[2 if split == "train" else 3] for line in table.splitlines()[2:]]
    return [int(number.replace(",", "")) for cell in cells for number in re.findall(r"[\d,]+", cell)]
