"""`kouken reviews …`: QA judges what was found, to measure it and to learn from it."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

HOME = "pipeline.commands.reviews_"

command = LazyGroup(
    "reviews",
    text=Text(
        "見つけたものを人が確かめます。無作為の標本だけが適合率・再現率を測り、ほかは学習に使います。",
        "People judge what was found. Random samples alone measure precision and recall; the rest teaches.",
    ),
    table={
        "next": Lazy(f"{HOME}next", Text("次に確かめるもの", "what to judge next")),
        "mark": Lazy(f"{HOME}mark", Text("判定を一つ記録する", "record one judgement")),
        "draw": Lazy(f"{HOME}draw", Text("無作為の標本を引く", "draw a random sample")),
        "precision": Lazy(f"{HOME}precision", Text("適合率と再現率", "precision and recall")),
        "agreement": Lazy(f"{HOME}agreement", Text("確認者どうしの一致", "how far reviewers agree")),
    },
)
