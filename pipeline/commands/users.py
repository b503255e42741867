"""`kouken users …`: who may sign in."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "users",
    text=Text("画面にサインインできる人と、その役割を決めます。", "Decide who may sign in to the pages, and as what."),
    table={
        "list": Lazy("pipeline.commands.users_list", Text("利用者の一覧", "everybody")),
        "add": Lazy("pipeline.commands.users_add", Text("利用者を加える", "add a person")),
        "change": Lazy("pipeline.commands.users_change", Text("役割と範囲を変える・止める", "change roles, or stop")),
        "password": Lazy("pipeline.commands.users_password", Text("新しいパスワードを出す", "make a new password")),
        "reset-factor": Lazy("pipeline.commands.users_reset_factor", Text("二段階認証を解く", "reset a second factor")),
        "unlink": Lazy("pipeline.commands.users_unlink", Text("会社のアカウントを外す", "forget company accounts")),
    },
)
