"""What spaCy learns from one text is gone with it: a night reads the words of thousands of calls."""

from phrases.japanese import Japanese

UNHEARD = "ゾポグメヂ"  # that no dictionary knows


def test_f5_words_of_a_text_are_forgotten_with_it(japanese: Japanese) -> None:
    text = f"{UNHEARD}の山田と申しますが、{UNHEARD}は解約したいわけではないんです。"
    assert japanese.entities(text)
    assert any(token.surface == UNHEARD for token in japanese.parse(text))
    for ginza in (japanese._namer, japanese._parser):
        assert "です" in ginza.vocab.strings
        assert UNHEARD not in ginza.vocab.strings
