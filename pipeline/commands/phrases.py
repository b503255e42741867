"""`kouken phrases …`: work on the phrase dictionary."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "phrases",
    text=Text("フレーズ辞書を調べます。", "Work on the phrase dictionary."),
    table={
        "lint": Lazy("pipeline.commands.phrases_lint", Text("辞書の問題をすべて挙げる", "list every problem")),
    },
)
