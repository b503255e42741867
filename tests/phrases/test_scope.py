import pytest

from phrases.dialogue import Line
from phrases.entry import Category, Phrase, PhraseSet, speaker_of
from phrases.japanese import Japanese
from phrases.matcher import Matcher


def reason(query: str, said: str, japanese: Japanese) -> str | None:
    (hit,) = Matcher(PhraseSet((Phrase("p", "proposal", query),)), japanese).match([Line("operator", said)]).hits
    return hit.cancelled_by


@pytest.mark.parametrize(
    ("query", "said", "expected"),
    [
        ("おすすめ", "こちらがおすすめです", None),
        ("おすすめ", "無理におすすめはいたしません", "negation"),
        ("おすすめ", "おすすめできるプランがございません", "negation"),
        ("おすすめ", "おすすめですので手間がかかりません", None),
        ("おすすめ", "おすすめしませんか", None),
        ("おすすめ", "おすすめと言われたのですが", "quotation"),
        ("便利", "便利かと存じますが、あいにく対応しておりません", "withdrawal"),
        ("プランの変更", "プランの変更はお済みでしょうか", "check_question"),
        ("アップグレード", "アップグレードした場合は手数料がかかります", "condition"),
    ],
)
def test_what_cancels_a_hit(query: str, said: str, expected: str | None, japanese: Japanese) -> None:
    assert reason(query, said, japanese) == expected


def test_sentences_parsed_together_are_parsed_alike() -> None:
    sentences = ["追加の料金はかかりません", "おすすめできるプランがございません", "保管料はいただきません"]
    alone, together = Japanese(), Japanese()
    together.parse_ahead(sentences)
    assert [together.parse(text) for text in sentences] == [alone.parse(text) for text in sentences]
    assert together.parsed == alone.parsed == len(sentences)


@pytest.mark.parametrize(("category", "query", "said"), [
    ("churn_risk", "解約", "ポイントは解約されますと消えてしまいますが"),
    ("enablement", "お手続き", "お手続きに数分でまいります"),
])  # fmt: skip
def test_what_ends_like_a_negation_needs_no_parse(category: Category, query: str, said: str) -> None:
    entry, fresh = Phrase("p", category, query), Japanese()
    (hit,) = Matcher(PhraseSet((entry,)), fresh).match([Line(speaker_of(category), said)]).hits
    assert hit.cancelled_by != "negation"
    assert fresh.parsed == 0


@pytest.mark.parametrize(
    ("category", "query", "said", "expected"),
    [
        ("proposal", "年払い", "年払いをお勧めしたいと申し上げているわけではございません", "negation"),
        ("proposal", "年払い", "年払いは手数料もかかりません", None),
        ("proposal", "年払い", "年払いをご案内しましたが、今年は対象の月が違っておりました", "withdrawal"),
        ("proposal", "年払い", "先日年払いをご案内しましたが、その後いかがでしょうか", None),
        ("proposal", "年払い", "年払いになりますが、無理にとは申しません", None),
        ("proposal", "年払い", "年払いがございますが、あいにくお客様の機種では使えません", "withdrawal"),
        ("proposal", "年払い", "以前は年払いがございましたが、今は月払いのみです", "withdrawal"),
        ("proposal", "年払い", "年払いのプランがございましたが、今は月払いのみです", "withdrawal"),
        (
            "proposal",
            "年払いがございますが",
            "年払いがございますが、今の件数では必要ないので今回はお出ししません",
            "withdrawal",
        ),
        ("proposal", "年払い", "年払いにしても安くなるわけではないです", "negation"),
        ("proposal", "年払い", "年払いにしても損はありません", None),
        ("proposal", "年払い", "年払いを希望ですので、一括にすることは可能でしょうか", None),
        ("proposal", "年払い", "年払いをご案内されましたか", "check_question"),
        ("appeal", "喜んで", "お子様に喜んでいただけるのではないかと思います", None),
        ("interest", "使ってみたい", "使ってみたいけど続けることにします", "withdrawal"),
        ("interest", "入りたい", "安ければ入りたいので料金を教えてもらえますか", None),
        ("complaint", "遅れ", "また遅れたら困ります", "condition"),
        ("complaint", "遅れ", "また遅れました", None),
        ("complaint", "遅い", "早いと言われたのに遅いじゃないですか", None),
        ("proposal", "年払い", "年払いって先月から始まってます?", "check_question"),
        ("proposal", "年払い", "年払いになさいますか", None),
        ("proposal", "年払い", "年払いに替えられますと手数料を別に頂戴します", "condition"),
        ("proposal", "年払い", "年払いに替えられますと二か月分お安くなります", None),
        ("proposal", "年払い", "年払いが得だと雑誌で見て来られたのですね", "quotation"),
        ("proposal", "年払い", "年払いが春から始まるんですって", "hearsay"),
        ("churn_risk", "解約", "解約したら機械は返すんですか", "condition"),
        ("churn_risk", "解約", "解約できたらと思って電話しました", None),
    ],
)
def test_the_clause_that_governs_a_hit_decides(
    category: Category, query: str, said: str, expected: str | None, japanese: Japanese
) -> None:
    entry = Phrase("p", category, query)
    (hit,) = Matcher(PhraseSet((entry,)), japanese).match([Line(speaker_of(category), said)]).hits
    assert hit.cancelled_by == expected
