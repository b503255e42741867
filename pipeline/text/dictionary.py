"""Dictionaries in files, and their trial on transcripts: what the `kouken phrases` commands run on."""

from collections.abc import Sequence
from pathlib import Path

from phrases.archive import Archive
from phrases.diff import Changes, HitDiff, changes, diff_hits
from phrases.entry import Phrase, PhraseSet
from phrases.files import dumps, load, load_starter
from phrases.files import exported_version as version_of_yaml
from phrases.history import Tried, try_on_history
from phrases.matcher import Matcher
from phrases.messages import PhraseError
from phrases.search import ArchiveHit
from phrases.tables import exported_version as version_of_table
from phrases.tables import from_csv, from_xlsx, to_csv, to_xlsx
from pipeline.errors import BadInput, KoukenError
from pipeline.interchange import read_document
from pipeline.language import Language, Text, in_language
from pipeline.text.files import find_documents, read_dialogue
from pipeline.text.meaning import encoder_for
from pipeline.text.tagging import lines_of


class BadDictionary(BadInput):
    """A dictionary is refused whole; every problem in it is listed at once."""

    def __init__(self, error: PhraseError) -> None:
        self.problems = error.problems
        count = len(error.problems)
        super().__init__(
            Text(
                f"辞書を読み込みませんでした(問題 {count} 件)。", f"The dictionary was not loaded ({count} problem(s))."
            )
        )

    def render(self, language: Language) -> str:
        """The summary, then one line per problem."""
        lines = [KoukenError.render(self, language)]
        return "\n".join(
            lines + [f"  {problem.place}: {in_language(problem.message, language)}" for problem in self.problems]
        )


def load_dictionary(path: Path | None) -> PhraseSet:
    """A dictionary from YAML (a file or a folder), CSV or XLSX by the name; without path the one that ships.

    Raises `BadDictionary` with every problem.
    """
    try:
        if path is None:
            return load_starter()
        if path.suffix.lower() == ".csv":
            return from_csv(path.read_bytes(), path.name)
        return from_xlsx(path) if path.suffix.lower() == ".xlsx" else load(path)
    except PhraseError as error:
        raise BadDictionary(error) from None


def exported_version(path: Path) -> str:
    """The version that a file was exported from; empty if it does not say."""
    try:
        return version_of_yaml(path) if path.suffix.lower() not in (".csv", ".xlsx") else version_of_table(path)
    except PhraseError as error:
        raise BadDictionary(error) from None


def save_dictionary(phrase_set: PhraseSet, path: Path, version: str = "") -> None:
    """Write YAML, CSV or XLSX by the name of the file. Raises `BadInput` for another name.

    The file names the version that it was made from: its own, unless `version` is given.
    """
    suffix = path.suffix.lower()
    if suffix not in (".yaml", ".yml", ".csv", ".xlsx"):
        raise BadInput(
            Text(
                f"名前を .yaml、.csv、.xlsx のどれかにしてください: {path}",
                f"The name must end in .yaml, .csv or .xlsx: {path}",
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    if suffix == ".xlsx":
        to_xlsx(phrase_set, temporary, version)
    else:
        temporary.write_bytes(to_csv(phrase_set, version) if suffix == ".csv" else dumps(phrase_set, version).encode())
    temporary.replace(path)


def archive_of(paths: Sequence[Path], matcher: Matcher) -> Archive:
    """Transcripts or dialogues of files and folders, ready for searching. Raises `BadInput`."""
    archive = Archive()
    for path in find_documents(paths):
        transcript = read_dialogue(read_document(path))
        lines = lines_of(transcript)
        archive.add(transcript.call_id, lines, matcher.analyse(lines)[0])
    return archive


def try_query(query: str, category: str, paths: Sequence[Path]) -> Tried:
    """One query on transcripts. Raises `BadDictionary` pointing at the character that cannot be read."""
    entry = Phrase("query", category, query)  # type: ignore[arg-type]  # the command offers the categories
    phrase_set = PhraseSet((entry,), load_starter().lists)
    try:
        matcher = Matcher(phrase_set)
    except PhraseError as error:
        raise BadDictionary(error) from None
    (tried,) = try_on_history(archive_of(paths, matcher), phrase_set, matcher.japanese)
    return tried


def compare(old: PhraseSet, new: PhraseSet, paths: Sequence[Path]) -> tuple[Changes, HitDiff]:
    """What an edit changes: entries, and hits on transcripts (none without paths). Raises `BadDictionary`."""
    try:
        encode = encoder_for(new) or encoder_for(old)
        matcher = Matcher(new, encode=encode)
        archive = archive_of(paths, matcher) if paths else Archive()
        return changes(old, new), diff_hits(archive, old, new, matcher.japanese, encode)
    except PhraseError as error:
        raise BadDictionary(error) from None


def place_of(found: ArchiveHit) -> str:
    """`dev-01 発話 12 文字 3-9`: where to look, without the words themselves."""
    spans = ", ".join(f"{span.line}:{span.start}-{span.end}" for span in found.hit.spans)
    return f"{found.call_id} {spans}"
