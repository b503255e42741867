"""Whether the server answers and its store can be read; for monitors."""

from importlib.metadata import version

from fastapi import APIRouter

from api.deps import NewestDep, StoreDep
from api.schemas import Health
from pipeline.store.migrate import schema_revision

pages = APIRouter()
api = APIRouter(tags=["health"])


@api.get("/health", operation_id="getHealth", summary="状態 / health", response_model=Health)
def read_health(store: StoreDep, newest: NewestDep) -> object:
    """The versions in use and when the newest report was made."""
    return {
        "status": "ok",
        "version": version("kouken"),
        "schema_revision": schema_revision(store),
        "last_report": newest["made_at"] if newest else None,
    }
