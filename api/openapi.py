"""The document at /openapi.json, with the one shape of errors among its components."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import MEDIA_TYPE, Problem
from api.policy import FREE, ROUTES, Permission, permission_of
from api.reads import is_counted

SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "「APIトークン」の画面で作る。並べた権限がトークンと持ち主に要る / an API token with these",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-kouken",
        "description": "画面からのサインイン(TLS なしでは kouken_session) / the session of a browser",
    },
}
IN_POLICY = {path.replace(":path}", "}"): path for _, path in ROUTES}  # the document writes a path without its kind
LIMITED = {
    "description": "一時間に読める数に達した(web.reads_per_hour) / as much as one token may read in an hour",
    "headers": {"Retry-After": {"description": "秒 / seconds", "schema": {"type": "integer", "minimum": 0}}},
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def build_openapi(app: FastAPI) -> dict[str, Any]:
    """Made once; FastAPI alone would not know a schema that only problem+json answers refer to."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            openapi_version=app.openapi_version,
            routes=app.routes,
        )
        document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        document["components"]["securitySchemes"] = SCHEMES
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                route = method.upper(), IN_POLICY.get(path, path)
                operation["security"] = _asked(permission_of(*route))
                if is_counted(*route):
                    operation["responses"]["429"] = LIMITED
        app.openapi_schema = document
    return app.openapi_schema


def _asked(permission: Permission | None) -> list[dict[str, list[str]]]:
    """A token with the permission, or the session of somebody who has it; nothing for what is public."""
    if permission == "public":
        return []
    return [{"token": [str(permission)] if permission not in FREE else []}, {"session": []}]
