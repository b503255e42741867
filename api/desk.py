"""What the pages of the dictionary share: a store with a dictionary in it, its figures, and the work under way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Form, Path, Request

from api.access import Refused, Visitor
from api.deps import LARGEST_ID, StoreDep
from api.entry_form import Linter
from api.errors import Missing, Unusable
from pipeline.dictionaries.dictionary import seed
from pipeline.dictionaries.entries import FigureKeeper
from pipeline.errors import BadInput, KoukenError, NotAllowed
from pipeline.language import Text
from pipeline.processes.background import Jobs
from pipeline.store import drafts
from pipeline.store.connect import Connection, Store
from pipeline.store.drafts import Draft

VIA = "web"
NO_ENTRY = Missing(
    "entry_not_found",
    Text("この番号の項目は、辞書にありません。", "The dictionary has no entry of that id."),
    Text("辞書の一覧から選んでください。", "Choose from the dictionary's list."),
)
NO_DRAFT = Missing(
    "draft_not_found",
    Text("この番号の下書きはありません。", "There is no draft of that number."),
    Text("下書きの一覧から選んでください。", "Choose from the list of drafts."),
)
NO_VERSION = Missing(
    "version_not_found",
    Text("この版の辞書はありません。", "There is no dictionary of that version."),
    Text("版の一覧から選んでください。", "Choose from the list of versions."),
)
NO_WORK = Missing(
    "work_not_found",
    Text("この計算の結果はもうありません。", "This work is not kept any more."),
    Text(
        "サーバーを動かし直すと、計算とその結果は消えます(保存してあるものはそのままです)。元の画面から、もう一度お試しください。",
        "A restart of the server ends work and drops its results; nothing stored is touched. Start again where you"
        " began.",
    ),
)


NOT_THEIRS = Unusable(
    "draft_closed",
    Text("この下書きには書き込めません。", "You cannot write in this draft."),
    Text(
        "ほかの方の下書きか、確認に出したあとの下書きです。別の下書きを選んでください。",
        "It is somebody else's, or was submitted. Choose another one.",
    ),
)


def _dictionary(request: Request, store: StoreDep) -> Store:
    """The store, with the dictionary that ships with the product where nothing was published yet."""
    if not request.app.state.has_dictionary:
        seed(store)
        request.app.state.has_dictionary = True
    return store


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


def _figures(request: Request) -> FigureKeeper:
    keeper: FigureKeeper = request.app.state.entry_figures
    return keeper


def _linter(request: Request) -> Linter:
    linter: Linter = request.app.state.linter
    return linter


DictionaryDep = Annotated[Store, Depends(_dictionary)]
JobsDep = Annotated[Jobs, Depends(_jobs)]
FiguresDep = Annotated[FigureKeeper, Depends(_figures)]
LinterDep = Annotated[Linter, Depends(_linter)]
Where = Annotated[str, Form(max_length=20, pattern="^(new|shared|[0-9]{1,18})?$")]  # the draft to write in
DraftId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def found_draft(connection: Connection, draft_id: int) -> Draft:
    """A draft with its changes. Raises `Missing`."""
    try:
        return drafts.read_draft(connection, draft_id)
    except BadInput:
        raise NO_DRAFT from None


def editable_drafts(connection: Connection, visitor: Visitor) -> list[Draft]:
    """Drafts that a person can write in: their own and those that everybody shares, the newest first."""
    found = drafts.list_drafts(connection, states=("draft",))
    return [draft for draft in found if draft.owner in ("", visitor.user.name)]


def writable(connection: Connection, visitor: Visitor, draft_id: int) -> int:
    """The draft itself. Raises `Unusable` for one that is not theirs to write in, or not to be edited any more."""
    if draft_id not in {draft.draft_id for draft in editable_drafts(connection, visitor)}:
        raise NOT_THEIRS
    return draft_id


def chosen_draft(store: Store, visitor: Visitor, where: str) -> tuple[int | None, bool]:
    """The draft that was chosen (None: a new one), and whether a new one is everybody's. Raises `Unusable`."""
    if not where.isdigit():
        return None, where == "shared"
    with store.reading() as connection:
        return writable(connection, visitor, int(where)), False


def draft_to_write(connection: Connection, visitor: Visitor, where: str) -> int:
    """The draft that was chosen, or a new one. Raises `Unusable`."""
    if not where.isdigit():
        return drafts.open_draft(connection, visitor.user.name, shared=where == "shared")
    return writable(connection, visitor, int(where))


@contextmanager
def refused(*but: type[KoukenError]) -> Iterator[None]:
    """What the product refuses is told on a page of its own, in the product's words; `but` the caller shows itself."""
    try:
        yield
    except (BadInput, NotAllowed) as error:
        if isinstance(error, but):
            raise
        text, remedy = (
            Text(error.text.ja, error.text.en),
            Text("前の画面に戻って、お確かめください。", "Go back and look."),
        )
        answer = Refused if isinstance(error, NotAllowed) else Unusable
        raise answer("refused", text, remedy) from None


def is_part(request: Request) -> bool:
    """Whether a page asks for a part of itself."""
    return request.headers.get("HX-Request") == "true"
