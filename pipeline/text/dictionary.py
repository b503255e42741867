"""Dictionaries in files, and their trial on transcripts: what the `kouken phrases` commands run on."""

from collections.abc import Sequence
from pathlib import Path

from phrases.archive import Archive
from phrases.diff import Changes, HitDiff, changes, diff_hits
from phrases.entry import Phrase, PhraseSet
from phrases.fields import problem
from phrases.files import dumps, load_starter, read
from phrases.history import Tried, try_on_history
from phrases.loaded import Loaded
from phrases.matcher import Matcher
from phrases.messages import PhraseError, Problem
from phrases.search import ArchiveHit
from phrases.tables import read_csv, read_xlsx, to_csv, to_xlsx
from pipeline.errors import BadInput, KoukenError
from pipeline.formats.interchange import read_document
from pipeline.language import Language, Text, in_language
from pipeline.refusals import RowProblem, told
from pipeline.text.files import find_documents, read_dialogue
from pipeline.text.meaning import encoder_for
from pipeline.text.tagging import lines_of

NOT_LOADED = Text("辞書を読み込みませんでした", "The dictionary was not loaded")
NOT_TRIED = Text("この書き方では試せません", "This query cannot be tried")
YAML_SUFFIXES = (".yaml", ".yml")
SUFFIXES = (".xlsx", ".csv", *YAML_SUFFIXES)


class BadDictionary(BadInput):
    """A dictionary, or a query, is refused whole, with every problem. `tell_all`: render each of a long list, too."""

    def __init__(self, error: PhraseError, what: Text = NOT_LOADED) -> None:
        self.problems, self.tell_all = error.problems, False
        errors = sum(one.is_error for one in error.problems)
        super().__init__(Text(f"{what.ja}(誤り {errors:,} 件)。", f"{what.en} ({errors:,} error(s))."))

    def render(self, language: Language) -> str:
        """The summary, then one line per problem; of a long list what is alike, and the first."""
        each = [f"{_marked(one, language)}{one.where}: {in_language(one.message, language)}" for one in self.problems]
        lines = told(rows_of(self.problems), each, 0, language, whole=self.tell_all)
        return "\n".join([KoukenError.render(self, language), *("  " + line for line in lines)])


def rows_of(problems: Sequence[Problem]) -> list[RowProblem]:
    """The problems as rows of their file; the value is the id of the entry, or what else the place is."""
    return [_row_of(one) for one in problems]


def _row_of(one: Problem) -> RowProblem:
    file, _, line = one.place.rpartition(":")
    if line.isdecimal():
        return RowProblem(file, int(line), one.column or None, one.entry or None, one.message, one.is_error)
    return RowProblem("", None, one.column or None, one.entry or one.place, one.message, one.is_error)


def _marked(one: Problem, language: Language) -> str:
    """A warning among errors is called one."""
    return "" if one.is_error else in_language(Text("注意 ", "warning "), language)


def load_dictionary(path: Path | None) -> PhraseSet:
    """A dictionary from YAML (a file or a folder), CSV or XLSX by the name; without path the one that ships.

    Raises `BadDictionary` with every problem.
    """
    try:
        return load_starter() if path is None else read_dictionary(path).whole()
    except PhraseError as error:
        raise BadDictionary(error) from None


def read_dictionary(path: Path) -> Loaded:
    """What can be read of a file or folder, and what cannot. Raises `BadDictionary` where nothing can."""
    suffix = path.suffix.lower()
    try:
        if path.is_dir() or suffix in YAML_SUFFIXES:
            return read(path)
        if suffix == ".csv":
            return read_csv(path.read_bytes(), path.name)
        if suffix == ".xlsx":
            return read_xlsx(path)
    except OSError as error:
        ja, en = f"読めません({error.strerror})。", f"Cannot be read ({error.strerror})."
        raise BadDictionary(PhraseError((problem(str(path), ja, en),))) from None
    except PhraseError as error:
        raise BadDictionary(error) from None
    ja = "Excel(.xlsx)、CSV(.csv)、YAML(.yaml)のどれかの名前にしてください。"
    raise BadDictionary(PhraseError((problem(path.name, ja, "The name must end in .xlsx, .csv or .yaml."),)))


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
        raise BadDictionary(error, NOT_TRIED) from None
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
