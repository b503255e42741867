"""Every documented operation, with questions made from its own documentation: never a fault of the server, and every
answer in the documented shape."""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from api.app import create_app
from pipeline.settings import Settings
from tests.api.conftest import BASE, EVERYTHING, opened_as

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
CHECKS = (not_a_server_error, response_schema_conformance)


@pytest.fixture(scope="module")
def documented(filled: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Over a copy, since questions may change and erase what is there."""
    folder = tmp_path_factory.mktemp("fuzzed") / "data"
    shutil.copytree(filled.data_dir, folder)
    copied = filled.model_copy(update={"data_dir": folder})
    with opened_as(copied, *EVERYTHING, name="fuzzer") as opened:
        schema = schemathesis.openapi.from_dict(opened.get("/openapi.json").json())
        schema.config.update(base_url=BASE, request_timeout=120)
        schema.app = create_app(copied)
        csrf = re.search(r'name="csrf" value="([^"]+)"', opened.get("/account").text)
        assert csrf
        headers = {"Sec-Fetch-Site": "same-origin", "X-CSRF-Token": csrf[1]}
        yield schema, {"cookies": dict(opened.cookies.items()), "headers": headers}


@pytest.mark.slow
def test_every_documented_operation_answers_as_documented(documented: Any) -> None:
    schema, session = documented
    tried = []
    for result in schema.get_all_operations():
        operation = result.ok()
        tried.append(f"{operation.method.upper()} {operation.path}")

        @FEW
        @given(case=operation.as_strategy())
        def answers(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, **session)

        answers()
    documented_paths = schema.raw_schema["paths"].values()
    assert len(tried) == sum(len(methods) for methods in documented_paths) > 30, tried
