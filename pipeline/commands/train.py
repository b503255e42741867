"""`kouken train …`: learn from labelled calls."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "train",
    text=Text("ラベル付きの通話から学びます。", "Learn from labelled calls."),
    table={
        "moments": Lazy("pipeline.commands.train_moments", Text("場面の分類器", "the classifier of moments")),
    },
)
