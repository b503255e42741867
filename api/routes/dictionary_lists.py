"""The lists that queries name by `@`: changed in a draft, like entries."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Visitor, VisitorDep
from api.deps import PagesDep
from api.desk import VIA, DictionaryDep, Where, draft_to_write, editable_drafts, refused
from api.pages import Pages
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import dictionary, drafts
from pipeline.store.conflict import Clash, Conflict
from pipeline.store.connect import Store
from pipeline.store.dictionary import hash_of, texts

pages = APIRouter()
api = APIRouter()


@pages.get("/dictionary/lists")
def show_lists(request: Request, pages: PagesDep, store: DictionaryDep, visitor: VisitorDep) -> Response:
    """The lists in force, each with the entries that name it."""
    return _page(request, pages, store, visitor)


@pages.post("/dictionary/lists")
def change_list(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    visitor: VisitorDep,
    name: Annotated[str, Form(max_length=60)] = "",
    words: Annotated[str, Form(max_length=20_000)] = "",
    seen: Annotated[str, Form(max_length=64)] = "",
    where: Where = "new",
) -> Response:
    """A list into a draft; without words it is removed. `seen` names the text that the editing began with."""
    key = "list", name.strip().removeprefix("@").removeprefix("＠")
    typed = [line.strip() for line in words.splitlines() if line.strip()]
    try:
        with refused(Conflict), store.writing() as connection:
            if not key[1]:
                raise BadInput(Text("一覧の名前を書いてください。", "Give the list a name."))
            draft_id = draft_to_write(connection, visitor, where)
            began_with = texts(connection, {seen}).get(seen) if seen else None
            wanted = {"words": typed} if typed else None
            drafts.save(connection, draft_id, visitor.user.name, {key: wanted}, {key: began_with}, VIA)
    except Conflict as conflict:
        return _page(request, pages, store, visitor, conflict.clashes)
    return RedirectResponse(f"/dictionary/drafts/{draft_id}", status_code=303)


def _page(request: Request, pages: Pages, store: Store, visitor: Visitor, clashes: Sequence[Clash] = ()) -> Response:
    with store.reading() as connection:
        items = dictionary.read_items(connection, dictionary.published(connection).version)
        open_to = editable_drafts(connection, visitor)
    lists = {name: fields for (kind, name), fields in sorted(items.items()) if kind == "list"}
    entries = [fields for (kind, _), fields in items.items() if kind == "phrase"]
    return pages.render(
        request,
        "dictionary/lists.html",
        status=409 if clashes else 200,
        section="dictionary",
        part="lists",
        lists={name: fields["words"] for name, fields in lists.items()},
        hashes={name: hash_of(fields) for name, fields in lists.items()},
        users={name: [one["id"] for one in entries if _names(one["phrase"], name)] for name in lists},
        drafts=open_to,
        clashes=clashes,
    )


def _names(query: str, name: str) -> bool:
    return f"@{name}" in query.replace("＠", "@")
