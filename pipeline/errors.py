"""What can go wrong, in words for people: what happened, where, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from pipeline.language import LANGUAGES, Bilingual, Language, Text, in_language
from pipeline.refusals import RowProblem, told


class ExitCode(IntEnum):
    """The documented exit codes of every command."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    SOME_QUARANTINED = 3
    LOCKED = 4
    STOPPED_BY_LIMIT = 5


class Reason(StrEnum):
    """Why one recording is not analysed: the closed list that ledger, report and help share."""

    EMPTY_AUDIO = "EMPTY_AUDIO"
    NOT_AUDIO = "NOT_AUDIO"
    NOT_TRANSCRIPT = "NOT_TRANSCRIPT"
    TRUNCATED = "TRUNCATED"
    TOO_LONG = "TOO_LONG"
    IO_ERROR = "IO_ERROR"
    OUTSIDE_ARCHIVE = "OUTSIDE_ARCHIVE"
    TIMEOUT = "TIMEOUT"
    RESOURCE_LIMIT = "RESOURCE_LIMIT"
    WORKER_DIED = "WORKER_DIED"
    ANALYSIS_FAILED = "ANALYSIS_FAILED"
    OPERATOR_MISSING = "OPERATOR_MISSING"
    STILL_CHANGING = "STILL_CHANGING"


REASON_TEXTS: dict[Reason, Text] = {
    Reason.EMPTY_AUDIO: Text(
        "音声が入っていません。録音装置の設定を確かめてください。",
        "The file holds no audio. Check the recorder.",
    ),
    Reason.NOT_AUDIO: Text(
        "音声ファイルではありません(名前だけが音声です)。正しいファイルに置き換えてください。",
        "This is not an audio file, whatever its name says. Replace it with the recording.",
    ),
    Reason.NOT_TRANSCRIPT: Text(
        "書き起こしとして読めません。書き出し元からもう一度取り出してください。",
        "This cannot be read as a transcript. Export it again from where it came.",
    ),
    Reason.TRUNCATED: Text(
        "途中で切れていて、読める部分が少なすぎます。元の録音から取り直してください。",
        "The file is cut off and too little of it can be read. Fetch it again from the recorder.",
    ),
    Reason.TOO_LONG: Text(
        "設定の上限より長い録音です。speech.max_hours を見直すか、録音を分けてください。",
        "The recording is longer than the limit. Raise speech.max_hours or split the recording.",
    ),
    Reason.IO_ERROR: Text(
        "ファイルを読めませんでした。権限とディスクを確かめ、kouken retry で再実行してください。",
        "The file could not be read. Check permissions and the disk, then run kouken retry.",
    ),
    Reason.OUTSIDE_ARCHIVE: Text(
        "アーカイブの外を指すリンクなので開きませんでした。実ファイルを置いてください。",
        "A link leads out of the archive, so it was not opened. Put the file itself there.",
    ),
    Reason.TIMEOUT: Text(
        "時間の上限までに終わりませんでした。kouken retry で再実行できます。",
        "It did not finish within the time limit. Run kouken retry.",
    ),
    Reason.RESOURCE_LIMIT: Text(
        "メモリの上限に達しました。録音を分けるか、上限を見直してください。",
        "The memory limit was reached. Split the recording or raise the limit.",
    ),
    Reason.WORKER_DIED: Text(
        "処理中にワーカーが異常終了しました。kouken retry で再実行できます。",
        "The worker died on this file. Run kouken retry.",
    ),
    Reason.ANALYSIS_FAILED: Text(
        "解析に失敗しました。ログの番号を添えて管理者に伝えてください。",
        "The analysis failed. Tell your administrator, with the number in the log.",
    ),
    Reason.OPERATOR_MISSING: Text(
        "通話表のこの行に担当者がありません。operator_id を書き足して、もう一度実行してください。",
        "This row of the calls table has no operator. Fill in operator_id and run again.",
    ),
    Reason.STILL_CHANGING: Text(
        "録音の途中か、書き込み中のファイルです。次の夜間バッチが自動で取り上げます。",
        "The file is still being written. The next night takes it by itself.",
    ),
}


