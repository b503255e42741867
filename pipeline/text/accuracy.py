"""How well moments are found: labelled calls or truth files against the product's own decisions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models.evaluation.tags import Labelled, LabelledCall, Report, evaluate
from phrases.files import load_starter
from pipeline.errors import BadInput
from pipeline.formats.interchange import moments_from_json, read_document, transcript_from_json
from pipeline.language import Text
from pipeline.records import CUSTOMER_LABELS, OPERATOR_LABELS, Moment, Utterance
from pipeline.settings import MomentsSettings
from pipeline.text.files import read_dialogue
from pipeline.text.tagger import Tagger, load_tagger

GROUPS = {"operator": OPERATOR_LABELS, "customer": CUSTOMER_LABELS}
TRUTH_SUFFIX = ".truth.json"


def evaluate_tags(gold: Path, pred: Path | None, settings: MomentsSettings | None = None) -> Report:
    """Accuracy of moments on every labelled call or truth file of a folder.

    Labelled calls are tagged as plain dialogues and compared sentence by sentence. Truth files need `pred`, a folder of
    transcripts of the recordings, matched by overlap in time; those that carry no moments yet are tagged first.
    With `pred` and labelled calls, the predicted documents must hold the same sentences in the same order.
    Raises `BadInput`.
    """
    documents = [(path, read_document(path)) for path in sorted(gold.glob("*.json"))]
    documents = [(path, document) for path, document in documents if "sentences" in document or "turns" in document]
    if not documents:
        raise BadInput(
            Text(f"正解の付いた通話がありません: {gold}", f"There is no labelled call in {gold}"),
            remedy=Text(
                "turns か sentences のある JSON のフォルダーを渡してください。",
                "Give a folder of JSON files with turns or sentences.",
            ),
        )
    tagger = load_tagger(load_starter(), settings)
    calls = [_call(path, document, pred, tagger) for path, document in documents]
    return evaluate(calls, GROUPS)


def needs_transcripts(gold: Path) -> bool:
    """Whether the folder holds truth files of recordings, which cannot be evaluated on their own text."""
    return any(gold.glob("*" + TRUTH_SUFFIX))


def as_json(report: Report) -> dict[str, Any]:
    """The figures as interfaces promise them: labels, then the macro F1 of each side."""
    return {
        "labels": {label: asdict(accuracy) for label, accuracy in report.labels.items()},
        "operator_macro_f1": report.macro["operator"],
        "customer_macro_f1": report.macro["customer"],
        "calls": report.calls,
    }


def _call(path: Path, document: dict[str, Any], pred: Path | None, tagger: Tagger) -> LabelledCall:
    try:
        truth = _truth(document)
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            Text(f"正解の形ではありません: {path} ({error!r})", f"{path} is not a labelled call ({error!r})")
        ) from None
    if pred is None:
        transcript = read_dialogue(document)
        _, moments = tagger.read(transcript)
        predicted = _labelled(transcript.utterances, moments)
    else:
        predicted = _predicted(path, pred, tagger)
    if truth and truth[0].start is None:
        if len(truth) != len(predicted):
            raise BadInput(
                Text(f"{path.name}: 文の数が正解と違います。", f"{path.name}: other sentences than the truth.")
            )
        predicted = tuple(Labelled(item.speaker, item.labels) for item in predicted)
    return LabelledCall(str(document.get("call_id", path.stem)), truth, predicted)


def _truth(document: dict[str, Any]) -> tuple[Labelled, ...]:
    if "sentences" in document:
        return tuple(
            Labelled(item["speaker"], frozenset(item["labels"]), float(item["start"]), float(item["end"]))
            for item in document["sentences"]
        )
    return tuple(
        Labelled(turn["speaker"], frozenset(sentence["labels"]))
        for turn in document["turns"]
        for sentence in turn["sentences"]
    )


def _predicted(truth_path: Path, pred: Path, tagger: Tagger) -> tuple[Labelled, ...]:
    name = truth_path.name.removesuffix(TRUTH_SUFFIX).removesuffix(".json") + ".json"
    path = pred / name
    if not path.exists():
        raise BadInput(
            Text(f"書き起こしがありません: {path}", f"There is no transcript {path}"),
            remedy=Text("先に kouken transcribe を実行してください。", "Run kouken transcribe first."),
        )
    document = read_document(path)
    transcript = transcript_from_json(document)
    moments: Sequence[Moment] = moments_from_json(document)
    if "moments" not in document:
        _, moments = tagger.read(transcript)
    return _labelled(transcript.utterances, moments)


def _labelled(utterances: Sequence[Utterance], moments: Sequence[Moment]) -> tuple[Labelled, ...]:
    labels: dict[int, set[str]] = defaultdict(set)
    for moment in moments:
        for utterance in moment.utterances:
            labels[utterance].add(moment.label)
    return tuple(
        Labelled(utterance.speaker, frozenset(labels[index]), _seconds(utterance.start_ms), _seconds(utterance.end_ms))
        for index, utterance in enumerate(utterances)
    )


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
