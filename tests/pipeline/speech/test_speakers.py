"""A swapped recording is recognised by who greets and helps, never on a faint hint."""

from pipeline.records import Speaker, Utterance
from pipeline.speech.speakers import channels_are_swapped, operator_wording, swap_speakers

OPERATOR = ("お電話ありがとうございます、東川サポートセンターでございます。", "かしこまりました、少々お待ちください。")
CUSTOMER = ("あの、先月の請求が高いんですけど。", "うん、そうなんですよ。")


def talk(first: Speaker, second: Speaker) -> list[Utterance]:
    lines = [(first, OPERATOR[0]), (second, CUSTOMER[0]), (first, OPERATOR[1]), (second, CUSTOMER[1])]
    return [Utterance(who, text, start_ms=i * 1000, end_ms=i * 1000 + 900) for i, (who, text) in enumerate(lines)]


def test_who_greets_and_helps_on_the_customers_side_is_the_operator() -> None:
    assert channels_are_swapped(talk("customer", "operator"))
    assert not channels_are_swapped(talk("operator", "customer"))


def test_two_who_talk_alike_are_left_as_they_are() -> None:
    lines: list[tuple[Speaker, str]] = [("operator", OPERATOR[1]), ("customer", OPERATOR[1])]
    assert not channels_are_swapped([Utterance(who, text) for who, text in lines])


def test_suspected_text_does_not_count() -> None:
    assert operator_wording([Utterance("customer", OPERATOR[0], flags=("suspect_loop",))]) == 0


def test_swapping_twice_changes_nothing() -> None:
    utterances = talk("operator", "customer")
    assert [u.speaker for u in swap_speakers(utterances)] == ["customer", "operator"] * 2
    assert swap_speakers(swap_speakers(utterances)) == utterances


def test_how_clear_the_wording_has_to_be_is_a_setting() -> None:
    swapped = talk("customer", "operator")
    lead = operator_wording([u for u in swapped if u.speaker == "customer"])
    assert channels_are_swapped(swapped, lead) and not channels_are_swapped(swapped, lead + 0.5)
