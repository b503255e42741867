"""What the store holds of a call, table by table: the one list that erasing and keeping periods go by.

Most of it needs no list. Whatever has a `call_id` goes with the call, and whatever refers to such a row by foreign
keys, however many steps away, goes with that. Named here is only what differs, each with the reason; a test holds the
list against the tables, so that a new one is either reached by erasing or named.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from pipeline.language import Text
from pipeline.store.schema import metadata, recordings, transcripts

TELLING = ("call", "recording", "transcript", "tagging", "utterance", "customer", "contract", "phone", "sha256")
"""Words in a column's name that let one suspect it of being about a call or a customer."""

KEPT: Mapping[str, Text] = {
    "contracts": Text("契約の台帳で、通話の記録ではない", "the ledger of contracts, no record of a call"),
    "outcomes": Text("契約の出来事で、通話の記録ではない", "what became of contracts, no record of a call"),
    "customer_snapshots": Text("お客様の状態の表で、通話の記録ではない", "states of customers, no record of a call"),
    "loads": Text("読み込んだファイルの名前と件数だけ", "names and numbers of rows of the files that were loaded"),
    "deliveries": Text("送ったレポートのハッシュ", "hashes of the reports that were sent"),
    "review_draws": Text("標本の引き方と件数だけ", "how samples were drawn, and numbers"),
    "api_tokens": Text("API トークンのハッシュ", "hashes of the tokens of programs"),
    "conversation_cells": Text("月と担当者ごとの合計", "sums by month and operator"),
    "figure_cells": Text("期間ごとの合計", "sums by period"),
    "kept_figures": Text("上の合計の元になった夜", "which night the sums are of"),
    "operator_remarks": Text(
        "担当者の月についての書き込みで、通話の記録ではない", "what is said of an operator's month, of no call"
    ),
    "sessions": Text("サインインの印のハッシュ", "hashes of the tokens of those signed in"),
    "erased": Text("消したものを二度と取り込まないためのハッシュ", "hashes that keep what was erased from coming back"),
    "erasures": Text(
        "消去の証明。件数とハッシュと受付番号だけ", "certificates of erasures: numbers, hashes and a reference only"
    ),
    "reports": Text(
        "合計した数字だけを残し、保留の一覧から名前を除く",
        "totals stay; names are taken out of the lists of held files",
    ),
    "audit": Text(
        "だれが何をしたかの証拠。通話の番号だけを持ち、自分の保存期間で消える",
        "evidence of who did what; it holds ids of calls only, and has a keeping period of its own",
    ),
    "legal_holds": Text("消してはいけないものの印。番号だけを持つ", "marks of what must not be erased; ids only"),
}

BY_ITSELF: Mapping[str, Text] = {
    "search_grams": Text(
        "文字ごとの索引。search_index.forget が通話を一つずつ抜く",
        "rows by letters; search_index.forget takes calls out",
    ),
}
"""Tables that no key leads to, out of which erasing takes a call in a way of their own."""

WITHOUT_WORDS = frozenset(
    {"taggings", "call_scores", "call_facts", "masked_ranges", "evaluations", "calibration_sessions"}
)
"""What stays of a transcript when its words are past their keeping period: numbers, people's evaluations of the call,
and the times that stay silent."""


def references(table: sa.Table) -> list[tuple[sa.Column[Any], sa.Column[Any]]]:
    """The columns of other tables that refer to this one, each with the column it refers to."""
    return [
        (reference.parent, reference.column)
        for other in metadata.sorted_tables
        for reference in other.foreign_keys
        if reference.column.table is table and other is not table
    ]


def reached_from(table: sa.Table) -> set[str]:
    """The names of all tables whose rows refer to rows of this one, however many steps away."""
    found: set[str] = set()
    for column, _ in references(table):
        found |= {column.table.name} | reached_from(column.table)
    return found


def of_calls() -> list[sa.Table]:
    """The tables that name a call themselves."""
    return [table for table in metadata.sorted_tables if "call_id" in table.c]


def erased_with_a_call() -> set[str]:
    """The tables out of which erasing a call takes rows."""
    reached = {recordings.name} | reached_from(recordings)
    for table in of_calls():
        reached |= {table.name} | reached_from(table)
    return reached


def of_words() -> list[sa.Table]:
    """The tables that hold what was said in a transcript or places in it, whatever refers to others first."""
    names = reached_from(transcripts) - WITHOUT_WORDS
    return [table for table in reversed(metadata.sorted_tables) if table.name in names]


def may_tell_of_a_call(table: sa.Table) -> bool:
    """Whether the name of a column lets one think so, or a column that could hold anything."""
    named = any(word in column.name for column in table.columns for word in TELLING)
    return named or any(isinstance(column.type, sa.Text | sa.LargeBinary) for column in table.columns)
