"""The hand-computed examples in the docstrings are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("module", ["cells", "columns", "dates", "presets"])
def test_examples_in_docstrings(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"pipeline.outcomes.{module}"))
    assert result.attempted > 0
    assert result.failed == 0
