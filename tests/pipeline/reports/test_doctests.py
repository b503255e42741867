"""The examples in the docstrings of the report are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("module", ["pdf", "pdf_documents", "plot", "tables"])
def test_examples_in_docstrings(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"pipeline.reports.{module}"))
    assert result.attempted > 0
    assert result.failed == 0
