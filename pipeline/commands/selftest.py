"""`kouken selftest …`: why a number may be believed."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "selftest",
    text=Text("正解のわかっている世界で、この製品を試します。", "Try this product on worlds whose truth is known."),
    table={
        "estimate": Lazy(
            "pipeline.commands.selftest_estimate", Text("貢献の推定を試す", "try the estimate of the contribution")
        ),
    },
)
