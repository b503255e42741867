import pytest

from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.lint import MOST_PHRASES, lint, lint_entry

GOOD = Phrase(
    "p.good",
    "proposal",
    "お見積もりをお送りしましょう",
    examples=("お見積もりをお送りしましょうか。", "見積もりを送りましょう。"),
    counter_examples=("お見積もりは届きましたか。",),
)


def problems(japanese: Japanese, *phrases: Phrase) -> list[tuple[str, str]]:
    """(place, message) of every problem."""
    return [(problem.place, problem.message.ja) for problem in lint(PhraseSet(phrases), japanese)]


def changed(**fields: object) -> Phrase:
    from dataclasses import replace

    return replace(GOOD, **fields)  # type: ignore[arg-type]


def test_a_good_entry_has_no_problem(japanese: Japanese) -> None:
    assert problems(japanese, GOOD) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": "だめ"}, "使えません"),
        ({"phrase": "(お見積もり"}, "1文字目"),
        ({"phrase": "*"}, "文字目"),
        ({"phrase": "〜"}, "文字目"),
        ({"phrase": "あ"}, "短すぎ"),
        ({"phrase": "えーと"}, "言葉がありません"),
        ({"phrase": "あ" * 10_000}, "文字を超えて"),
        ({"phrase": "(お電話|お待ち|いたします|ございます)"}, "ほとんどの通話"),
        ({"levels": ()}, "levels"),
        ({"examples": ("お見積もりをお送りしましょうか。",)}, "例文が 2 つ"),
        ({"counter_examples": ()}, "当たってはいけない例文が一つ"),
        (
            {"examples": ("お見積もりをお送りしましょうか。", "関係のない文です。")},
            "例文に当たりません:「関係のない文です。」",
        ),
        ({"counter_examples": ("お見積もりをお送りしましょうね。",)}, "当たってはいけない例文に当たります"),
    ],
)
def test_each_fault_is_named(fields: dict[str, object], message: str, japanese: Japanese) -> None:
    assert any(message in text for _, text in problems(japanese, changed(**fields)))


def test_all_problems_come_at_once(japanese: Japanese) -> None:
    found = problems(japanese, changed(id="だめ", examples=()), changed(id="p.other", phrase="あ", counter_examples=()))
    assert len({place for place, _ in found}) == 2
    assert len(found) >= 4


def test_entries_that_mean_the_same_are_found_out(japanese: Japanese) -> None:
    found = problems(japanese, GOOD, changed(id="p.twin", phrase="見積もり、お送りいたしましょう"))
    assert [place for place, text in found if "同じです" in text] == ["p.twin"]


def test_an_entry_that_another_one_already_finds_is_only_a_warning(japanese: Japanese) -> None:
    shorter = changed(id="p.short", phrase="お見積もり", counter_examples=("請求書です。",))
    found = [problem for problem in lint(PhraseSet((GOOD, shorter)), japanese) if "p.short がすでに" in str(problem)]
    assert [problem.is_error for problem in found] == [False]


def test_a_dictionary_without_end_is_refused(japanese: Japanese) -> None:
    many = tuple(changed(id=f"p.{number}") for number in range(MOST_PHRASES + 1))
    assert [place for place, _ in problems(japanese, *many)] == ["phrases"]


def test_one_entry_is_linted_among_the_others(japanese: Japanese) -> None:
    """The same problems as of the whole dictionary, of this entry alone; the one of its id is replaced."""
    twin, wide = (
        changed(id="p.early", phrase="見積もりをお送りしましょう"),
        changed(id="p.wide", phrase="お送りしましょう"),
    )
    broken = changed(id="p.broken", phrase="(")
    told = lint_entry(GOOD, PhraseSet((changed(note="いままでの文"), twin, wide, broken)), japanese)
    assert [(problem.place, problem.is_error, problem.message.ja) for problem in told] == [
        ("p.good", True, "p.early と同じです(表記をそろえると)。どちらか一つにしてください。"),
        ("p.good", False, "一部は p.wide がすでに見つけます。"),
    ]


def test_what_cannot_be_read_is_pointed_at(japanese: Japanese) -> None:
    (problem,) = (one for one in lint_entry(changed(phrase="見積もり(書"), PhraseSet(()), japanese) if one.position)
    assert problem.position == 4 and problem.message.ja.startswith("5文字目")


def test_whoever_waits_is_told_twice_of_each_entry_that_is_looked_at(japanese: Japanese) -> None:
    told: list[None] = []
    unreadable, other = changed(id="p.bad", phrase="(お見積もり"), changed(id="p.other", phrase="資料")
    lint(PhraseSet((GOOD, unreadable, other)), japanese, only={"p.good", "p.bad"}, looked=lambda: told.append(None))
    assert len(told) == 4
