"""`kouken bench …`: ways compared in one run, with the bars that hold."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "bench",
    text=Text("速さとメモリを、同じ実行の中で比べて測ります。", "Measure speed and memory, two ways in one run."),
    table={
        "asr": Lazy("pipeline.commands.bench_asr", Text("書き起こし", "transcription")),
        "tag": Lazy("pipeline.commands.bench_tag", Text("フレーズの照合", "phrase matching")),
        "moments": Lazy("pipeline.commands.bench_moments", Text("場面の分類", "classifying moments")),
        "figures": Lazy("pipeline.commands.bench_figures", Text("表の読み込みと集計", "loading and counting tables")),
        "night": Lazy("pipeline.commands.bench_night", Text("夜間バッチの台帳と保存", "ledger and store of the night")),
        "web": Lazy("pipeline.commands.bench_web", Text("画面の待ち時間", "waiting for pages")),
        "estimate": Lazy("pipeline.commands.bench_estimate", Text("貢献の推定", "estimating the contribution")),
    },
)
