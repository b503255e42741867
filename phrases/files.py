"""Dictionaries as YAML files that people read and edit. Reading is strict: surprises are refused, with their line.

Anchors and aliases, unknown or repeated keys, and plain words that YAML takes for something else than text (`no`,
`012`, `12:30`) are errors. All problems of all files are reported at once.
"""

from collections.abc import Iterable, Iterator
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import yaml

from phrases.entry import Phrase, PhraseSet
from phrases.fields import (
    FIELDS,
    LIST_FIELDS,
    TEXT_FIELDS,
    build_phrase,
    id_problems,
    phrase_fields,
    problem,
    used_twice,
)
from phrases.loaded import Loaded
from phrases.messages import Message, PhraseError, Problem

LARGEST_FILE = 4_000_000  # bytes
VERSION_LINE = "# version "
_FILE_KEYS = frozenset({"category", "phrases", "lists", "note"})
_PHRASE_KEYS = frozenset(FIELDS)


def load_starter() -> PhraseSet:
    """The dictionary that ships with the product."""
    return load(Path(str(resources("phrases") / "starter")))


def load(path: Path) -> PhraseSet:
    """A dictionary from one YAML file or a folder of them. Raises `PhraseError` with every problem found."""
    return read(path).whole()


def loads(named_texts: Iterable[tuple[str, str]]) -> PhraseSet:
    """A dictionary from (file name, YAML text) pairs. Raises `PhraseError` with every problem found."""
    return _read(named_texts).whole()


def read(path: Path) -> Loaded:
    """What can be read of one YAML file or a folder of them, and what cannot. Raises `PhraseError` for no file."""
    paths = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not paths:
        raise PhraseError((problem(str(path), "YAML のファイルがありません。", "There is no YAML file."),))
    return _read((found.name, _text(found)) for found in paths)


def _read(named_texts: Iterable[tuple[str, str]]) -> Loaded:
    reader = _Reader()
    versions: set[str] = set()
    for name, text in named_texts:
        reader.read(name, text)
        versions.add(_exported_version(text))
    phrase_set = PhraseSet(tuple(reader.phrases.values()), tuple(reader.lists.items()))
    return Loaded(phrase_set, reader.places, versions.pop() if len(versions) == 1 else "", tuple(reader.problems))


def dumps(phrase_set: PhraseSet, version: str = "") -> str:
    """One YAML text with the whole dictionary; `loads` gives an equal set back.

    The first line names the version that it was made from: its own, unless `version` is given (of a draft's base).
    """
    document: dict[str, Any] = {"phrases": [phrase_fields(phrase) for phrase in phrase_set.phrases]}
    if phrase_set.lists:
        document["lists"] = {name: list(words) for name, words in phrase_set.lists}
    text: str = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return f"{VERSION_LINE}{version or phrase_set.version}\n{text}"


