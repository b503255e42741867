"""The application: routes, errors, and what guards them, in the order in which a request meets them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware import Middleware
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from api import errors
from api.openapi import build_openapi
from api.pages import HERE, Pages
from api.routes import calls, contribution, health, help, nights, operators, report, sound
from api.security import LoopbackOnly, SecurityHeaders
from pipeline.errors import KoukenError
from pipeline.settings import Settings
from pipeline.store.migrate import open_store

DESCRIPTION = (
    "通話の解析結果を JSON で読むための API です。時刻は ISO 8601、金額は円の整数、率は 0〜1 の小数です。"
    "一覧は next_cursor で続きを読みます。誤りは problem+json(RFC 9457)で、code は変わりません。"
)


def create_app(settings: Settings) -> FastAPI:
    """The web application over the store of `settings`. Raises `KoukenError` if the store cannot be used."""
    store = open_store(settings.store_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(
        title="Kouken",
        version=version("kouken"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # the usual viewers load scripts from elsewhere
        redoc_url=None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(LoopbackOnly),
            Middleware(errors.BugsBecomeAnswers),
        ],
        exception_handlers={
            errors.Missing: errors.on_missing,
            RequestValidationError: errors.on_invalid,
            HTTPException: errors.on_http,
            KoukenError: errors.on_kouken,
        },
    )
    app.state.settings, app.state.store, app.state.pages = settings, store, Pages()
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    for noun in (report, contribution, operators, calls, sound, nights, help, health):
        app.include_router(noun.pages, include_in_schema=False)
        app.include_router(noun.api, prefix="/api/v1", responses=errors.DOCUMENTED)
    app.openapi = partial(build_openapi, app)  # type: ignore[method-assign]
    return app
