"""`kouken audit …`: who did what, and whether the record of it is whole."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

command = LazyGroup(
    "audit",
    text=Text("操作の記録を調べます。", "Look at the record of what was done."),
    table={
        "verify": Lazy("pipeline.commands.audit_verify", Text("記録の鎖を確かめる", "check the chain of the record")),
        "list": Lazy("pipeline.commands.audit_list", Text("記録を新しい順に示す", "show the record, newest first")),
    },
)