def _exported_version(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first.removeprefix(VERSION_LINE).strip() if first.startswith(VERSION_LINE) else ""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            too_large = problem(
                path.name, "ファイルが大きすぎます(4 MB まで)。", "The file is too large (at most 4 MB)."
            )
            raise PhraseError((too_large,))
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PhraseError(
            (problem(str(path), f"読めません({error.strerror})。", f"Cannot be read ({error.strerror})."),)
        ) from None
    except UnicodeDecodeError:
        raise PhraseError(
            (problem(path.name, "UTF-8 で保存し直してください。", "This is not UTF-8; save it as UTF-8."),)
        ) from None


class _Reader:
    """Collects phrases, lists and problems of several files."""

    def __init__(self) -> None:
        self.phrases: dict[str, Phrase] = {}
        self.lists: dict[str, tuple[str, ...]] = {}
        self.places: dict[str, str] = {}
        self.problems: list[Problem] = []

    def read(self, name: str, text: str) -> None:
        try:
            root = _compose(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f"{name}:{mark.line + 1}" if mark else name
            self.problems.append(_refusal(place, error))
            return
        except RecursionError:
            self.problems.append(problem(name, "入れ子が深すぎます。", "It is nested too deeply."))
            return
        if not isinstance(root, yaml.MappingNode):
            self.problems.append(
                problem(
                    name, "phrases: から始まる YAML にしてください。", "The file must hold a mapping with phrases:."
                )
            )
            return
        fields = self._mapping(name, root, _FILE_KEYS)
        category = self._string(name, fields["category"]) if "category" in fields else ""
        for node in self._items(name, fields.get("phrases")):
            self._phrase(name, node, category)
        if "lists" in fields:
            self._lists(name, fields["lists"])

    def _add(self, name: str, node: yaml.Node, ja: str, en: str) -> None:
        self.problems.append(problem(_place(name, node), ja, en))

    def _phrase(self, name: str, node: yaml.Node, file_category: str) -> None:
        before = len(self.problems)
        fields = self._mapping(name, node, _PHRASE_KEYS)
        texts = {key: self._text_of(name, key, fields[key]) for key in TEXT_FIELDS if key in fields}
        lists = {
            key: tuple(self._string(name, item) for item in self._items(name, fields[key]))
            for key in LIST_FIELDS
            if key in fields
        }
        texts.setdefault("category", file_category)
        phrase, problems = build_phrase(_place(name, node), texts, lists)
        self.problems += [*problems, *id_problems(_place(name, node), texts.get("id", ""))]
        if phrase and phrase.id in self.phrases:
            self.problems.append(used_twice(_place(name, node), phrase.id, self.places[phrase.id]))
        if phrase and len(self.problems) == before:
            self.phrases[phrase.id] = phrase
            self.places[phrase.id] = _place(name, node)

    def _lists(self, name: str, node: yaml.Node) -> None:
        for key, value in self._mapping(name, node, None).items():
            words = tuple(self._string(name, item) for item in self._items(name, value))
            if key in self.lists or not words:
                self._add(name, node, f"一覧「{key}」が空か、二つあります。", f"The list “{key}” is empty or twice.")
            self.lists[key] = words

    def _mapping(self, name: str, node: yaml.Node, known: frozenset[str] | None) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._add(name, node, "「項目: 値」の形にしてください。", "This must be a mapping (key: value).")
            return {}
        fields: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            if known is not None and key not in known:
                keys = "、".join(sorted(known))
                self._add(
                    name, key_node, f"知らない項目「{key}」(使えるもの: {keys})。", f"Unknown key “{key}” ({keys})."
                )
            elif key in fields:
                self._add(name, key_node, f"項目「{key}」が二つあります。", f"The key “{key}” is given twice.")
            else:
                fields[key] = value
        return fields

    def _items(self, name: str, node: yaml.Node | None) -> list[yaml.Node]:
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self._add(name, node, "「- 」で始まる一覧にしてください。", "This must be a list.")
            return []
        return list(node.value)

    def _string(self, name: str, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str":
            self._add(
                name, node, "文字として読めません。引用符で囲んでください。", "This is not text. Put it in quotes."
            )
            return ""
        return str(node.value)

    def _text_of(self, name: str, key: str, node: yaml.Node) -> str:
        """A field's text; only shares may be written as a number."""
        if key in ("weight", "similarity") and isinstance(node, yaml.ScalarNode):
            return str(node.value)
        return self._string(name, node)


def _place(name: str, node: yaml.Node) -> str:
    return f"{name}:{node.start_mark.line + 1}"


_REFUSED = {  # of YAML's own surprises, in the words of people; everything else in those of the parser
    "alias": Message(
        "アンカーと別名(& と *)は使えません。書き下してください。",
        "Anchors and aliases (&, *) are refused; write it out.",
    ),
    "tag": Message("型の札(!)は使えません。消してください。", "Tags (!) are refused; remove them."),
}


def _refusal(place: str, error: yaml.YAMLError) -> Problem:
    what = str(getattr(error, "problem", None) or error).splitlines()[0]
    ja = f"YAML として読めません({what})。この行の字下げ・コロン・引用符を確かめてください。"
    en = f"This is not the YAML we accept ({what}). Check indent, colons and quotes of this line."
    return Problem(place, _REFUSED.get(what) or Message(ja, en))


def _compose(text: str) -> yaml.Node | None:
    """The node tree, after making sure that no node has an anchor, an alias or a tag of its own."""
    for event in _events(text):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="tag", problem_mark=event.start_mark)
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    return node


def _events(text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=yaml.SafeLoader)
