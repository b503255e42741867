"""Checks over whole rows: one thing told twice, and values that can be read but cannot be true."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from pipeline.language import Text
from pipeline.outcomes.columns import Kind, TableShape
from pipeline.outcomes.report import ProblemList

Lines = np.ndarray[Any, np.dtype[np.int64]]
Mask = "pd.Series[bool]"

EARLIEST, LATEST = pd.Timestamp("1990-01-01"), pd.Timestamp("2100-01-01")
MOST_MRR_YEN = 1_000_000_000
MOST_ONE_OFF_YEN = 10_000_000_000
MOST_SECONDS = 24 * 3600
MOST_MONTHS = 600

EMPTY_MRR = Text("この種別では MRR の値が必要です。", "This kind of event needs its MRR.")
OUT_OF_TIME = Text("ありえない日付です(1990〜2099 年の外)。", "This date cannot be true (outside 1990 to 2099).")
BEFORE_START = Text("契約開始日より前の日付です。", "This date is before the start of the contract.")
NO_AMOUNT = Text("ありえない値です(負、または大きすぎます)。", "This value cannot be true (negative or far too large).")


def check_rows(
    frame: pd.DataFrame,
    lines: Lines,
    shape: TableShape,
    problems: ProblemList,
    notes: ProblemList,
    counts: Counter[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frame without repeated and implausible rows, and the latter. Conflicting duplicates become problems, the rest
    notes.

    A call with an implausible time or duration stays, with that value unknown: its recording is still analysed. Rows of
    the other tables would enter figures, so they are left out whole.
    """
    if shape.kind == "outcomes":
        frame = _without_empty_churns(frame, counts)
        _require_mrr(frame, lines, problems)
    frame, lines = _without_duplicates(frame, lines, shape, problems, counts)
    bad_rows = np.zeros(len(frame), dtype=bool)
    for column, mask, code, reason in _implausible(frame, shape.kind):
        found = mask.fillna(False).to_numpy(dtype=bool)
        counts[code] += int(found.sum())
        for row in np.flatnonzero(found):
            notes.add(int(lines[row]), column, str(frame[column].iloc[row]), reason)
        if shape.kind == "calls":
            frame.loc[found, column] = None
        bad_rows |= found
    if shape.kind == "calls" or not bad_rows.any():
        return frame, frame.iloc[:0]
    return frame[~bad_rows].reset_index(drop=True), frame[bad_rows]


def _without_empty_churns(frame: pd.DataFrame, counts: Counter[str]) -> pd.DataFrame:
    """A churn that leaves the MRR after it empty means 0: that is what the word says."""
    empty = (frame["kind"] == "churned").fillna(False) & frame["mrr_after_yen"].isna()
    counts["churn_without_mrr_after"] += int(empty.sum())
    return frame.assign(mrr_after_yen=frame["mrr_after_yen"].mask(empty, 0))


def _require_mrr(frame: pd.DataFrame, lines: Lines, problems: ProblemList) -> None:
    """Every event tells its MRR before and after, except a repeat purchase, which does not touch it."""
    for column in ("mrr_before_yen", "mrr_after_yen"):
        empty = frame[column].isna() & (frame["kind"] != "repeat_purchase").fillna(False)
        for row in np.flatnonzero(empty.to_numpy(dtype=bool)):
            if (int(lines[row]), column) not in problems:  # empty, not unreadable
                problems.add(int(lines[row]), column, None, EMPTY_MRR)


def _without_duplicates(
    frame: pd.DataFrame, lines: Lines, shape: TableShape, problems: ProblemList, counts: Counter[str]
) -> tuple[pd.DataFrame, Lines]:
    key = list(shape.key)
    keyed = frame[key].notna().all(axis=1)
    suspects = frame[(keyed & frame.duplicated(key, keep=False)) | ~keyed]
    if suspects.empty:
        return frame, lines
    repeated = suspects.index[suspects.duplicated()]
    counts["identical_duplicates"] += len(repeated)
    rest = suspects.drop(index=repeated)
    rest = rest[keyed.loc[rest.index]]
    _add_conflicts(rest[rest.duplicated(key, keep=False)], lines, key, problems)
    kept = np.setdiff1d(np.arange(len(frame)), repeated.to_numpy())
    return frame.iloc[kept].reset_index(drop=True), lines[kept]


def _add_conflicts(rows: pd.DataFrame, lines: Lines, key: list[str], problems: ProblemList) -> None:
    """Each later row is named together with the first of its key, and with the columns in which they differ."""
    for _, group in rows.groupby(key, sort=False):
        first = group.iloc[0]
        for index, row in group.iloc[1:].iterrows():
            differing = [
                str(name)
                for name in rows.columns
                if row[name] is not first[name] and str(row[name]) != str(first[name])
            ]
            where = int(lines[int(group.index[0])])
            text = Text(
                f"{where} 行目と同じ ID ですが、内容が違います({'、'.join(differing)})。正しい方だけを残してください。",
                f"Same id as line {where} but other content ({', '.join(differing)}). Keep the right one.",
            )
            problems.add(int(lines[int(str(index))]), key[0], str(row[key[0]]), text)


def _implausible(frame: pd.DataFrame, kind: Kind) -> "Iterator[tuple[str, pd.Series[bool], str, Text]]":
    """(column, rows, code of the count, reason) of each rule that applies to the table."""
    if kind == "calls":
        day = frame["started_at"].dt.tz_convert(None)
        yield "started_at", _outside(day), "implausible_date", OUT_OF_TIME
        yield "duration_s", _not_within(frame["duration_s"], MOST_SECONDS), "implausible_amount", NO_AMOUNT
        return
    for column in {"contracts": ("started_on", "renewal_due_on", "ended_on")}.get(kind, ("on",)):
        yield column, _outside(frame[column]), "implausible_date", OUT_OF_TIME
    if kind == "contracts":
        for column in ("renewal_due_on", "ended_on"):
            yield column, frame[column] < frame["started_on"], "implausible_date", BEFORE_START
        yield "mrr_yen", _not_within(frame["mrr_yen"], MOST_MRR_YEN), "implausible_amount", NO_AMOUNT
        months = frame["term_months"]
        yield "term_months", _not_within(months, MOST_MONTHS) | (months == 0), "implausible_amount", NO_AMOUNT
    if kind == "outcomes":
        for column in ("mrr_before_yen", "mrr_after_yen"):
            yield column, _not_within(frame[column], MOST_MRR_YEN), "implausible_amount", NO_AMOUNT
        yield "one_off_yen", frame["one_off_yen"].abs() > MOST_ONE_OFF_YEN, "implausible_amount", NO_AMOUNT


def _outside(days: "pd.Series[Any]") -> "pd.Series[bool]":
    return (days < EARLIEST) | (days >= LATEST)


def _not_within(values: "pd.Series[Any]", most: int) -> "pd.Series[bool]":
    return (values < 0) | (values > most)
