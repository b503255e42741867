"""Transcripts made elsewhere, read as ours: JSON, vCon, WebVTT, SRT, CSV. What cannot be read is refused whole."""

import csv
import html
import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.formats.captions import FORMULA_STARTS, SPEAKERS
from pipeline.formats.interchange import read_document, transcript_from_json
from pipeline.formats.shapes import BrokenTranscript, UnreadableFile, WrongValue, require_order, shaped
from pipeline.formats.vcon import from_vcon
from pipeline.language import Text
from pipeline.records import Speaker, Transcript, Utterance

VCON_KEYS = {"vcon", "parties", "dialog", "analysis", "attachments"}
LARGEST_FILE = 64 << 20  # bytes; ten hours of speech are two megabytes
LOOKED_AT = 1 << 16  # bytes
ROLES: dict[str, Speaker] = {
    **{name: who for who, text in SPEAKERS.items() for name in (text.ja, text.en)},  # type: ignore[misc]
    **dict.fromkeys(("operator", "agent", "オペレータ", "担当者", "担当", "応対者", "Operator", "Agent"), "operator"),
    **dict.fromkeys(("customer", "caller", "顧客", "客", "お客さま", "Customer", "Caller"), "customer"),
}
COLUMNS = {
    "call_id": "call_id", "通話ID": "call_id", "speaker": "speaker", "話者": "speaker", "start_ms": "start_ms",
    "開始(ms)": "start_ms", "end_ms": "end_ms", "終了(ms)": "end_ms", "text": "text", "発話": "text",
    "confidence": "confidence", "flags": "flags",
}  # fmt: skip
TIMES = re.compile(r"((?:\d+:)?\d\d?:\d\d[.,]\d{1,3})\s*-->\s*((?:\d+:)?\d\d?:\d\d[.,]\d{1,3})")
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
TAG = re.compile(r"</?[^>]*>")
NAMED = re.compile(r"([^:：]{1,20})[:：]\s*(.*)", re.DOTALL)


def read_transcript_file(path: Path) -> Transcript:
    """The transcript in a file, by its suffix. The call id is the file's name where the file has none.

    Times and speakers that the file does not tell are None and "unknown". Raises `BadInput` naming the file, where it
    is meant as a transcript `BrokenTranscript`, and `UnreadableFile` where the system does not give it.
    """
    if is_transcript_file(path):
        return READERS[path.suffix.lower()](path)
    known = "、".join(READERS)
    raise BadInput(Text(f"書き起こしとして読めるのは {known} です: {path}", f"Readable are {known}: {path}"))


def is_transcript_file(path: Path) -> bool:
    """Whether the name is one of a transcript."""
    return path.suffix.lower() in READERS


def holds_transcript(path: Path) -> bool:
    """Whether the content is a transcript, be it a broken one: an archive holds other tables and documents as well."""
    try:
        read_transcript_file(path)
    except BrokenTranscript:
        return True
    except UnreadableFile:
        return READERS[path.suffix.lower()] is _captions  # nothing else has these names
    except BadInput:
        return False
    return True


def _json(path: Path) -> Transcript:
    try:
        _require_readable_size(path)
        document = read_document(path)
    except UnreadableFile:
        raise
    except BadInput as error:
        if _is_meant(path):
            raise BrokenTranscript(error.text, place="JSON") from None
        raise
    if "utterances" in document:
        return transcript_from_json(document)
    if "payload" in document or "ciphertext" in document:
        ja = "署名または暗号化された vCon は読めません。開いたものを渡してください。"
        raise BadInput(Text(f"{path}: {ja}", f"{path}: a signed or encrypted vCon cannot be read; unwrap it first."))
    if not VCON_KEYS & document.keys():
        ja = "書き起こしでも対話でも vCon でもありません。"
        raise BadInput(Text(ja, "Neither a transcript nor a dialogue nor a vCon."))
    return from_vcon(document)[0]


def _is_meant(path: Path) -> bool:
    """Whether what cannot be read as JSON begins like a transcript."""
    try:
        with path.open("rb") as stream:
            head = stream.read(LOOKED_AT)
    except OSError:
        return False
    return any(key in head for key in (b'"utterances"', b'"vcon"'))


def _captions(path: Path) -> Transcript:
    """WebVTT (voice spans) and SRT (the speaker's name in front), several voices of a cue one after another."""
    is_vtt = path.suffix.lower() == ".vtt"
    lines = _text(path, BrokenTranscript).replace("\r\n", "\n").replace("\r", "\n")
    if is_vtt and not lines.startswith("WEBVTT"):
        raise BadInput(Text(f"{path} は WebVTT ではありません。", f"{path} is not WebVTT."))
    said: list[Utterance] = []
    try:
        for cue, (start_ms, end_ms, body) in enumerate(_cues(lines), start=1):
            for who, text in _voices(body) if is_vtt else [_named(body)]:
                if text:
                    cells = {"speaker": who, "text": text, "start_ms": start_ms, "end_ms": end_ms}
                    said.append(_utterance(f"cue {cue}", cells))
    except WrongValue as error:
        raise _broken(path, error) from None
    return _transcript(path, said)


