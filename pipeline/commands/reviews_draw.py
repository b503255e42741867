"""`kouken reviews draw`: a random sample whose chance is on record."""

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import acting, as_option, opened, say_json
from pipeline.language import Text


@common_options(
    Text(
        "無作為の標本を引き、種・確率・母数を記録します。同じ種なら同じ標本で、増やすと前の標本を含みます。",
        "Draw a random sample and record seed, chance and population. The same seed gives the same sample, and a larger"
        " one holds the smaller one.",
    )
)
@click.argument("unit", type=click.Choice(["hit", "moment", "utterance"]))
@option(
    "--of", "stratum", default=None, help=Text("このフレーズ id・ラベル・話者だけ", "only this phrase, label, speaker")
)
@option("--wanted", type=click.IntRange(1), default=None, help=Text("それぞれおよそ何件", "about how many of each"))
@option("--seed", default=None, help=Text("種(既定は乱数)", "seed (default: random)"))
@as_option()
@json_option()
def draw(
    context: Context,
    unit: str,
    stratum: str | None,
    wanted: int | None,
    seed: str | None,
    user: str | None,
    as_json: bool,
) -> None:
    """Parse, call, print."""
    from pipeline.reviews import reviewing
    from pipeline.store import review_queue

    with opened(context) as store:
        actor, _ = acting(context, store, user, "reviews.judge", "reviews.draw")
        with store.writing() as connection:
            pins = reviewing.current_pins(connection)
            drawn = review_queue.draw(connection, pins, actor, unit, stratum=stratum, wanted=wanted, seed=seed)
    if as_json:
        say_json(drawn)
        return
    for one in drawn:
        click.echo(f"{one.stratum} +{one.added} p={one.probability:.4f} N={one.population} seed={one.seed}")


command = draw
