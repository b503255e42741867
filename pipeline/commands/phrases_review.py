"""What a reviewer is shown before anything is approved: warnings, how wide the changed entries reach, what changes."""

from typing import TYPE_CHECKING, Any

from pipeline.commands.options import Context
from pipeline.commands.phrases_common import say
from pipeline.language import Text

if TYPE_CHECKING:
    from pipeline.dictionaries.dictionary import Checked
    from pipeline.store.connect import Store
    from pipeline.store.drafts import Draft


def said_of(store: "Store", draft: "Draft", checked: "Checked") -> dict[str, Any]:
    """Warnings of lint about what the draft touches, and those of every stored call."""
    from pipeline.dictionaries.dictionary_work import written_in
    from pipeline.dictionaries.phrase_trials import try_stored

    trials = try_stored(store, checked.phrase_set, written_in(draft))
    reach = [
        {
            "phrase_id": trial.tried.phrase_id,
            "hits": trial.tried.hits,
            "calls": trial.tried.calls,
            "share": round(trial.tried.share, 4),
            "operators": trial.operators,
            "warning": trial.tried.warning and {"ja": trial.tried.warning.ja, "en": trial.tried.warning.en},
        }
        for trial in trials
    ]
    warnings = [{"place": p.place, "ja": p.message.ja, "en": p.message.en} for p in checked.warnings]
    return {"warnings": warnings, "reach": reach}


def show_review(context: Context, review: dict[str, Any]) -> None:
    """The same as lines."""
    for item in review["warnings"]:
        say(context, Text(f"注意 {item['place']}: {item['ja']}", f"warning {item['place']}: {item['en']}"))
    for item in review["reach"]:
        counts = Text(
            f"{item['phrase_id']}: 当たり {item['hits']}、通話 {item['calls']}({item['share']:.1%})、"
            f"オペレーター {item['operators']} 人",
            f"{item['phrase_id']}: {item['hits']} hits in {item['calls']} calls ({item['share']:.1%}),"
            f" {item['operators']} operators",
        )
        say(context, counts)
        if warning := item["warning"]:
            said = Text(f"注意 {item['phrase_id']}: {warning['ja']}", f"warning {item['phrase_id']}: {warning['en']}")
            say(context, said)
