"""`kouken reviews precision`: how good phrases and moments are, from the random samples alone."""

from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import opened, say, say_json
from pipeline.language import Text

if TYPE_CHECKING:
    from models.evaluation.agreement import Share

STANDINGS = {
    "under": Text("基準を下回る", "under the limit"),
    "doubtful": Text("基準に届かないかもしれない", "perhaps under the limit"),
    "likely": Text("基準以上の見込み", "probably at it or above"),
    "fine": Text("基準を満たす", "at the limit or above"),
    "unknown": Text("まだわからない", "not known yet"),
}


@common_options(
    Text(
        "無作為の標本の判定だけから、フレーズごと・ラベルごとの適合率と、ラベルごとの再現率を示します。"
        "どれにも件数と 95% 区間(ウィルソン)が付きます。",
        "Precision by phrase and by label, recall by label, each with its number and Wilson 95 % interval, from the"
        " judgements of random samples alone.",
    )
)
@option("--limit", type=click.FloatRange(0, 1), default=0.8, help=Text("適合率の基準", "limit of precision"))
@json_option()
def precision(context: Context, limit: float, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.reviews import reviewing
    from pipeline.store.review_figures import precisions, recalls

    with opened(context) as store, store.reading() as connection:
        pins = reviewing.current_pins(connection)
        phrases = precisions(connection, pins, "hit", limit)
        labels = precisions(connection, pins, "moment", limit)
        recall = recalls(connection, pins)
    if as_json:
        say_json({"limit": limit, "phrases": phrases, "labels": labels, "recall": recall})
        return
    for heading, found in ((Text("フレーズ", "phrases"), phrases), (Text("ラベル", "labels"), labels)):
        say(context, heading)
        for one in found:
            text, shown = STANDINGS[one.standing], _shown(one.right)
            say(context, Text(f"  {one.stratum} {shown} {text.ja}", f"  {one.stratum} {shown} {text.en}"))
    say(context, Text("再現率", "recall"))
    for each in recall:
        click.echo(f"  {each.label} {_shown(each.found)} / {each.reviewed}")


command = precision


def _shown(share: "Share") -> str:
    if share.estimate is None:
        return "- n=0"
    return f"{share.estimate:.3f} [{share.ci_low:.3f}, {share.ci_high:.3f}] n={share.n}"
