"""`kouken users change`."""

from typing import Any

import click

from pipeline.commands.options import Context, actor_option, common_options, option
from pipeline.language import Text


@common_options(
    Text(
        "役割・範囲を変えるか、サインインを止めます。その人のサインインはすぐに切れます。",
        "Change roles or reach, or stop somebody; their sessions end at once.",
    )
)
@click.argument("name")
@option("--role", "roles", multiple=True, help=Text("新しい役割(何度でも)", "the new roles"))
@option("--team", "teams", multiple=True, help=Text("マネージャーの範囲のチーム", "teams of a manager"))
@option("--whole-centre", is_flag=True, help=Text("チームの限りをなくす", "no limit to teams any more"))
@option("--operator-id", help=Text("オペレーターの担当者ID(空で消す)", "operator id; empty removes it"))
@option("--stop/--allow", "stop", default=None, help=Text("止める・また許す", "stop, or allow again"))
@actor_option()
def change(
    context: Context,
    name: str,
    roles: tuple[str, ...],
    teams: tuple[str, ...],
    whole_centre: bool,
    operator_id: str | None,
    stop: bool | None,
    actor: str,
) -> None:
    """Only what is given changes."""
    from pipeline.store import users
    from pipeline.store.migrate import open_store
    from pipeline.store.people import person

    changes: dict[str, Any] = {}
    if roles:
        changes["roles"] = roles
    if teams or whole_centre:
        changes["teams"] = teams
    if operator_id is not None:
        changes["operator_id"] = operator_id or None
    if stop is not None:
        changes["active"] = not stop
    with open_store(context.settings.store_url) as store, store.writing() as connection:
        changed = users.change_user(connection, actor, person(name), **changes)
    context.say(
        Text(
            f"「{changed.name}」: {', '.join(changed.roles)}{'' if changed.active else '(停止中)'}",
            f"“{changed.name}”: {', '.join(changed.roles)}{'' if changed.active else ' (stopped)'}",
        )
    )


command = change
