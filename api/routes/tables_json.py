"""The four tables for programs: as they stand, and loading one in two steps: a look at the file, then loading it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Path, Request, UploadFile
from fastapi.responses import Response

from api.access import VisitorDep
from api.deps import SettingsDep, StoreDep
from api.errors import Unusable
from api.pages import language_of
from api.policy import API
from api.received import refusals_on_record
from api.work_shapes import LoadedTable, TableList, TablePreview
from pipeline.errors import BadInput, BadTable
from pipeline.language import Language, Text
from pipeline.outcomes.columns import Kind
from pipeline.protection.scanning import NotClean
from pipeline.refusals import RowProblem
from pipeline.settings import Settings
from pipeline.store import tables
from pipeline.tables import uploads
from pipeline.tables.uploads import Upload

pages = APIRouter()
api = APIRouter(tags=["tables"])

PATH = f"{API}/tables/uploads"
Key = Annotated[str, Path(max_length=100, description="upload of the preview")]


@api.get("/tables", operation_id="listTables", summary="取り込んだ表 / tables as they stand", response_model=TableList)
def read_tables(store: StoreDep) -> dict[str, Any]:
    """The newest load of each; a table that was never loaded is not among them."""
    with store.reading() as connection:
        loads = tables.last_loads(connection)
    return {"items": [loads[kind] for kind in sorted(loads)], "next_cursor": None}


@api.post(
    "/tables/uploads", operation_id="previewTable", summary="表の下見 / look at a file", response_model=TablePreview,
    status_code=201,
)  # fmt: skip
def preview(
    request: Request,
    settings: SettingsDep,
    visitor: VisitorDep,
    kind: Annotated[Kind, Form()],
    file: Annotated[UploadFile, File()],
    preset: Annotated[Literal["", "salesforce", "kintone"], Form()] = "",
) -> dict[str, Any]:
    """What the file holds, or 422 with every problem. Nothing is changed; the file waits for an hour."""
    try:
        with refusals_on_record(visitor, kind):
            kept = uploads.keep(settings, file.file, file.filename or "", kind, preset or None, visitor.user.name)
    except NotClean as error:
        raise _unusable("upload_not_clean", error) from None
    try:
        seen = uploads.preview(kept, settings)
    except BadInput as error:
        uploads.discard(kept)
        raise _unusable("table_unreadable", error) from None
    if seen.loaded is None:
        uploads.discard(kept)
        raise _unusable("table_refused", BadTable(list(seen.problems), seen.unlisted), language_of(request))
    report = seen.loaded.report.to_json()
    return {"upload": kept.key, "kind": kind, "encoding": seen.encoding, "report": report, "rows": seen.rows}


@api.post(
    "/tables/uploads/{key}/load", operation_id="loadTable", summary="下見した表の取り込み / load it",
    response_model=LoadedTable,
)  # fmt: skip
def load(request: Request, store: StoreDep, settings: SettingsDep, visitor: VisitorDep, key: Key) -> dict[str, Any]:
    """All of it or nothing; `counts` by kind of change."""
    kept = _found(settings, key, visitor.user.name)
    try:
        counts = uploads.load(store, settings, kept)
    except BadTable as error:
        raise _unusable("table_refused", error, language_of(request)) from None
    except BadInput as error:
        raise _unusable("table_unreadable", error) from None
    return {"kind": kept.kind, "counts": counts}


@api.delete(
    "/tables/uploads/{key}", operation_id="discardTable", summary="下見した表を捨てる / discard it", status_code=204
)
def discard(settings: SettingsDep, visitor: VisitorDep, key: Key) -> Response:
    """Leave everything as it is."""
    uploads.discard(_found(settings, key, visitor.user.name))
    return Response(status_code=204)


def _found(settings: Settings, key: str, owner: str) -> Upload:
    try:
        return uploads.find(uploads.folder_of(settings), key, owner)
    except BadInput as error:
        raise _unusable("upload_gone", error) from None


def _unusable(code: str, error: BadInput, language: Language = "ja") -> Unusable:
    text, remedy = error.text, error.remedy or Text("", "")
    problems: list[RowProblem] = error.problems if isinstance(error, BadTable) else []
    errors = [{"where": _place(one), "what": one.render(language)} for one in problems]
    return Unusable(code, Text(text.ja, text.en), Text(remedy.ja, remedy.en), errors)


def _place(problem: RowProblem) -> str:
    return ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part is not None)
