"""Recordings with their true text: how well the product hears them. Unmasked text stays in memory."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.evaluation.asr import ErrorRate, NameCounts, Reading, SpeakerText, error_rate, names_heard
from phrases.entry import Word
from pipeline.audio.sniff import AUDIO_EXTENSIONS
from pipeline.errors import BadInput
from pipeline.formats.interchange import read_document, transcript_from_json
from pipeline.language import Text
from pipeline.records import Transcript
from pipeline.settings import Settings

ROLES = ("operator", "customer")
TRUTH_SUFFIX = ".truth.json"


@dataclass(frozen=True, slots=True)
class Truth:
    """What was really said: the sentences of `<call_id>.truth.json`, joined per speaker."""

    call_id: str
    operator_channel: int
    text: Mapping[str, str]


def read_truths(folder: Path) -> list[Truth]:
    """Every truth file of a folder, by name. Raises `BadInput` where there is none or one cannot be read."""
    found = sorted(folder.glob("*" + TRUTH_SUFFIX))
    if not found:
        raise BadInput(
            Text(
                f"正解のファイル(*{TRUTH_SUFFIX})がありません: {folder}", f"No truth file (*{TRUTH_SUFFIX}) in {folder}"
            )
        )
    return [_read_truth(path) for path in found]


def _read_truth(path: Path) -> Truth:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        text = dict.fromkeys(ROLES, "")
        for sentence in document["sentences"]:
            text[sentence["speaker"]] += sentence["text"]
        return Truth(path.name.removesuffix(TRUTH_SUFFIX), int(document.get("operator_channel", 0)), text)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            Text(f"正解のファイルを読めません: {path} ({error!r})", f"Cannot read the truth file {path} ({error!r})")
        ) from None


def recording_of(truth: Truth, folder: Path) -> Path:
    """The recording beside a truth file. Raises `BadInput` if there is none."""
    found = [p for p in sorted(folder.glob(truth.call_id + ".*")) if p.suffix.lower() in AUDIO_EXTENSIONS]
    if not found:
        raise BadInput(
            Text(f"{truth.call_id} の録音がありません: {folder}", f"No recording of {truth.call_id} in {folder}")
        )
    return found[0]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Error rates of operator and customer; of a word list, how often its names were heard."""

    rates: Mapping[str, ErrorRate]
    names: NameCounts | None


def evaluate(
    folder: Path,
    predictions: Path | None,
    settings: Settings,
    on_call: Callable[[str], None],
    words: Sequence[Word] = (),
) -> Evaluation:
    """Error rates over the recordings of `folder`; without `predictions` the product transcribes them first.

    Raises `BadInput` naming the file that is missing or cannot be read.
    """
    truths = read_truths(folder)
    if predictions is None:
        for truth in truths:
            recording_of(truth, folder)  # all are there, before an hour is spent on the first
        transcribe = transcriber(settings, words)

    def transcript_of(truth: Truth) -> Transcript:
        on_call(truth.call_id)
        if predictions is not None:
            return transcript_from_json(read_document(predictions / f"{truth.call_id}.json"))
        return transcribe(recording_of(truth, folder), truth.call_id)

    texts = spoken_texts(truths, transcript_of)
    rates = _rates(texts, _sudachi_reading())
    said = [text for role in ROLES for text in texts[role]]
    return Evaluation(rates, names_heard(said, [word.surface for word in words]) if words else None)


def transcriber(settings: Settings, words: Sequence[Word] = ()) -> Callable[[Path, str], Transcript]:
    """The product, loaded once, on unmasked text: a path and a call id to the transcript."""
    from pipeline.speech.reader import Reader
    from pipeline.speech.recognise import load_recogniser
    from pipeline.speech.transcribe import transcribe_recording

    unmasked = settings.model_copy(update={"privacy": settings.privacy.model_copy(update={"mask": False})})
    recogniser = load_recogniser(settings.speech, settings.data_dir, words)
    reader = Reader(words) if words else None
    return lambda path, call_id: transcribe_recording(
        path, call_id=call_id, recogniser=recogniser, settings=unmasked, reader=reader
    )


def _sudachi_reading() -> Reading:
    from phrases.japanese import Japanese

    japanese = Japanese()

    def reading(text: str) -> str:
        """Kana by Sudachi, sentence by sentence: it refuses texts over 49,149 bytes."""
        sentences = [part for part in re.split(r"(?<=[。？！?!])", text) if part]
        return "".join(token.reading for part in sentences for token in japanese.fold_and_tokenize(part)[1])

    return reading


def measure(
    truths: Iterable[Truth], transcript_of: Callable[[Truth], Transcript], reading: Reading | None = None
) -> dict[str, ErrorRate]:
    """Error rates of operator and customer, from a way to get each call's transcript."""
    return _rates(spoken_texts(truths, transcript_of), reading)


def spoken_texts(truths: Iterable[Truth], transcript_of: Callable[[Truth], Transcript]) -> dict[str, list[SpeakerText]]:
    """What operator and customer said and what was heard of it, call by call."""
    texts: dict[str, list[SpeakerText]] = {role: [] for role in ROLES}
    for truth in truths:
        heard = spoken_text(transcript_of(truth), truth.operator_channel)
        for role in ROLES:
            texts[role].append(SpeakerText(truth.call_id, truth.text[role], heard[role]))
    return texts


def _rates(texts: Mapping[str, list[SpeakerText]], reading: Reading | None) -> dict[str, ErrorRate]:
    return {role: error_rate(texts[role], reading) for role in ROLES}


def spoken_text(transcript: Transcript, operator_channel: int) -> dict[str, str]:
    """All text of either speaker: by channel where the utterances have one, by speaker otherwise."""
    heard = dict.fromkeys(ROLES, "")
    for utterance in transcript.utterances:
        speaker: str = utterance.speaker
        if utterance.channel is not None:
            speaker = "operator" if utterance.channel == operator_channel else "customer"
        if speaker in heard:
            heard[speaker] += utterance.text
    return heard


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The document of `kouken evaluate asr --json`."""
    rates = evaluation.rates
    document: dict[str, Any] = {
        role: {"cer": rate.cer, "ci_low": rate.ci_low, "ci_high": rate.ci_high, "reading_cer": rate.reading_cer}
        for role, rate in rates.items()
    }
    calls = rates["operator"].per_call
    document["per_call"] = [{"call_id": call} | {role: rates[role].per_call[call] for role in ROLES} for call in calls]
    if evaluation.names is not None:
        document["names"] = asdict(evaluation.names)
    return document