class KoukenError(Exception):
    """Base of everything that is reported to a person. `remedy` says what to do next.

    >>> str(KoukenError(Text("開けません", "cannot open"), remedy=Text("権限を確かめる", "check permissions")))
    '開けません 権限を確かめる'
    """

    exit_code = ExitCode.FAILED

    def __init__(self, text: Bilingual, *, remedy: Bilingual | None = None) -> None:
        self.text = text
        self.remedy = remedy
        super().__init__(self.render("ja"))

    def __reduce__(self) -> tuple[object, ...]:
        """A worker process sends it whole: by default Python would call `__init__` with the rendered words alone."""
        return _restored, (type(self), self.args, self.__dict__)

    @property
    def whole(self) -> Text:
        """What happened and what to do, as one message."""
        parts = [self.text, *([self.remedy] if self.remedy else [])]
        return Text(" ".join(part.ja for part in parts), " ".join(part.en for part in parts))

    @property
    def logged(self) -> Text:
        """The same for logs and alerts, which hold ids and counts and nothing of customers."""
        return self.whole

    def render(self, language: Language) -> str:
        """`whole` in the reader's language."""
        return in_language(self.whole, language)


def _restored(kind: type[KoukenError], arguments: tuple[object, ...], state: dict[str, object]) -> KoukenError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(state)
    return error


class BadInput(KoukenError):
    """The user's input or settings cannot be used as they are."""

    exit_code = ExitCode.BAD_INPUT


class NotAllowed(KoukenError):
    """Somebody may not do this. Raised inside `Store.writing` it undoes the transaction and goes on record as
    `<action>_refused` (see store/audit.py); `details` are ids and codes.
    """

    exit_code = ExitCode.BAD_INPUT

    def __init__(
        self,
        text: Bilingual,
        *,
        actor: str,
        action: str,
        object: str,
        details: Mapping[str, str | int] | None = None,
        remedy: Bilingual | None = None,
    ) -> None:
        super().__init__(text, remedy=remedy)
        self.actor = actor
        self.action = action
        self.object = object
        self.details = dict(details or {})


class Locked(KoukenError):
    """Another run holds the lock."""

    exit_code = ExitCode.LOCKED


class StoppedByLimit(KoukenError):
    """A limit (time of day, a signal) stopped the run; the next one goes on from there."""

    exit_code = ExitCode.STOPPED_BY_LIMIT


class ArchiveGone(StoppedByLimit):
    """The recordings went away in the middle of the night; none of them is to blame."""


class NoSpace(StoppedByLimit):
    """A disk is full; nothing half-written stays, and the next run goes on."""


class Updated(StoppedByLimit):
    """Another version of the program has changed the database meanwhile; this one may not touch it any more."""


class DeviceLost(StoppedByLimit):
    """The GPU failed in the middle of a run and the processor may not take over; the recordings are not to blame."""


class BadTable(BadInput):
    """A table is refused whole, with its problems; `unlisted` are those beyond the list. `tell_all`: render each."""

    def __init__(self, problems: list[RowProblem], unlisted: int = 0) -> None:
        self.problems, self.unlisted, self.tell_all = problems, unlisted, False
        count = len(problems) + unlisted
        super().__init__(
            Text(f"表を読み込みませんでした(問題 {count:,} 件)。", f"The table was not loaded ({count:,} problem(s))."),
            remedy=Text("直してから、もう一度実行してください。", "Mend them and run again."),
        )

    @property
    def logged(self) -> Text:
        """The summary and the places, without the values."""
        whole, each = self.whole, [problem.logged for problem in self.problems]
        return Text(
            *("\n  ".join([in_language(whole, language), *self._told(each, language)]) for language in LANGUAGES)
        )

    def render(self, language: Language) -> str:
        """The summary, then one line per problem; of a long list what is alike, and the first."""
        each = [Text(problem.render("ja"), problem.render("en")) for problem in self.problems]
        return "\n".join([KoukenError.render(self, language), *("  " + line for line in self._told(each, language))])

    def _told(self, each: list[Text], language: Language) -> list[str]:
        lines = [in_language(text, language) for text in each]
        return told(self.problems, lines, self.unlisted, language, whole=self.tell_all)


@dataclass
class ItemError(Exception):
    """One recording cannot be analysed; the others go on. `retryable` says whether trying again can help."""

    reason: Reason
    detail: str = ""  # ids, counts and codes only, never what was said
    retryable: bool = field(default=False)

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)
