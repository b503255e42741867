"""The application: routes, errors, and what guards them, in the order in which a request meets them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware import Middleware
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from api import errors
from api.access import FactorMissing, Gate, MustChange, SignInNeeded
from api.entry_form import Linter
from api.gates import on_factor_missing, on_http, on_must_change, on_sign_in_needed
from api.openapi import build_openapi
from api.pages import HERE, Pages
from api.pending import Pending
from api.policy import API
from api.rate import Window
from api.reads import Reads, ReadsCounted
from api.refused import ProblemLists
from api.routes import (
    account,
    administration,
    calls,
    contribution,
    dictionary,
    dictionary_candidates,
    dictionary_drafts,
    dictionary_editor,
    dictionary_import,
    dictionary_json,
    dictionary_lists,
    dictionary_versions,
    dictionary_words,
    dictionary_work,
    erasures,
    factor,
    health,
    help,
    holds,
    kpi,
    marks,
    nights,
    notifications,
    notifications_json,
    oidc,
    operators,
    people,
    privacy_work,
    report,
    retention,
    reviews,
    scorecard_forms,
    scorecards,
    scorecards_json,
    search,
    sign_in_code,
    sound,
    tables_json,
    tokens,
    uploads,
)
from api.routes.tables_json import PATH as TABLE_PATH
from api.routes.uploads import PATH as UPLOAD_PATH
from api.second_step import SecondStep
from api.security import KnownNames, SecurityHeaders, SmallBodies
from api.streams import Streams
from pipeline.accounts.openid import Provider
from pipeline.dictionaries.entries import FigureKeeper
from pipeline.errors import KoukenError
from pipeline.messages.forwarding import Forwarder
from pipeline.playing.listening import Listening
from pipeline.processes.background import Jobs
from pipeline.protection.looks import Looks
from pipeline.reports.operator_lists import OperatorLists
from pipeline.settings import Settings
from pipeline.store.migrate import open_store
from pipeline.store.reports import NewestReport

DESCRIPTION = (
    "通話の解析結果を JSON で読むための API です。時刻は ISO 8601、金額は円の整数、率は 0〜1 の小数です。"
    "一覧は next_cursor で続きを読みます。誤りは problem+json(RFC 9457)で、code は変わりません。"
)

described = APIRouter()
HANDLERS: dict[int | type[Exception], Any] = {
    errors.Missing: errors.on_missing,
    SignInNeeded: on_sign_in_needed,
    MustChange: on_must_change,
    FactorMissing: on_factor_missing,
    RequestValidationError: errors.on_invalid,
    HTTPException: on_http,
    KoukenError: errors.on_kouken,
}
NOUNS = (  # a path is answered by the first that knows it
    account,
    sign_in_code,
    factor,
    oidc,
    administration,
    people,
    retention,
    holds,
    erasures,
    privacy_work,
    report,
    contribution,
    operators,
    calls,
    search,
    sound,
    dictionary_candidates,
    dictionary_json,
    dictionary,
    dictionary_editor,
    dictionary_drafts,
    dictionary_versions,
    dictionary_import,
    dictionary_words,
    dictionary_lists,
    dictionary_work,
    reviews,
    tokens,
    notifications,
    notifications_json,
    marks,
    scorecards,
    scorecard_forms,
    scorecards_json,
    uploads,
    tables_json,
    kpi,
    nights,
    help,
    health,
)


def create_app(settings: Settings) -> FastAPI:
    """The web application over the store of `settings`. Raises `KoukenError` if the store cannot be used."""
    provider = Provider(settings.oidc) if settings.oidc.issuer else None
    store = open_store(settings.store_url)
    jobs, listening, looks = Jobs(settings), Listening(settings), Looks(store, settings.data_dir)
    forwarder = Forwarder(store, settings.log)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if settings.log.forward:
            forwarder.start()
        yield
        forwarder.close()
        listening.close()
        jobs.close()
        looks.close()
        store.close()

    app = FastAPI(
        title="Kouken",
        version=version("kouken"),
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,  # served by a route of our own, behind the same gate
        docs_url=None,  # the usual viewers load scripts from elsewhere
        redoc_url=None,
        middleware=_middleware(settings),
        exception_handlers=HANDLERS,
    )
    app.state.settings, app.state.store, app.state.pages = settings, store, Pages()
    app.state.looks, app.state.newest = looks, NewestReport()
    app.state.attempts = Window(most=10, window_s=15 * 60)
    app.state.reads = Reads(settings.web.reads_per_hour)
    app.state.provider, app.state.pending = provider, Pending()
    app.state.second_step = SecondStep(settings, store)
    app.state.jobs, app.state.entry_figures, app.state.has_dictionary = jobs, FigureKeeper(), False
    app.state.linter, app.state.listening, app.state.streams = Linter(), listening, Streams()
    app.state.operator_lists, app.state.problem_lists = OperatorLists(), ProblemLists()
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.router.routes.extend(_routes())
    app.openapi = partial(build_openapi, app)  # type: ignore[method-assign]
    app.include_router(described, dependencies=[Depends(Gate())])
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """What every application answers to: how each route takes its arguments is worked out once for the process."""
    routes = APIRouter()
    for noun in NOUNS:
        routes.include_router(noun.pages, include_in_schema=False, dependencies=_guarded(""))
        routes.include_router(noun.api, prefix=API, responses=errors.DOCUMENTED, dependencies=_guarded(API))
    return routes.routes


def _guarded(prefix: str) -> list[Any]:
    """What stands before every route of a router, in this order."""
    return [Depends(Gate(prefix)), Depends(ReadsCounted(prefix))]


@described.get("/openapi.json", include_in_schema=False)
def show_openapi(request: Request) -> JSONResponse:
    """What programs may ask for."""
    return JSONResponse(request.app.openapi())


def _middleware(settings: Settings) -> list[Middleware]:
    """What every request passes, outermost first."""
    return [
        Middleware(SecurityHeaders, web=settings.web),
        Middleware(KnownNames, names=settings.web.names),
        Middleware(SmallBodies, larger=dict.fromkeys((UPLOAD_PATH, TABLE_PATH), settings.web.upload_mb * 1_000_000)),
        Middleware(errors.BugsBecomeAnswers),
    ]
