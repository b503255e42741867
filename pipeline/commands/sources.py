"""`kouken sources …`: how the names of recordings tell the call."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "sources",
    text=Text("録音の名前の読み方(プリセット)を調べ、試します。", "Presets that read the names of recordings."),
    table={
        "list": Lazy("pipeline.commands.sources_list", Text("読み方の一覧", "the presets")),
        "try": Lazy("pipeline.commands.sources_try", Text("名前を渡して、読めた列を見る", "names in, columns out")),
    },
)
