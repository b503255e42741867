"""Tagging of files: transcripts by `kouken transcribe`, or labelled calls read as plain dialogues."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from phrases.files import load_starter
from pipeline.errors import BadInput, KoukenError
from pipeline.formats.interchange import read_document, transcript_from_json, transcript_to_json, write_document
from pipeline.formats.read import read_transcript_file
from pipeline.language import Text
from pipeline.records import Speaker, Transcript, Utterance
from pipeline.settings import MomentsSettings
from pipeline.text.tagger import Tagger, load_tagger

Report = Callable[[Path, KoukenError | None], None]


def tag_files(paths: Sequence[Path], out: Path, report: Report, settings: MomentsSettings | None = None) -> int:
    """Tag every file, folders by their *.json; write `<out>/<stem>.json`. Returns how many could not be read.

    Transcripts of other programs are read too (`pipeline.formats.read`).

    Keys that the product does not know are kept as they are; the list of utterances keeps its order.
    """
    files = find_documents(paths)
    tagger = load_tagger(load_starter(), settings)
    failures = 0
    for path in files:
        try:
            document, transcript = _read(path)
        except KoukenError as problem:
            failures += 1
            report(path, problem)
            continue
        write_document({**_kept(document), **tagged(transcript, tagger)}, out / f"{path.stem}.json")
        report(path, None)
    return failures


def _read(path: Path) -> tuple[dict[str, Any], Transcript]:
    """What was in the file to be kept, and the transcript."""
    if path.suffix.lower() != ".json":
        return {}, read_transcript_file(path)
    document = read_document(path)
    if "utterances" in document or "turns" in document:
        return document, read_dialogue(document)
    return {}, read_transcript_file(path)


def tagged(transcript: Transcript, tagger: Tagger) -> dict[str, Any]:
    """The transcript document with tags and moments."""
    return transcript_to_json(transcript, *tagger.read(transcript))


def find_documents(paths: Sequence[Path]) -> list[Path]:
    """Files as given; of folders, their *.json without truth files. Raises `BadInput` where there is none."""
    files: list[Path] = []
    for path in paths:
        found = sorted(path.glob("*.json")) if path.is_dir() else [path]
        files.extend(file for file in found if not file.name.endswith(".truth.json"))
    if not files:
        where = ", ".join(str(path) for path in paths)
        raise BadInput(Text(f"JSON ファイルがありません: {where}", f"There is no JSON file: {where}"))
    return files


def read_dialogue(document: dict[str, Any]) -> Transcript:
    """A transcript, or the dialogue of a labelled call: one utterance per sentence, without times.

    Raises `BadInput` for anything else.
    """
    if "utterances" in document:
        return transcript_from_json(document)
    try:
        utterances = tuple(
            Utterance(_speaker(turn["speaker"]), str(sentence["text"]))
            for turn in document["turns"]
            for sentence in turn["sentences"]
        )
        return Transcript(str(document["call_id"]), None, None, {}, utterances)
    except (KeyError, TypeError) as error:
        raise BadInput(
            Text(f"書き起こしでも対話でもありません({error!r})", f"Neither a transcript nor a dialogue ({error!r})"),
            remedy=Text(
                "utterances か turns のある JSON を渡してください。", "Give JSON that holds utterances or turns."
            ),
        ) from None


def _speaker(value: object) -> Speaker:
    speakers: dict[object, Speaker] = {"operator": "operator", "customer": "customer"}
    return speakers.get(value, "unknown")


def _kept(document: dict[str, Any]) -> dict[str, Any]:
    """Further keys of a transcript document; a labelled call's turns and labels do not travel on."""
    return document if "utterances" in document else {}
