"""Under whose name a command acts. `--as` is a claim that nobody proves, but no claim may be a name that is nobody's.

Otherwise two invented names would be the two people that a dictionary needs. Where the store knows people, the name
must be that of one who is active and whose role the page would ask for; where it knows none, any name will do.
"""

from dataclasses import dataclass

from pipeline.accounts.permissions import Permission, may
from pipeline.errors import NotAllowed
from pipeline.language import Text
from pipeline.store import users
from pipeline.store.audit import system_user
from pipeline.store.connect import Store
from pipeline.store.people import person

REASONS = {
    "unknown": Text("という利用者はいません。", "is no user here."),
    "inactive": Text("は停止された利用者です。", "is a user who was switched off."),
    "role": Text("には、これをする役割がありません。", "has no role that may do this."),
}
REMEDY = Text(
    "--as で、役割のある本人の利用者名を指定してください。役割は kouken users list で確かめ、管理者が変えられます。",
    "Name yourself with --as, as a user with the role; see `kouken users list`. Administrators change roles.",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, by which account of this machine (`via`), and whether the name was looked up among the users."""

    name: str
    via: str
    is_checked: bool


def actor(store: Store, claimed: str | None, permission: Permission, action: str) -> Actor:
    """The person who acts, else the account of this machine. Raises `NotAllowed`, which goes on record, for whoever
    may not; `BadInput` for what is no name.
    """
    account = system_user()
    name, via = person(claimed or account), f"command:{account}"
    with store.reading() as connection:
        is_checked = users.is_anybody_known(connection)
        found = users.find_user(connection, name)
    why = _why_not(found, permission) if is_checked else ""
    if why:
        text = REASONS[why]
        with store.writing():
            raise NotAllowed(
                Text(f"「{name}」{text.ja}", f"“{name}” {text.en}"),
                actor=name,
                action=action,
                object=permission,
                details={"via": via, "why": why},
                remedy=REMEDY,
            )
    return Actor(name, via, is_checked)


def _why_not(user: users.User | None, permission: Permission) -> str:
    if user is None:
        return "unknown"
    if not user.active:
        return "inactive"
    return "" if may(user, permission) else "role"
