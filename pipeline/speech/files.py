"""Recordings, and transcripts made elsewhere, to transcript files, without a store: what `kouken transcribe` does."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from phrases.entry import Word
from phrases.messages import PhraseError
from phrases.words import load_words
from pipeline.audio.legs import CallFiles, group_legs
from pipeline.audio.sniff import AUDIO_EXTENSIONS
from pipeline.errors import BadInput, ItemError
from pipeline.formats.read import is_transcript_file
from pipeline.formats.write import write_transcript
from pipeline.language import Text
from pipeline.nights.filenames import as_text, output_stem
from pipeline.records import Transcript
from pipeline.settings import Settings
from pipeline.sources.configured import legs_of
from pipeline.speech.imported import imported_transcript
from pipeline.speech.reader import Reader
from pipeline.speech.recognise import Recogniser, load_recogniser
from pipeline.speech.transcribe import transcribe_recording

OnDone = Callable[[Path, ItemError | None], None]  # called after each file, with what kept it from being transcribed


def find_recordings(paths: Sequence[Path], settings: Settings) -> list[CallFiles]:
    """The files named, and the recordings in the folders named; legs as one call, each with the side it holds.

    Raises `BadInput` naming what cannot be used.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.iterdir() if p.suffix.lower() in AUDIO_EXTENSIONS and p.is_file())
        elif path.exists():
            found.append(path)
        else:
            raise BadInput(Text(f"ファイルがありません: {path}", f"No such file: {path}"))
    if not found:
        names = ", ".join(map(str, paths))
        raise BadInput(Text(f"録音がありません: {names}", f"No recording in {names}"))
    calls = group_legs(found, *legs_of(settings))
    twice = [stem for stem, count in Counter(call.stem for call in calls).items() if count > 1]
    if twice:
        raise BadInput(
            Text(
                f"同じ名前の録音が複数あります: {', '.join(twice)}",
                f"Several recordings have one name: {', '.join(twice)}",
            ),
            remedy=Text(
                "出力が重ならないように分けて実行してください。", "Run them separately so that outputs do not collide."
            ),
        )
    return calls


def read_words(path: Path) -> tuple[Word, ...]:
    """The word list of a file. Raises `BadInput` with every row that cannot be used."""
    try:
        return load_words(path)
    except PhraseError as error:
        lines = [(f"{p.place}: {p.message.ja}", f"{p.place}: {p.message.en}") for p in error.problems]
        ja, en = ("\n".join(texts) for texts in zip(*lines, strict=True))
        raise BadInput(Text(f"単語登録を読めません。\n{ja}", f"The word list cannot be used.\n{en}")) from None


def transcribe_files(
    calls: Sequence[CallFiles],
    out: Path,
    settings: Settings,
    on_done: OnDone,
    formats: Sequence[str] = ("json",),
    words: Sequence[Word] = (),
) -> list[ItemError]:
    """Write `<stem>.json` (or the `formats` asked for) into `out` for each call; the unreadable do not stop the others.

    Returns what went wrong. Raises `KoukenError` if the recogniser cannot start, and `BadInput` if a transcript would
    be written over, both before any file is opened.
    """
    for call in calls:
        if is_transcript_file(call.main) and call.main.parent.resolve() == out.resolve():
            raise BadInput(
                Text(
                    f"読み込む書き起こしと出力先が同じ場所です: {call.main}", f"{call.main} lies in the output folder"
                ),
                remedy=Text("--out に別のフォルダーを指定してください。", "Give --out another folder."),
            )
    recogniser = load_recogniser(settings.speech, settings.data_dir, words)
    reader = Reader(words)
    failures: list[ItemError] = []
    for call in calls:
        problem = None
        try:
            transcript = _transcript(call, settings, recogniser, reader)
            write_transcript(transcript, out, output_stem(call.stem), formats)
        except ItemError as error:
            problem = error
            failures.append(error)
        on_done(call.main, problem)
    return failures


def _transcript(call: CallFiles, settings: Settings, recogniser: Recogniser, reader: Reader) -> Transcript:
    call_id = as_text(call.stem)
    if is_transcript_file(call.main):
        return imported_transcript(call.main, call_id=call_id, settings=settings, reader=reader)
    return transcribe_recording(
        call.main, call_id=call_id, recogniser=recogniser, settings=settings, other_leg=call.other_leg, reader=reader
    )
