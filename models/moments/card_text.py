"""The model card for a terminal: names and numbers, never what was said."""

from collections.abc import Iterator

from models.moments.card import ModelCard


def as_text(card: ModelCard) -> str:
    """Figures per label and wording, calibration, confusion, industries, the worst sentences, the comparison."""
    lines = [
        f"{card.version}  seed {card.seed}  {card.training_calls} calls  {card.training_sentences} sentences",
        "training: " + "  ".join(f"{label} {number}" for label, number in sorted(card.training_labels.items())),
        *_figures(card),
        *(
            f"{name}: {rate:.2f} labels given per 100 sentences of calls that bear none"
            for name, rate in card.false_per_100.items()
            if rate is not None
        ),
        f"first stage: recall {card.first_stage_recall:.4f}, dismisses {card.first_stage_dismissed:.3f}",
        "reliability (stated, observed, n):",
        *(f"  {stated:.3f}  {observed:.3f}  {n}" for stated, observed, n in card.reliability),
        "given instead or beside (borne: given n …):",
        *(
            f"  {label}: " + "  ".join(f"{name} {n}" for name, n in row.items())
            for label, row in card.confusion.items()
        ),
        *(
            f"{name}: operator {operator:.3f} customer {customer:.3f}"
            for name, (operator, customer) in card.by_industry.items()
        ),
        "surest and wrong (call, sentence, label):",
        *(
            f"  {worst.call_id} {worst.sentence} {'not ' if not worst.borne else ''}{worst.label} {worst.probability}"
            for worst in card.worst
        ),
    ]
    if card.scores_in_use is not None:
        lines += [
            f"{name}: model in use {before:.4f}, this one {card.scores[name]:.4f}"
            for name, before in card.scores_in_use.items()
        ]
    return "\n".join(lines)


def _figures(card: ModelCard) -> Iterator[str]:
    others = [name for name in card.figures if name != "clean"]
    head = f"{'label':13} {'P':>6} {'R':>6} {'F1':>6}  95% CI            n  ECE  threshold"
    yield head + "".join(f"  F1 {name}" for name in others)
    for label, found in card.figures["clean"].labels.items():
        beside = "".join(f"  {card.figures[name].labels[label].f1:{len(name) + 3}.3f}" for name in others)
        yield (
            f"{label:13} {found.precision:6.3f} {found.recall:6.3f} {found.f1:6.3f}"
            f"  [{found.ci_low:.3f}, {found.ci_high:.3f}]  {found.support:3}  {found.ece:.3f}"
            f"  {card.thresholds[label]:9.3f}{beside}"
        )
    for name, figures in card.figures.items():
        operator, customer = figures.operator_macro_f1, figures.customer_macro_f1
        yield f"{name}: macro F1 operator {operator:.3f} customer {customer:.3f}  ECE {figures.ece:.4f}"
