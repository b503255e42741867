"""`kouken phrases …`: work on the phrase dictionary."""

from pipeline.commands.options import Lazy, LazyGroup
from pipeline.language import Text

HOME = "pipeline.commands.phrases_"

command = LazyGroup(
    "phrases",
    text=Text(
        "フレーズ辞書を調べ、直し、二人の目を通して公開します。",
        "Look into the phrase dictionary, change it, and publish what two people agree on.",
    ),
    table={
        "list": Lazy(f"{HOME}list", Text("項目の一覧", "list the entries")),
        "show": Lazy(f"{HOME}show", Text("項目を一つ詳しく", "one entry with all it holds")),
        "lint": Lazy(f"{HOME}lint", Text("辞書の問題をすべて挙げる", "list every problem")),
        "test": Lazy(f"{HOME}test", Text("書き方や項目を通話で試す", "try a query or entries on calls")),
        "diff": Lazy(f"{HOME}diff", Text("直すと何が変わるか", "what an edit changes")),
        "discover": Lazy(f"{HOME}discover", Text("辞書にない言い回しの候補", "expressions that it does not know")),
        "import": Lazy(f"{HOME}import", Text("ファイルの変更を下書きに取り込む", "take a file's changes into a draft")),
        "drafts": Lazy(f"{HOME}drafts", Text("下書きの一覧と中身", "drafts and what is in them")),
        "submit": Lazy(f"{HOME}submit", Text("下書きを確認に出す", "ask for review")),
        "approve": Lazy(f"{HOME}approve", Text("ほかの人の下書きを承認する", "approve somebody else's draft")),
        "reject": Lazy(f"{HOME}reject", Text("理由を添えて差し戻す", "send a draft back, with a reason")),
        "publish": Lazy(f"{HOME}publish", Text("承認された下書きを公開する", "put an approved draft in force")),
        "rollback": Lazy(f"{HOME}rollback", Text("前の版をもう一度公開する", "publish an older version again")),
        "discard": Lazy(f"{HOME}discard", Text("下書きを捨てる", "give a draft up")),
        "history": Lazy(f"{HOME}history", Text("公開の履歴", "what was published when, by whom")),
        "words": Lazy(f"{HOME}words", Text("単語登録を見る・書き出す", "the word list, shown or written")),
        "export": Lazy(f"{HOME}export", Text("YAML・CSV・Excel にする", "to YAML, CSV or Excel")),
    },
)
