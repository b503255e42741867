"""The tree of a query: what the parser builds and the evaluation walks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

QUANTITY = "\x02"  # stands for `@数量` among spellings; nobody can type it


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that follow each other: any of the `spellings`, at most `gap` words after the stretch before."""

    spellings: tuple[str, ...]
    gap: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A phrase: stretches in order, within one sentence."""

    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A raw pattern `/…/`, searched in the words as they stand (see patterns.py)."""

    text: str


@dataclass(frozen=True, slots=True)
class Both:
    """AND (one turn), NEAR (within `limit` words), WITHIN (within `limit` ms), THEN (after, within `limit` turns)."""

    kind: Literal["and", "near", "within", "then"]
    left: "Node"
    right: "Node"
    limit: int


@dataclass(frozen=True, slots=True)
class Either:
    """OR."""

    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Without:
    """NOT: `node` with no `unless` within `limit` words of the same turn."""

    node: "Node"
    unless: "Node"
    limit: int


@dataclass(frozen=True, slots=True)
class Restricted:
    """`operator:` and `customer:`; `first 30s:`, `last 60s:`, `first 20%:`; `after silence 3s:`; `overlapping:`."""

    kind: Literal["operator", "customer", "first_ms", "last_ms", "first_percent", "last_percent", "silence", "overlap"]
    value: int
    node: "Node"


@dataclass(frozen=True, slots=True)
class Repeated:
    """`(…){2,}`: at least `least` and at most `most` (None: any number) times in one turn."""

    node: "Node"
    least: int
    most: int | None


Node = Sequence | Pattern | Both | Either | Without | Restricted | Repeated


def children(node: Node) -> tuple[Node, ...]:
    """The parts that a node joins."""
    match node:
        case Sequence() | Pattern():
            return ()
        case Both(left=left, right=right) | Either(left=left, right=right) | Without(node=left, unless=right):
            return left, right
        case Restricted(node=inner) | Repeated(node=inner):
            return (inner,)


def sequences(node: Node) -> Iterator[Sequence]:
    """Every sequence of a tree, those under NOT included."""
    if isinstance(node, Sequence):
        yield node
    for child in children(node):
        yield from sequences(child)


def patterns(node: Node) -> Iterator[Pattern]:
    """Every raw pattern of a tree, those under NOT included."""
    if isinstance(node, Pattern):
        yield node
    for child in children(node):
        yield from patterns(child)


def positive_sequences(node: Node) -> Iterator[Sequence]:
    """Sequences that find something by themselves: those under NOT, and the partners of NEAR or THEN, left out."""
    match node:
        case Sequence():
            yield node
        case Either(left=left, right=right):
            yield from positive_sequences(left)
            yield from positive_sequences(right)
        case Without(node=inner) | Restricted(node=inner) | Repeated(node=inner):
            yield from positive_sequences(inner)
        case Both() | Pattern():
            return
