"""The dictionary for programs: versions, entries, and the lint and the trial of a query."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from api.access import VisitorDep, note
from api.deps import Limit
from api.desk import NO_VERSION, DictionaryDep, JobsDep, LinterDep
from api.errors import Missing, Unusable
from api.schemas import Shape
from phrases.entry import Phrase
from pipeline.dictionaries import dictionary_work
from pipeline.dictionaries.dictionary import published_dictionary
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.processes.background import Busy
from pipeline.store import dictionary

pages = APIRouter()
api = APIRouter(tags=["dictionary"])

WAIT_S = 60.0
Category = Literal["appeal", "enablement", "proposal", "interest", "decline", "churn_risk", "satisfaction", "complaint"]
Asked = Annotated[str, Query(min_length=1, max_length=1_000, description="フレーズの書き方で書いた一行 / a query")]
Examples = Annotated[list[str], Query(max_length=20)]


class StillWorking(Missing):
    """The work is not done, or cannot begin."""

    status = 503


STILL_RUNNING = StillWorking(
    "still_running",
    Text("通話が多く、まだ終わっていません。", "There are many calls; it is not finished."),
    Text("画面でお試しください。", "Try it on the pages."),
)


class Publication(Shape):
    """One act of publishing. `kind`: starter, draft, rollback, words."""

    number: int
    version: str
    kind: str
    published_at: datetime
    published_by: str
    remark: str


class PublicationList(Shape):
    """Publications, newest first; the first of all is the one in force."""

    items: list[Publication]
    next_cursor: str | None


class Entry(Shape):
    """One entry; `status` is published or retired."""

    id: str
    category: str
    phrase: str
    speaker: str
    levels: list[str]
    weight: float
    similarity: float | None
    owner: str
    note: str
    status: str
    examples: list[str]
    counter_examples: list[str]


class EntryList(Shape):
    """Entries of one version by id."""

    version: str
    items: list[Entry]
    next_cursor: str | None


class LintProblem(Shape):
    """One thing wrong. `position` counts characters of the query from 0; null where no single one is to blame."""

    is_error: bool
    ja: str
    en: str
    position: int | None


class Lint(Shape):
    """Every problem; none means that the entry could be published."""

    problems: list[LintProblem]


class Example(Shape):
    """A hit with what stands around it in its utterance."""

    call_id: str
    utterance: int
    before: str
    found: str
    after: str
    level: str


class Interval(Shape):
    """An estimate with its 95 % interval."""

    value: int
    low: int
    high: int


class SampledTrial(Shape):
    """How a trial was estimated: `seen` of the `turns` that hold the words, in calls drawn at random."""

    seen: int
    turns: int
    hits: Interval
    cancelled: Interval
    calls: Interval


class PhraseTrial(Shape):
    """A query over every stored call. `share` is of calls, 0 to 1; `warning` is null if nothing is odd.

    `sampled` is null where everything was counted; else the counts are estimates, `operators` at least so many.
    """

    hits: int
    cancelled: int
    calls: int
    share: float
    operators: int
    sampled: SampledTrial | None
    warning: dict[str, str] | None
    examples: list[Example]


@api.get(
    "/dictionary/versions",
    operation_id="listDictionaryVersions",
    summary="辞書の公開の履歴 / publications",
    response_model=PublicationList,
)
def read_versions(
    store: DictionaryDep, limit: Limit = 100, cursor: Annotated[int | None, Query(ge=1, lt=2**63)] = None
) -> dict[str, Any]:
    """What was published when and by whom."""
    with store.reading() as connection:
        found = [one for one in dictionary.list_publications(connection) if cursor is None or one.number < cursor]
    page = found[:limit]
    return {
        "items": [asdict(one) for one in page],
        "next_cursor": str(page[-1].number) if len(found) > limit else None,
    }


@api.get(
    "/dictionary/versions/{version}/entries",
    operation_id="listDictionaryEntries",
    summary="辞書の項目 / entries of a version",
    response_model=EntryList,
)
def read_entries(
    store: DictionaryDep,
    version: Annotated[str, Path(max_length=16, description="a version, or `published`")],
    limit: Limit = 100,
    cursor: Annotated[str | None, Query(max_length=200, description="next_cursor of the page before")] = None,
) -> dict[str, Any]:
    """The entries of a version by id. `published` is the one in force."""
    with store.reading() as connection:
        name = dictionary.published(connection).version if version == "published" else version
        try:
            phrase_set = dictionary.read_version(connection, name)
        except BadInput:
            raise NO_VERSION from None
    found = [phrase for phrase in phrase_set.phrases if cursor is None or phrase.id > cursor]
    page = found[:limit]
    items = [asdict(phrase) | {"speaker": phrase.speaker} for phrase in page]
    return {"version": name, "items": items, "next_cursor": page[-1].id if len(found) > limit else None}


@api.get("/dictionary/lint", operation_id="lintPhrase", summary="書き方を調べる / lint a query", response_model=Lint)
def lint(
    store: DictionaryDep,
    linter: LinterDep,
    query: Asked,
    category: Category = "proposal",
    example: Examples = [],  # noqa: B006 - FastAPI copies it
    counter_example: Examples = [],  # noqa: B006 - FastAPI copies it
) -> dict[str, Any]:
    """What publication would find wrong with an entry of this query and these examples."""
    phrase = Phrase("query", category, query, examples=tuple(example), counter_examples=tuple(counter_example))
    problems = linter.problems(phrase, published_dictionary(store))
    return {
        "problems": [
            {"is_error": one.is_error, "ja": one.message.ja, "en": one.message.en, "position": one.position}
            for one in problems
        ]
    }


@api.get(
    "/dictionary/test",
    operation_id="testPhrase",
    summary="これまでの通話で試す / try a query on stored calls",
    response_model=PhraseTrial,
)
def try_query(
    store: DictionaryDep,
    jobs: JobsDep,
    visitor: VisitorDep,
    query: Asked,
    category: Category = "proposal",
    exact: Annotated[bool, Query(description="count all, however often the words are said")] = False,
) -> dict[str, Any]:
    """Hits in every stored call, some of them in context. One trial at a time for each person.

    What is said very often is estimated from calls drawn at random unless `exact`, and `sampled` then says so.
    """
    note(visitor, "phrases.test", "query", {"via": "api"})
    owner, work = visitor.user.name, dictionary_work.try_entry
    try:
        job = jobs.start(owner, "trial", work, Phrase("query", category, query), None, exact, about={"phrase": query})
    except Busy as busy:
        raise StillWorking("busy_working", Text(busy.text.ja, busy.text.en), Text("", "")) from None
    if not job.wait(WAIT_S) or job.state == "cancelled":
        jobs.cancel(job)
        raise STILL_RUNNING
    if job.error is not None:
        told = job.error
        raise Unusable("bad_query", Text(told.render("ja"), told.render("en")), Text("", ""))
    tried = job.result.tried
    counts = {name: getattr(tried, name) for name in ("hits", "cancelled", "calls", "share")}
    sampled = tried.sampled and asdict(tried.sampled)
    warning = {"ja": tried.warning.ja, "en": tried.warning.en} if tried.warning else None
    examples = [asdict(one) for one in job.result.examples]
    return {**counts, "operators": job.result.operators, "sampled": sampled, "warning": warning, "examples": examples}
