"""`kouken reviews agreement`: Cohen's κ of every two reviewers."""

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.commands.phrases_common import opened, say_json
from pipeline.language import Text


@common_options(
    Text(
        "同じものを判定した確認者どうしの一致を、コーエンのκと 95% 区間で示します。",
        "How far two reviewers agree on what both judged: Cohen's kappa with its 95 % interval.",
    )
)
@json_option()
def agreement(context: Context, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.store.review_figures import agreements

    with opened(context) as store, store.reading() as connection:
        found = list(agreements(connection))
    if as_json:
        say_json(found)
        return
    for one in found:
        k = one.kappa
        shown = "-" if k.kappa is None else f"{k.kappa:.2f} [{k.ci_low:.2f}, {k.ci_high:.2f}]"
        click.echo(f"{one.one} {one.other} {one.label or one.unit} κ={shown} {k.agreed}/{k.n}")


command = agreement
