"""`kouken experiment …`: let chance decide, and know."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "experiment",
    text=Text(
        "行う日と行わない日(または顧客)を無作為に決める実験を、計画し、通話の表に書き入れます。",
        "Plan an experiment in which chance decides when a moment is offered, and note it in the table of calls.",
    ),
    table={
        "plan": Lazy(
            "pipeline.commands.experiment_plan",
            Text("必要な件数と期間、割り付け表", "how many, how long, who and when"),
        ),
        "apply": Lazy(
            "pipeline.commands.experiment_apply",
            Text("割り付けを通話の表に書き入れる", "note the assignment in the table of calls"),
        ),
    },
)
