"""`kouken bi …`: the views for BI tools."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "bi",
    text=Text("BI ツールから読むビュー(通話・場面・担当者ごとの日計など)。", "Views for BI tools."),
    table={
        "list": Lazy("pipeline.commands.bi_list", Text("ビューと列の一覧", "the views and their columns")),
        "grant": Lazy("pipeline.commands.bi_grant", Text("読むだけの役割を作る", "a role that may read them only")),
    },
)
