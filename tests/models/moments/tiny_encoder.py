"""A Hugging Face encoder small enough for a test: one character a token, one layer. `tiny/` holds it exported."""

from pathlib import Path

from models.moments.data import TRAINING_CALLS, read_calls
from models.moments.encoder import MARKERS

CHARACTERS = 400


def make_tiny_encoder(folder: Path) -> None:
    """Write an untaught BERT with its tokenizer; needs torch."""
    import torch  # type: ignore[import-not-found, unused-ignore]
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    texts = [sentence.text for call in read_calls(TRAINING_CALLS) for sentence in call.sentences]
    characters = sorted(set("".join(texts)), key="".join(texts).count, reverse=True)[:CHARACTERS]
    vocabulary = {token: number for number, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *characters])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    named = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call, unused-ignore]
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>"
    )
    named.add_special_tokens({"additional_special_tokens": list(MARKERS.values())})
    config = BertConfig(
        vocab_size=len(named),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        pad_token_id=1,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    named.save_pretrained(folder)
