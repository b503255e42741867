"""The whole list of what is wrong in a file, as a table that opens in Excel beside it."""

from collections.abc import Sequence

import pandas as pd

from pipeline.language import Language, in_language
from pipeline.refusals import RowProblem
from pipeline.reports.tables import to_csv

HEADERS = {
    "ja": ("ファイル", "行", "列", "値", "種類", "理由"),
    "en": ("file", "line", "column", "value", "kind", "reason"),
}
KINDS = {"ja": ("注意", "誤り"), "en": ("note", "error")}


def problems_csv(problems: Sequence[RowProblem], language: Language) -> bytes:
    """CSV in UTF-8 with BOM, a row for each problem in the order of the file."""
    rows = [
        (
            one.file,
            one.line or "",
            one.column,
            one.value,
            KINDS[language][one.is_error],
            in_language(one.reason, language),
        )
        for one in problems
    ]
    return to_csv(pd.DataFrame(rows, columns=list(HEADERS[language])).fillna(""))[0]
