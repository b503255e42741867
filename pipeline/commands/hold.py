"""`kouken hold …`: legal holds."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "hold",
    text=Text(
        "法的な保全。解くまで、対象の通話は期限でも依頼でも消しません。",
        "Legal holds: until released, neither keeping periods nor requests erase these calls.",
    ),
    table={
        "place": Lazy("pipeline.commands.hold_place", Text("保全を始める", "place a hold")),
        "release": Lazy("pipeline.commands.hold_release", Text("保全を解く", "release a hold")),
        "list": Lazy("pipeline.commands.hold_list", Text("保全の一覧", "the holds")),
    },
)
