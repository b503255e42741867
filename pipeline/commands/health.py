"""`kouken health`: weights for the health score, offered from what became of the contracts."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.errors import BadInput
from pipeline.language import Text, in_language

if TYPE_CHECKING:
    from models.figures.calibration import Offer
    from models.figures.health import HealthFormula


@common_options(
    Text(
        "いまの健康スコアの式が、継続した契約を前もって見分けていたかを測り、結果から求めた重みを提案します(適用はしません)。",
        "Measure whether the health score told beforehand who stayed, and offer weights. Applies nothing.",
    )
)
@option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=Text("提案する式を書く TOML ファイル", "TOML file for the offered formula"),
)
@json_option()
def health(context: Context, out: Path | None, as_json: bool) -> None:
    """Parse, call, show; the offer takes effect only when somebody names its file in the settings."""
    offer = _offer(context)
    if out and offer.offered:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(offered_toml(offer.offered, offer), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(_plain(offer), ensure_ascii=False, indent=1))
        return
    for line in told(offer):
        click.echo(in_language(line, context.language))
    if out and offer.offered:
        context.say(
            Text(
                f"提案を書きました: {out}(使うには figures.health に指定してください)",
                f"Offer written: {out} (it takes effect when figures.health names it)",
            )
        )


command = health


def _offer(context: Context) -> "Offer":
    from models.figures.calibration import offer_weights
    from pipeline.outcomes.health_formula import read_health_formula
    from pipeline.outcomes.health_rows import settled_with_snapshots
    from pipeline.store import tables
    from pipeline.store.migrate import open_store

    if context.settings.figures.health is None:
        raise BadInput(
            Text("健康スコアの式がありません。", "There is no formula of the health score."),
            remedy=Text("figures.health に TOML ファイルを指定してください。", "Name a TOML file in figures.health."),
        )
    formula = read_health_formula(context.settings.figures.health)
    store = open_store(context.settings.store_url)
    try:
        with store.reading() as connection:
            loads = tables.current_loads(connection)
            kinds = ("contracts", "outcomes", "customer_snapshots")
            frames = [tables.read_table(connection, kind, loads.get(kind)) for kind in kinds]
    finally:
        store.close()
    return offer_weights(settled_with_snapshots(*frames), formula)


def told(offer: "Offer") -> list[Text]:
    """The offer in a few lines, with what it rests on."""
    first = Text(
        f"結果の出た契約期 {offer.n:,} 件(解約 {offer.churned:,} 件)、いまの式 {offer.in_force.version}",
        f"{offer.n:,} settled terms ({offer.churned:,} churned), formula in force {offer.in_force.version}",
    )
    if offer.refusal or offer.offered is None:
        assert offer.refusal is not None
        return [first, Text(offer.refusal.ja, offer.refusal.en)]
    lines = [
        first,
        _auc("いまの重み", "weights in force", offer.auc_in_force, offer.auc_in_force_interval),
        _auc(
            "提案する重み(交差検証)", "weights offered (cross-validated)", offer.auc_offered, offer.auc_offered_interval
        ),
    ]
    now = {part.column: part.weight for part in offer.in_force.parts}
    lines += [
        Text(
            f"  {part.column}: {now[part.column]:g} → {part.weight:g}",
            f"  {part.column}: {now[part.column]:g} → {part.weight:g}",
        )
        for part in offer.offered.parts
    ]
    lines += [Text(f"  {name}: 外す", f"  {name}: left out") for name in offer.left_out]
    verdict = (
        Text(
            "提案の方が見分けています(差の 95% 区間が 0 より上)。",
            "The offer tells them apart better (95 % of the gain above 0).",
        )
        if offer.better
        else Text(
            "いまの式より良いとは言えません。変える理由はありません。",
            "No better than the formula in force: no reason to change.",
        )
    )
    return [*lines, verdict]


def _auc(ja: str, en: str, value: float | None, interval: tuple[float, float] | None) -> Text:
    low, high = interval or (float("nan"), float("nan"))
    return Text(
        f"{ja}: AUC {value:.3f}(95%区間 {low:.3f}〜{high:.3f}、0.5 は当てずっぽう)",
        f"{en}: AUC {value:.3f} (95 % interval {low:.3f} to {high:.3f}; 0.5 is a coin)",
    )


def offered_toml(formula: "HealthFormula", offer: "Offer") -> str:
    """The offered formula as a file for `figures.health`."""
    low, high = offer.auc_offered_interval or (float("nan"), float("nan"))
    head = [
        f"# 健康スコアの式の提案。結果の出た契約期 {offer.n} 件から、式 {offer.in_force.version} をもとに。",
        f"# AUC {offer.auc_offered:.3f}(95%区間 {low:.3f}〜{high:.3f}、交差検証)",
    ]
    parts = [
        f"[[part]]\ncolumn = {json.dumps(part.column, ensure_ascii=False)}\nweight = {part.weight:g}\n"
        f"worst = {part.worst:g}\nbest = {part.best:g}"
        for part in formula.parts
    ]
    return "\n".join([*head, *parts]) + "\n"


def _plain(offer: "Offer") -> dict[str, Any]:
    refusal = offer.refusal and {"ja": offer.refusal.ja, "en": offer.refusal.en}
    weights = {part.column: part.weight for part in offer.offered.parts} if offer.offered else None
    return {
        "n": offer.n,
        "churned": offer.churned,
        "in_force": offer.in_force.version,
        "offered": offer.offered.version if offer.offered else None,
        "weights": weights,
        "left_out": list(offer.left_out),
        "auc_in_force": offer.auc_in_force,
        "auc_in_force_interval": offer.auc_in_force_interval,
        "auc_offered": offer.auc_offered,
        "auc_offered_interval": offer.auc_offered_interval,
        "better": offer.better,
        "refusal": refusal,
    }
