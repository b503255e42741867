"""Read a table as the settings say: preset, own headers, and the key of the phone numbers."""

from collections.abc import Callable
from pathlib import Path

from pipeline.outcomes.columns import Kind
from pipeline.outcomes.load import read_table
from pipeline.outcomes.phone_key import phone_key
from pipeline.outcomes.report import Loaded
from pipeline.settings import Settings


def read_configured(
    kind: Kind,
    path: Path,
    settings: Settings,
    *,
    preset: str | None = None,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Loaded:
    """`read_table` with what `[tables]` says; a named `preset` goes before the configured one. Raises `BadTable`."""
    return read_table(
        kind,
        path,
        phone_key=phone_key(settings.data_dir),
        preset=preset or settings.tables.preset or None,
        own_headers=settings.tables.headers.get(kind, {}),
        on_rows=on_rows,
    )
