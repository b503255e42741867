"""Tables as downloads that open in Excel."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import pandas as pd
from fastapi import Query
from fastapi.responses import Response

from pipeline.reports.tables import to_csv
from pipeline.reports.workbook import Shown, write_workbook

Encoding = Annotated[Literal["utf-8", "cp932"], Query(description="utf-8 (with BOM) or cp932")]


def csv_file(frame: pd.DataFrame, name: str, encoding: Literal["utf-8", "cp932"]) -> Response:
    """The table as an attachment; in cp932 a character that it does not have is 〓."""
    content, _ = to_csv(frame, "cp932" if encoding == "cp932" else "utf-8-sig")
    return Response(
        content,
        media_type=f"text/csv; charset={encoding}",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def workbook_file(sheets: Mapping[str, pd.DataFrame], name: str, shown: Mapping[str, Shown]) -> Response:
    """The tables as an Excel workbook, one sheet each; `shown`: column → how its numbers look."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_workbook(sheets, path, shown)
        content = path.read_bytes()
    return attached(content, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def marked(frame: pd.DataFrame, simulated: Mapping[str, int]) -> pd.DataFrame:
    """The table, every row saying so where rows of the user's tables call themselves simulated."""
    return frame.assign(模擬データ="はい") if any(simulated.values()) and len(frame) else frame


def attached(content: bytes, name: str, media_type: str) -> Response:
    """A file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
