"""Labelled recordings and their transcripts as training data: the recogniser's words, the labels of what was said.

A truth file may name `industry` and `split`; without them a call stands for itself and teaches.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.moments.heard import Timed, heard_call
from models.moments.labels import LABELS_OF, Call
from models.moments.sentences import sentence_spans
from pipeline.errors import BadInput
from pipeline.formats.interchange import read_document, transcript_from_json
from pipeline.language import Text
from pipeline.records import Transcript, Utterance

TRUTH_SUFFIX = ".truth.json"


def heard_calls(truths: Path, transcripts: Path, split: str | None = None) -> list[Call]:
    """Every truth file of a folder with its transcript from the other; `split` overrules what the files say.

    Raises `BadInput` where there is no truth file, where one is none, or where its transcript is missing.
    """
    paths = sorted(truths.glob("*" + TRUTH_SUFFIX))
    if not paths:
        raise BadInput(Text(f"*.truth.json がありません: {truths}", f"There is no *.truth.json in {truths}"))
    return [_heard(path, transcripts, split) for path in paths]


def _heard(path: Path, transcripts: Path, split: str | None) -> Call:
    stem = path.name.removesuffix(TRUTH_SUFFIX)
    written = transcripts / f"{stem}.json"
    if not written.exists():
        raise BadInput(
            Text(f"書き起こしがありません: {written}", f"There is no transcript {written}"),
            remedy=Text("先に kouken transcribe を実行してください。", "Run kouken transcribe first."),
        )
    document = read_document(path)
    try:
        said = [_said(item) for item in document["sentences"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            Text(f"正解の形ではありません: {path} ({error!r})", f"{path} is not a truth file ({error!r})")
        ) from None
    call_id = str(document.get("call_id", stem))
    heard = list(_pieces(transcript_from_json(read_document(written))))
    return heard_call(
        call_id, str(document.get("industry", call_id)), split or str(document.get("split", "train")), said, heard
    )


def _said(item: dict[str, Any]) -> Timed:
    labels = frozenset(item["labels"])
    unknown = labels - set(LABELS_OF.get(item["speaker"], ()))
    if unknown:
        raise ValueError(f"{item['speaker']}: {', '.join(sorted(unknown))}")
    return Timed(item["speaker"], str(item["text"]), _ms(item["start"]), _ms(item["end"]), labels)


def _ms(seconds: float) -> int:
    return round(float(seconds) * 1000)


def _pieces(transcript: Transcript) -> Iterator[Timed]:
    """The sentences of what may be trusted, of the two speakers, with times."""
    for utterance in transcript.utterances:
        if utterance.is_trusted and utterance.speaker in LABELS_OF:
            for start, end in sentence_spans(utterance.text):
                times = _times(utterance, start, end)
                if times:
                    yield Timed(utterance.speaker, utterance.text[start:end], *times)


def _times(utterance: Utterance, start: int, end: int) -> tuple[int, int] | None:
    """When characters `start` to `end` were said: by the words, else by the whole utterance."""
    words = [word for word in utterance.words if word.start < end and word.end > start]
    if words:
        return words[0].start_ms, words[-1].end_ms
    if utterance.start_ms is None or utterance.end_ms is None:
        return None
    return utterance.start_ms, utterance.end_ms
