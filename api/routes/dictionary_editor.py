"""Writing one entry in a draft: linted while it is typed, tried on every stored call, saved over nobody's words."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Visitor, VisitorDep
from api.deps import PagesDep
from api.desk import NO_ENTRY, VIA, DictionaryDep, JobsDep, LinterDep, Where, draft_to_write, editable_drafts, refused
from api.entry_form import EntryForm, entry_form, fields_of, form_of
from api.pages import Pages
from api.working import begin_trial
from phrases.entry import CATEGORIES, LEVELS, PhraseSet
from pipeline.store import dictionary, drafts
from pipeline.store.conflict import Clash, Conflict
from pipeline.store.connect import Connection, Store
from pipeline.store.dictionary import Fields, hash_of, texts
from pipeline.store.drafts import Draft

pages = APIRouter()
api = APIRouter()

NEW = "new"
UNNAMED = "query"  # an entry that is being written and has no id yet, as for `kouken phrases test`
Typed = Annotated[EntryForm, Depends(entry_form)]
Asked = Annotated[str, Query(max_length=1_000)]


@pages.get("/dictionary/edit")
def show_editor(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    visitor: VisitorDep,
    entry: Asked = "",
    draft: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """An entry as the draft has it, else as it is in force; without `entry` a new one."""
    with store.reading() as connection:
        open_to = editable_drafts(connection, visitor)
        chosen = next((one for one in open_to if draft in (None, one.draft_id)), None)
        fields = _current(connection, chosen, entry) if entry else None
    if entry and fields is None:
        raise NO_ENTRY
    form = form_of(fields or {})
    where = str(chosen.draft_id) if chosen else NEW
    return _editor(request, pages, store, visitor, form, where, hash_of(fields) if fields else "", is_new=not entry)


@pages.post("/dictionary/edit/begin")
def begin_entry(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    visitor: VisitorDep,
    phrase: Annotated[str, Form(max_length=1_000)] = "",
    examples: Annotated[list[str], Form(max_length=10)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """A new entry from what was found in calls. A form and no link: what people said is in no address."""
    form = form_of({"phrase": phrase, "examples": examples})
    with store.reading() as connection:
        open_to = editable_drafts(connection, visitor)
    where = str(open_to[0].draft_id) if open_to else NEW
    return _editor(request, pages, store, visitor, form, where, "", is_new=True)


@pages.post("/dictionary/edit")
def save(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    visitor: VisitorDep,
    form: Typed,
    where: Where = NEW,
    seen: Annotated[str, Form(max_length=64)] = "",
    is_new: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Into the draft; somebody else's change of the same entry is shown beside, and nothing is overwritten."""
    phrase, problems = form.build()
    new = is_new == "yes"
    if phrase is None:
        return _editor(request, pages, store, visitor, form, where, seen, is_new=new, status=422, problems=problems)
    key = "phrase", phrase.id
    actor = visitor.user.name
    try:
        with refused(Conflict), store.writing() as connection:
            began_with = texts(connection, {seen}).get(seen) if seen else None
            draft_id = draft_to_write(connection, visitor, where)
            drafts.save(connection, draft_id, actor, {key: fields_of(phrase)}, {key: began_with}, VIA)
    except Conflict as conflict:
        clash = conflict.clashes[0]
        stands = hash_of(clash.theirs) if clash.theirs else ""
        return _editor(request, pages, store, visitor, form, where, stands, is_new=new, status=409, clash=clash)
    return RedirectResponse(f"/dictionary/drafts/{draft_id}", status_code=303)


@pages.post("/dictionary/lint")
def lint(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    visitor: VisitorDep,
    linter: LinterDep,
    form: Typed,
    where: Where = NEW,
) -> Response:
    """What is wrong with the entry as it stands, with the character to blame."""
    if not form.phrase.strip():
        return pages.render(request, "dictionary/lint.html", problems=[], position=None, text="")
    phrase, problems = replace(form, id=form.id or UNNAMED, category=form.category or "proposal").build()
    if phrase is not None:
        with store.reading() as connection:
            around = _around(connection, visitor, where)
        problems = list(linter.problems(phrase, around))
    position = next((problem.position for problem in problems if problem.position is not None), None)
    text = phrase.phrase if phrase else form.phrase
    return pages.render(request, "dictionary/lint.html", problems=problems, position=position, text=text)


@pages.post("/dictionary/try")
def try_entry(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    visitor: VisitorDep,
    jobs: JobsDep,
    form: Typed,
    where: Where = NEW,
) -> Response:
    """The entry as it stands on every stored call. It is given a name of its own where it has none yet."""
    phrase, problems = replace(form, id=form.id or UNNAMED, category=form.category or "proposal").build()
    if phrase is None:
        return pages.render(request, "dictionary/lint.html", problems=problems, position=None, text=form.phrase)
    draft_id = int(where) if where.isdigit() else None
    return begin_trial(request, pages, jobs, visitor, phrase, draft_id)


def _editor(
    request: Request,
    pages: Pages,
    store: Store,
    visitor: Visitor,
    form: EntryForm,
    where: str,
    seen: str,
    *,
    is_new: bool,
    status: int = 200,
    problems: object = (),
    clash: Clash | None = None,
) -> Response:
    with store.reading() as connection:
        open_to = editable_drafts(connection, visitor)
    return pages.render(
        request,
        "dictionary/edit.html",
        status=status,
        section="dictionary",
        part="list",
        form=form,
        where=where,
        seen=seen,
        is_new=is_new,
        drafts=open_to,
        problems=problems,
        clash=clash,
        categories=CATEGORIES,
        levels=LEVELS,
    )


def _current(connection: Connection, draft: Draft | None, entry: str) -> Fields | None:
    key = "phrase", entry
    if draft is not None:
        return drafts.merged_items(connection, drafts.read_draft(connection, draft.draft_id)).get(key)
    return dictionary.read_items(connection, dictionary.published(connection).version).get(key)


def _around(connection: Connection, visitor: Visitor, where: str) -> PhraseSet:
    """The dictionary that the entry would stand in."""
    for draft in editable_drafts(connection, visitor):
        if str(draft.draft_id) == where:
            return drafts.merged(connection, drafts.read_draft(connection, draft.draft_id))
    return dictionary.read_version(connection, dictionary.published(connection).version)
