"""`kouken export …`: what is stored, for other tools."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "export",
    text=Text("結果をほかの道具のために書き出します。", "Write what is stored for other tools."),
    table={
        "transcripts": Lazy(
            "pipeline.commands.export_transcripts",
            Text("書き起こし(JSON・VTT・SRT・CSV・vCon)", "transcripts of stored calls"),
        ),
        "vcon": Lazy("pipeline.commands.export_vcon", Text("通話を vCon で", "stored calls as vCon")),
        "parquet": Lazy("pipeline.commands.export_parquet", Text("BI のための Parquet", "Parquet files for BI")),
    },
)
