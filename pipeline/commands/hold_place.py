"""`kouken hold place`: nothing of a call or of a customer's calls may be erased from now on."""

from pipeline.commands.options import Context, actor_option, common_options, option
from pipeline.errors import BadInput
from pipeline.language import Text


@common_options(
    Text(
        "通話かお客様を保全します。解くまで、何も消えません。",
        "Place a call or a customer under legal hold: nothing of it is erased until the hold is released.",
    )
)
@option("--call", help=Text("通話 ID", "call id"))
@option("--customer", help=Text("顧客 ID", "customer id"))
@option("--reason", required=True, help=Text("理由(事件番号など)", "why (a case number)"))
@actor_option()
def place(context: Context, call: str | None, customer: str | None, reason: str, actor: str) -> None:
    """Place it and say its number."""
    from pipeline.store import holds
    from pipeline.store.migrate import open_store

    if (call is None) == (customer is None):
        raise BadInput(
            Text("--call か --customer のどちらか一つを指定してください。", "Give one of --call, --customer.")
        )
    kind: holds.Kind = "customer" if call is None else "call"
    with open_store(context.settings.store_url) as store, store.writing() as connection:
        number = holds.place(connection, kind, call or customer or "", reason, actor)
    context.say(Text(f"保全 {number} を始めました。", f"Hold {number} is in force."))


command = place
