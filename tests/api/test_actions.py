"""Whatever goes into the audit log is told on its page in the reader's language, not as a code alone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from api.words.actions import ACTIONS, action_name
from pipeline.store import audit, dictionary

HERE = Path(__file__).parents[2]
ACTION = re.compile(r"[a-z]+\.[a-z_]+")
RECORDERS = {"record", "_record", "note", "change", "acting"}
OF_KIND = {"operator.comment", "operator.remark"}  # f"operator.{remark.kind}"


def constants(node: ast.AST | None) -> Iterator[str]:
    """Texts that stand in an expression as they are."""
    for part in ast.walk(node) if node else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and ACTION.fullmatch(part.value):
            yield part.value


def recorded() -> Iterator[str]:
    """Actions that the program names where it puts something on record."""
    for path in [*HERE.glob("api/**/*.py"), *HERE.glob("pipeline/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in RECORDERS:
                    for argument in node.args[4:5] if name == "acting" else node.args[1:4]:
                        yield from constants(argument)
                for keyword in node.keywords:
                    if keyword.arg == "action" and name == "NotAllowed":
                        yield from constants(keyword.value)
            elif isinstance(node, ast.Assign) and any(getattr(one, "id", "") == "ACTION" for one in node.targets):
                yield from constants(node.value)


def test_every_action_that_is_recorded_has_a_name_in_both_languages() -> None:
    found = {*recorded(), *dictionary.ACTIONS.values(), audit.CHECK, audit.CUT, *OF_KIND}
    assert len(found) > 60
    assert not {action for action in found if action_name(action) is None}
    assert all(name.ja and name.en for name in ACTIONS.values())


def test_a_refused_attempt_is_told_as_one_and_an_unknown_action_by_its_code() -> None:
    refused = action_name("session.sign_in_refused")
    assert refused is not None and (refused.ja, refused.en) == ("サインインした(断られた)", "signed in (refused)")
    assert action_name("later.thing") is None
