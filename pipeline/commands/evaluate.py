"""`kouken evaluate …`: accuracy against a truth."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "evaluate",
    text=Text("正解と比べて精度を測ります。", "Measure accuracy against a truth."),
    table={
        "asr": Lazy("pipeline.commands.evaluate_asr", Text("書き起こしの文字誤り率", "character error rate")),
        "masking": Lazy(
            "pipeline.commands.evaluate_masking", Text("伏せ字の適合率・再現率", "precision and recall of masking")
        ),
        "quiet": Lazy(
            "pipeline.commands.evaluate_quiet",
            Text("何も売らない対話で誤って見つける場面", "moments falsely found where nothing is sold"),
        ),
        "speakers": Lazy("pipeline.commands.evaluate_speakers", Text("話者の誤り", "errors in who speaks")),
        "tags": Lazy(
            "pipeline.commands.evaluate_tags", Text("場面の適合率・再現率", "precision and recall of moments")
        ),
    },
)
