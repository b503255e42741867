"""Tables as downloads that open in Excel."""

from typing import Annotated, Literal

import pandas as pd
from fastapi import Query
from fastapi.responses import Response

from pipeline.reports.tables import to_csv

Encoding = Annotated[Literal["utf-8", "cp932"], Query(description="utf-8 (with BOM) or cp932")]


def csv_file(frame: pd.DataFrame, name: str, encoding: Literal["utf-8", "cp932"]) -> Response:
    """The table as an attachment; in cp932 a character that it does not have is 〓."""
    content, _ = to_csv(frame, "cp932" if encoding == "cp932" else "utf-8-sig")
    return Response(
        content,
        media_type=f"text/csv; charset={encoding}",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
