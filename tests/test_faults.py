"""Every fault of the list has a named test, and `make faults` runs it."""

import ast
from pathlib import Path

import pytest

from tests.faults import ROWS, TESTS

HERE = Path(__file__).parent


def test_every_fault_of_the_list_has_a_test() -> None:
    assert set(TESTS) == {f"{section}{number}" for section, last in ROWS.items() for number in range(1, last + 1)}
    assert all(TESTS.values())


@pytest.mark.parametrize("fault", TESTS)
def test_tests_of_a_fault_are_there(fault: str) -> None:
    for test in TESTS[fault]:
        path, _, name = test.partition("::")
        tree = ast.parse((HERE / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, test
