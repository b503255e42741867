"""What holds a promise of the list of faults is marked as such, wherever it stands."""

from pathlib import Path

import pytest

from tests.faults import is_fault

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make faults` runs the tests marked `fault`."""
    for item in items:
        name = getattr(item, "originalname", item.name)
        if item.path.is_relative_to(HERE) and is_fault(item.path.relative_to(HERE).as_posix(), name):
            item.add_marker(pytest.mark.fault)
