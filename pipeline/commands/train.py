"""`kouken train …`: learn from labelled calls."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "train",
    text=Text("ラベル付きの通話から学びます。", "Learn from labelled calls."),
    table={
        "moments": Lazy("pipeline.commands.train_moments", Text("場面の分類器", "the classifier of moments")),
        "card": Lazy(
            "pipeline.commands.train_card",
            Text(
                "使っている分類器のしきい値と、期待できる適合率・再現率", "thresholds in use and what to expect of them"
            ),
        ),
        "heard": Lazy(
            "pipeline.commands.train_heard",
            Text("正解付きの録音の書き起こしを学習データにする", "transcripts of labelled recordings as training data"),
        ),
    },
)