def _cues(lines: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and what is under them. Raises `WrongValue` where a time cannot be read."""
    cue = 0
    for block in re.split(r"\n{2,}", lines):
        head, found, rest = block.partition("-->")
        if not found or block.startswith(("NOTE", "STYLE", "REGION", "WEBVTT")):
            continue
        cue += 1
        timing = TIMES.search(head.rpartition("\n")[2] + found + rest)
        if timing is None:
            raise WrongValue(f"cue {cue}", Text("時刻を読めません", "a time cannot be read"))
        yield _milliseconds(timing.group(1)), _milliseconds(timing.group(2)), rest.partition("\n")[2]


def _utterance(place: str, cells: Mapping[str, object]) -> Utterance:
    try:
        utterance = shaped(Utterance, cells)
        require_order(utterance, "")
    except WrongValue as error:
        raise WrongValue(f"{place} {error.place}", error.why) from None
    return utterance


def _broken(path: Path, error: WrongValue) -> BrokenTranscript:
    return BrokenTranscript(_told(path, error.place, error.why), place=error.place)


def _told(path: Path, place: str, why: Text) -> Text:
    ja = re.sub(r"cue (\d+)", r"\1 番目の字幕", re.sub(r"line (\d+)", r"\1 行目", place))
    return Text(f"{path} {ja}: {why.ja}。", f"{path} {place}: {why.en}.")


def _voices(body: str) -> Iterator[tuple[Speaker, str]]:
    parts = VOICE.split(body)  # text before the first voice, then name and text by turns
    if before := _plain(parts[0]):
        yield "unknown", before
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        yield _role(html.unescape(name)), _plain(text)


def _plain(text: str) -> str:
    return html.unescape(TAG.sub("", text)).replace("\n", "").strip()


def _named(body: str) -> tuple[Speaker, str]:
    text = body.replace("\n", "").strip()
    match = NAMED.fullmatch(text)
    who = _role(match.group(1)) if match else "unknown"
    return who, match.group(2).strip() if match and match.group(1).strip() in ROLES else text


def _role(name: str) -> Speaker:
    return ROLES.get(name.strip(), "unknown")


def _milliseconds(clock: str) -> int:
    whole, _, fraction = clock.replace(",", ".").partition(".")
    seconds = 0
    for part in whole.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds * 1000 + int(fraction.ljust(3, "0"))


def _csv(path: Path) -> Transcript:
    rows = _rows(_text(path))
    try:
        _, head = next(rows, (0, []))
    except WrongValue as error:
        raise BadInput(_told(path, error.place, error.why)) from None
    fields = [COLUMNS.get(cell.strip(), "") for cell in head]
    if "text" not in fields or "speaker" not in fields:
        raise BadInput(Text(f"{path}: speaker と text の列が要ります。", f"{path}: needs columns speaker and text."))
    said, calls = [], set()
    try:
        for place, row in rows:
            if len(row) != len(fields):
                raise WrongValue(place, Text("値の数が列の数と違います", "must have one value for each column"))
            cells = dict(zip(fields, row, strict=True))
            said.append(_utterance(place, _said(cells)))
            calls.add(cells.get("call_id", ""))
    except WrongValue as error:
        raise _broken(path, error) from None
    if len(calls) > 1:
        raise BrokenTranscript(Text(f"{path}: 一つのファイルに一つの通話です。", f"{path}: one call per file."))
    return _transcript(path, said, calls.pop() if calls else "")


def _rows(text: str) -> Iterator[tuple[str, list[str]]]:
    """Every row that is not empty, with the line on which it ends. Raises `WrongValue` where the text is no CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if row:
                yield f"line {reader.line_num}", row
    except csv.Error as error:
        raise WrongValue(f"line {reader.line_num}", Text(f"CSV として読めません({error})", f"{error}")) from None


def _said(cells: Mapping[str, str]) -> dict[str, object]:
    """An empty cell tells nothing; a mark that kept a spreadsheet from running the text is taken off."""
    text = cells["text"]
    told = {name: cells[name] for name in ("start_ms", "end_ms", "confidence") if cells.get(name)}
    return {
        **told,
        "speaker": _role(cells["speaker"]),
        "text": text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text,
        "flags": tuple(cells.get("flags", "").split()),
    }


def _transcript(path: Path, said: list[Utterance], call_id: str = "") -> Transcript:
    if not said:
        raise BrokenTranscript(Text(f"{path} に発話がありません。", f"{path} holds no utterance."))
    return Transcript(call_id or path.stem, None, None, {"imported": path.suffix.lower().lstrip(".")}, tuple(said))


def _text(path: Path, refusal: type[BadInput] = BadInput) -> str:
    _require_readable_size(path, refusal)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(path, error) from None
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding).replace("\0", "�")  # as in `read_json`
        except UnicodeDecodeError:
            continue
    raise refusal(Text(f"{path} は UTF-8 でも CP932 でもありません。", f"{path} is neither UTF-8 nor CP932."))


def _require_readable_size(path: Path, refusal: type[BadInput] = BadInput) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableFile(path, error) from None
    if size > LARGEST_FILE:
        raise refusal(Text(f"{path} は大きすぎます。", f"{path} is too large."))


READERS: dict[str, Callable[[Path], Transcript]] = {".json": _json, ".vtt": _captions, ".srt": _captions, ".csv": _csv}
