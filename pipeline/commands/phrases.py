"""`kouken phrases …`: work on the phrase dictionary."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "phrases",
    text=Text("フレーズ辞書を調べます。", "Work on the phrase dictionary."),
    table={
        "lint": Lazy("pipeline.commands.phrases_lint", Text("辞書の問題をすべて挙げる", "list every problem")),
        "test": Lazy("pipeline.commands.phrases_test", Text("書き方を書き起こしで試す", "try a query on transcripts")),
        "diff": Lazy("pipeline.commands.phrases_diff", Text("二つの辞書の違い", "what an edit changes")),
        "export": Lazy("pipeline.commands.phrases_export", Text("YAML・CSV・Excel にする", "to YAML, CSV or Excel")),
    },
)
