"""`kouken restore`: put a backup in place of the store."""

from pathlib import Path

import click

from pipeline.commands.options import Context, actor_option, common_options, option
from pipeline.language import Text


@common_options(
    Text(
        "控えをデータベースに戻します(画面と夜間バッチを止めてから)。今のデータベースは別の名前で残します。"
        "控えの後に消した通話は、消去の記録簿(data_dir の erased.jsonl)を見て消し直し、記録簿がなければ戻しません。",
        "Put a backup in place of the store (stop the pages and the night first); the present one is kept beside it."
        " Calls erased after the backup are erased again by the register of erasures (erased.jsonl in the data folder);"
        " without one the backup is refused.",
    )
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@option(
    "--register",
    "registers",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=Text("別の場所に写しておいた消去の記録簿", "a copy of the register of erasures"),
)
@option(
    "--without-register",
    is_flag=True,
    help=Text(
        "記録簿が失われたときに限り、なしで戻す(控えの後に消した通話が生き返る)",
        "where the register is lost: restore without it (calls erased after the backup come back)",
    ),
)
@actor_option()
def restore(context: Context, file: Path, registers: tuple[Path, ...], without_register: bool, actor: str) -> None:
    """Check it whole, then put it in place."""
    from pipeline.protection.backup import restore as put_back
    from pipeline.values import TOKYO

    restored = put_back(
        context.settings,
        file,
        actor,
        registers=registers,
        without_register=without_register,
    )
    context.say(Text("控えを戻しました。", "The backup is in place."))
    if restored.kept is not None:
        context.say(Text(f"前のデータベース: {restored.kept}", f"The store before: {restored.kept}"))
    again = restored.erased_again
    if restored.known_until is None:
        context.say(
            Text(
                f"記録簿なしで戻しました。後から消した通話が戻ったおそれがあります(わかる {again} 件は除きました)。",
                f"Restored without the register: calls erased later may be back ({again} known ones are not).",
            )
        )
        return
    at = restored.known_until.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")
    context.say(
        Text(
            f"控えの後に消した通話 {again} 件を消し直しました(記録簿は {at} まで。後の消去はやり直してください)。",
            f"{again} call(s) erased after the backup were erased again (by the register until {at} Tokyo time; repeat"
            " later erasures).",
        )
    )


command = restore
