import pytest

from phrases.files import loads
from phrases.messages import PhraseError

GOOD = """
category: proposal
phrases:
  - id: a.b
    phrase: 上位プラン
    weight: 0.5
    examples: [上位プランです]
"""


def problems(text: str) -> list[str]:
    with pytest.raises(PhraseError) as caught:
        loads([("x.yaml", text)])
    return [problem.place for problem in caught.value.problems]


def test_a_file_gives_its_entries() -> None:
    (phrase,) = loads([("x.yaml", GOOD)]).phrases
    assert (phrase.id, phrase.category, phrase.weight, phrase.examples) == ("a.b", "proposal", 0.5, ("上位プランです",))


@pytest.mark.parametrize(
    "surprise",
    [
        GOOD.replace("上位プラン\n", "no\n", 1),
        GOOD.replace("上位プラン\n", "012\n", 1),
        GOOD.replace("上位プラン\n", "12:30:45\n", 1),
        GOOD.replace("上位プラン\n", "2026-01-05\n", 1),
        GOOD.replace("phrase: 上位プラン", "phrase: &x 上位プラン"),
        GOOD.replace("phrase: 上位プラン", "phrase: !!python/name:os.system 上位プラン"),
        GOOD.replace("phrase: 上位プラン", 'phrase: "上位\\ud83dプラン"'),
        GOOD.replace("id: a.b", "id: A B!!"),
        GOOD.replace("weight: 0.5", "wieght: 0.5"),
        GOOD.replace("weight: 0.5", "weight: 0"),
        GOOD.replace("weight: 0.5", "phrase: 二つ目"),
        GOOD.replace("category: proposal", "category: sales"),
        GOOD.replace("[上位プランです]", "上位プランです"),
        GOOD.replace("  - id", "  -id: ["),
        "- just a list",
        "",
    ],
)
def test_surprises_of_yaml_are_refused_with_their_place(surprise: str) -> None:
    assert all(place.startswith("x.yaml") for place in problems(surprise))


@pytest.mark.parametrize(("surprise", "said"), [("&x 上位", "アンカーと別名"), ("!!str 上位", "型の札")])
def test_what_is_refused_of_yaml_is_told_in_the_readers_language(surprise: str, said: str) -> None:
    with pytest.raises(PhraseError) as caught:
        loads([("x.yaml", GOOD.replace("上位プラン\n", f"{surprise}\n", 1))])
    (problem,) = caught.value.problems
    assert said in problem.message.ja and "refused" in problem.message.en and problem.place == "x.yaml:5"


def test_nesting_without_end_is_refused() -> None:
    assert problems("phrases: " + "[" * 5_000 + "]" * 5_000) == ["x.yaml"]


def test_an_alias_bomb_is_refused() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nphrases: [*b, *b]\n"
    assert problems(bomb) == ["x.yaml:1"]


def test_all_problems_of_all_files_come_at_once() -> None:
    bad = GOOD.replace("weight: 0.5", "wieght: 0.5")
    with pytest.raises(PhraseError) as caught:
        loads([("x.yaml", bad), ("y.yaml", bad), ("z.yaml", "[")])
    assert len(caught.value.problems) == 3


def test_an_id_is_used_once_over_all_files() -> None:
    with pytest.raises(PhraseError):
        loads([("x.yaml", GOOD), ("y.yaml", GOOD)])


def test_the_version_is_that_of_the_content() -> None:
    again = GOOD.replace("weight: 0.5\n", "weight: 0.50\n    note: ''\n")
    changed = GOOD.replace("0.5", "0.6")
    versions = [loads([("x.yaml", text)]).version for text in (GOOD, again, changed)]
    assert versions[0] == versions[1] != versions[2]
