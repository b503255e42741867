"""`kouken demo`: the main job on the recordings that ship with the project."""

from typing import TYPE_CHECKING

from pipeline.commands.options import Context, common_options
from pipeline.language import Text
from pipeline.progress import shown

if TYPE_CHECKING:
    from pipeline.store.users import Role

DEMO_USER = "demo"
DEMO_ROLES: "tuple[Role, ...]" = ("administrator", "manager", "qa_editor", "qa_approver")


@common_options(
    Text(
        "同梱の録音五つと模擬の契約データで、夜間バッチをひととおり動かします。",
        "Run the night on the five recordings shipped, in a simulated world of contracts.",
    )
)
def demo(context: Context) -> int:
    """Write the simulated world, then run the night over it."""
    from pipeline.demo.world import RECORDINGS, write_world
    from pipeline.nightly import run_night
    from pipeline.nights.night import Request

    world = write_world(context.settings.data_dir / "demo-world")
    with shown(context.language) as progress:
        code = run_night(Request(RECORDINGS, world), context.settings, progress, lambda: False)  # type: ignore[arg-type]
    _say_how_to_sign_in(context)
    context.say(
        Text(
            "契約と成果は模擬データです。結果は kouken serve で見られます。",
            "Contracts and outcomes are simulated. See the result with kouken serve.",
        )
    )
    return code


def _say_how_to_sign_in(context: Context) -> None:
    """A person for the demo with a generated password; shown only when it is made."""
    from pipeline.accounts.passwords import generate_password, hash_password
    from pipeline.store import users
    from pipeline.store.migrate import open_store

    password = generate_password()
    with open_store(context.settings.store_url) as store, store.writing() as connection:
        if users.is_anybody_known(connection):
            return
        kept = hash_password(password)
        users.add_user(connection, DEMO_USER, DEMO_USER, DEMO_ROLES, kept, must_change=False)
    context.say(
        Text(
            f"サインイン: 利用者名 {DEMO_USER}、パスワード {password} (この一度だけ表示します。"
            f"忘れたら kouken users password {DEMO_USER})",
            f"Sign in as {DEMO_USER} with the password {password} (shown this once; "
            f"if lost: kouken users password {DEMO_USER})",
        )
    )


command = demo
