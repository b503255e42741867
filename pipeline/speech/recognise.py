"""faster-whisper's home: windows of speech to characters with times and probabilities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from phrases.entry import Word
from pipeline.errors import DeviceLost, ItemError, KoukenError, Reason
from pipeline.language import Text
from pipeline.records import ModelInfo
from pipeline.settings import SpeechSettings
from pipeline.speech.diarise import check_voices
from pipeline.speech.guards import is_loop
from pipeline.speech.packing import FULL, LEAST, SILENCE
from pipeline.speech.timing import Timed, untimed
from pipeline.speech.vad import SAMPLE_RATE, Floats
from pipeline.speech.weights import find_weights

FRAME_SAMPLES = 160  # one feature frame: 10 ms
FULL_FRAMES, LEAST_FRAMES, SILENT_FRAMES = (samples // FRAME_SAMPLES for samples in (FULL, LEAST, SILENCE))
ALIGNMENT_S = 0.02  # one step of the alignment: two feature frames
LONGEST_REPEAT = 8  # tokens; what the second attempt may not say twice
MAX_TOKENS = 448
SHORT_S = 5.0  # a window shorter than this may well hold only a はい
ALIGNED_AT_ONCE = 3  # windows; more leave the processor's cache
HOTWORD_TOKENS = 120  # of the 224 that a prompt may have; each costs a little at every window
CPU_COMPUTE_TYPE = "int8"
SMALLER_BATCHES, MOVED_TO_CPU = "smaller_batches", "moved_to_cpu"  # notes of `pipeline.audio.notes`
SLOWEST_LETTERS_PER_S = 2.0  # of packed speech; most people say five, digits one by one two


@dataclass(frozen=True, slots=True)
class RecogniserOptions:
    """What changes the text, next to the weights. Chosen by measurement: `kouken bench asr`."""

    beam_size: int = 3
    patience: float = 0.34  # of the beams, whose end ends the search: the first one
    batch_s: int = 210  # seconds of windows decoded at once; bounds the memory
    language: str = "ja"
    # fillers and full stops in the prompt make the model write them too: without it, half of the はい and えー and
    # most ends of sentences are left out. It holds no word that a phrase of the dictionary could be credited for.
    prompt: str = "はい。えーと、それでですね。先月の件なんですが。"
    hotwords: tuple[str, ...] = ()  # names that the recogniser is told to expect


@dataclass(frozen=True, slots=True)
class Heard:
    """A few characters that the model heard: seconds from the start of the window, probability 0 to 1."""

    text: str
    start_s: float
    end_s: float
    probability: float


class Recogniser:
    """One set of weights in memory, made once per process by `load_recogniser`."""

    notes: tuple[str, ...] = ()  # what became of the device since `take_notes` was called last
    is_moved = False  # whether the processor had to take over from the device of the settings

    def __init__(
        self,
        whisper: Any,
        voice: Any,
        model: ModelInfo,
        options: RecogniserOptions,
        on_cpu: Callable[[], Any] | None = None,
    ) -> None:
        """`on_cpu` loads the same weights for the processor, to be used if the device fails; None stops instead."""
        from faster_whisper.tokenizer import Tokenizer

        self._on_cpu = on_cpu
        self.model = model
        self.options = options
        self._whisper = whisper
        self._voice = voice
        self._tokenizer = Tokenizer(whisper.hf_tokenizer, True, task="transcribe", language=options.language)
        before = [self._tokenizer.sot_prev, *self._expected(), *self._tokenizer.encode(options.prompt)]
        self._prompt = [*before, *self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        self._silenced = [*self._tokenizer.non_speech_tokens, *self._special_tokens()]

    def _expected(self) -> list[int]:
        """The hot words as earlier text, the first of the list first, as many as the prompt has room for."""
        tokens: list[int] = []
        for word in self.options.hotwords:
            more = self._tokenizer.encode(f"{word}、")
            if len(tokens) + len(more) > HOTWORD_TOKENS:
                break
            tokens += more
        return tokens

    def _special_tokens(self) -> list[int]:
        tokenizer = self._tokenizer
        return [
            tokenizer.transcribe,
            tokenizer.translate,
            tokenizer.sot,
            tokenizer.sot_prev,
            tokenizer.sot_lm,
            tokenizer.no_speech,
        ]

    def voice_probabilities(self, audio: Floats) -> Floats:
        """Silero's probability of a voice for each 512 samples; `audio` holds whole frames."""
        return np.asarray(self._voice(audio), dtype=np.float32).ravel()

    def recognise(self, windows: Sequence[Floats], timed: Timed = untimed) -> list[list[Heard]]:
        """What is heard in each window (at most 30 s of 16 kHz samples), decoded as one batch.

        Where memory does not suffice (a small or shared GPU), in halves. If even one window is too much, or the device
        is gone, on the processor where that is allowed; else raises `ItemError` RESOURCE_LIMIT or `DeviceLost`.
        """
        if not windows:
            return []
        try:
            return self._recognise_batch(windows, timed)
        except (MemoryError, RuntimeError) as error:
            is_memory = _is_out_of_memory(error)
            if not is_memory and not _is_of_device(error):
                raise
            if not is_memory or len(windows) == 1:
                self._move_to_cpu(error)
                return self.recognise(windows, timed)
        self._note(SMALLER_BATCHES)
        half = len(windows) // 2
        return [*self.recognise(windows[:half], timed), *self.recognise(windows[half:], timed)]

    def take_notes(self) -> tuple[str, ...]:
        """What became of the device since this was asked last; a move to the processor is told for every call after."""
        notes, self.notes = self.notes, (MOVED_TO_CPU,) if self.is_moved else ()
        return notes

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes = (*self.notes, note)

    def _move_to_cpu(self, error: Exception) -> None:
        if self._on_cpu is None:
            if _is_out_of_memory(error):
                raise ItemError(Reason.RESOURCE_LIMIT, "recogniser", retryable=True) from None
            raise _device_lost(error) from None
        self._whisper = self._on_cpu()
        self._on_cpu = None
        self.is_moved = True
        self._note(MOVED_TO_CPU)

    def _recognise_batch(self, windows: Sequence[Floats], timed: Timed) -> list[list[Heard]]:
        with timed("features"):
            features = [self._features(window) for window in windows]
            padded = np.stack(_padded(features))
        with timed("encoder"):
            encoded = self._encode(padded)
        with timed("decoder"):
            tokens = self._decode(encoded, [self._prompt] * len(windows))
            failed = [i for i, window in enumerate(windows) if self._went_wrong(tokens[i], window)]
            if failed:
                for i, again in zip(failed, self._decode_again([features[i] for i in failed]), strict=True):
                    tokens[i] = max(tokens[i], again, key=self._worth)
        with timed("alignment"):
            return self._align(encoded, tokens, [feature.shape[1] for feature in features])

    def _encode(self, padded: Floats) -> Any:
        """The encoder's view of a batch: windows × frames × states.

        On a processor one window after another: its states stay in the cache, which takes a third off the cost and
        changes no bit; only the decoder gains from a batch.
        """
        if self._whisper.model.device != "cpu" or len(padded) == 1:
            return self._whisper.encode(padded)
        from ctranslate2 import StorageView

        views = [np.asarray(self._whisper.encode(padded[index : index + 1])) for index in range(len(padded))]
        return StorageView.from_array(np.concatenate(views))

    def _features(self, window: Floats) -> Floats:
        features: Floats = self._whisper.feature_extractor(window)[..., :FULL_FRAMES]
        return features

    def _decode(self, encoded: Any, prompts: list[list[int]], **options: Any) -> list[list[int]]:
        results = self._whisper.model.generate(
            encoded,
            prompts,
            beam_size=self.options.beam_size,
            patience=self.options.patience,
            max_length=MAX_TOKENS,
            suppress_tokens=self._silenced,
            **options,
        )
        end = self._tokenizer.eot
        return [[token for token in result.sequences_ids[0] if token < end] for result in results]

    def _decode_again(self, features: Sequence[Floats]) -> list[list[int]]:
        """One more attempt, without the prompt, and it may not repeat itself.

        Whisper's own fallback draws at random at rising temperatures; the same call must give the same text in any
        worker, so ours does not.
        """
        encoded = self._encode(np.stack(_padded(features)))
        prompts = [[*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]] * len(features)
        return self._decode(encoded, prompts, no_repeat_ngram_size=LONGEST_REPEAT)

    def _went_wrong(self, tokens: list[int], window: Floats) -> bool:
        """A loop, or an end in mid-window: both happen to one window in fifty and cost all that is said in it."""
        seconds = len(window) / SAMPLE_RATE
        text = self._tokenizer.decode(tokens)
        return is_loop(text) or (seconds > SHORT_S and _letters(text) < SLOWEST_LETTERS_PER_S * seconds)

    def _worth(self, tokens: list[int]) -> tuple[bool, int]:
        """Of two attempts the one that does not loop, and of two such the one that says more."""
        text = self._tokenizer.decode(tokens)
        return not is_loop(text), _letters(text)

    def _align(self, encoded: Any, tokens: list[list[int]], frames: list[int]) -> list[list[Heard]]:
        """Times from the attention heads that follow the speech: time stamp tokens would cost accuracy."""
        model, start = self._whisper.model, self._tokenizer.sot_sequence
        if model.device != "cpu":
            found = model.align(encoded, start, tokens, frames)
        else:
            from ctranslate2 import StorageView

            states = np.asarray(encoded)
            parts = [slice(at, at + ALIGNED_AT_ONCE) for at in range(0, len(tokens), ALIGNED_AT_ONCE)]
            found = [
                alignment
                for part in parts
                for alignment in model.align(
                    StorageView.from_array(np.ascontiguousarray(states[part])), start, tokens[part], frames[part]
                )
            ]
        return [self._heard(ids, alignment) for ids, alignment in zip(tokens, found, strict=True)]

    def _heard(self, tokens: list[int], alignment: Any) -> list[Heard]:
        texts, groups = self._tokenizer.split_to_word_tokens([*tokens, self._tokenizer.eot])
        path = np.asarray(alignment.alignments).reshape(-1, 2)
        starts = path[np.flatnonzero(np.diff(path[:, 0], prepend=-1)), 1] * ALIGNMENT_S
        heard, at = [], 0
        for text, group in zip(texts[:-1], groups[:-1], strict=True):
            after = at + len(group)
            probability = float(np.mean(alignment.text_token_probs[at:after]))
            heard.append(Heard(text, float(starts[at]), float(starts[after]), probability))
            at = after
        return heard


def _padded(features: Sequence[Floats]) -> list[Floats]:
    """All to the length of the longest and some silence: the encoder takes any even number of frames up to 3000."""
    longest = max(feature.shape[1] for feature in features) + SILENT_FRAMES
    frames = min(FULL_FRAMES, max(LEAST_FRAMES, longest + longest % 2))
    return [np.pad(feature, ((0, 0), (0, frames - feature.shape[1]))) for feature in features]


def _is_out_of_memory(error: Exception) -> bool:
    """CTranslate2 has no type of its own for it: `CUDA out of memory`, `std::bad_alloc`."""
    return isinstance(error, MemoryError) or "out of memory" in str(error) or "bad_alloc" in str(error)


def _is_of_device(error: Exception) -> bool:
    """Whether the GPU or its libraries failed: CTranslate2 names CUDA, cuBLAS or cuDNN in the message."""
    return any(name in str(error).lower() for name in ("cuda", "cublas", "cudnn"))


def _device_lost(error: Exception) -> DeviceLost:
    return DeviceLost(
        Text(f"GPU が使えなくなりました: {error}", f"The GPU failed: {error}"),
        remedy=Text(
            "ドライバーと cuDNN を確かめてください。speech.cpu_fallback = true なら CPU で続けます。",
            "Check the driver and cuDNN. With speech.cpu_fallback = true the processor goes on instead.",
        ),
    )


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def recogniser_options(settings: SpeechSettings, words: Sequence[Word]) -> RecogniserOptions:
    """The options with the word list's names as hot words, where the settings ask for them."""
    return RecogniserOptions(hotwords=tuple(word.surface for word in words) if settings.hotwords else ())


def load_recogniser(settings: SpeechSettings, data_dir: Path, words: Sequence[Word] = ()) -> Recogniser:
    """Weights into memory, once per process. Raises `KoukenError` with the command that mends it."""
    options = recogniser_options(settings, words)
    folder, model = find_weights(settings.model, data_dir)
    if settings.diarise:
        check_voices()
    from faster_whisper import WhisperModel
    from faster_whisper.vad import get_vad_model
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")  # NumPy's idle threads wait by spinning: a fortieth of all processor time
    load = partial(_load_whisper, WhisperModel, folder)
    allowed = settings.cpu_fallback and settings.device != "cpu"
    on_cpu = partial(load, "cpu", CPU_COMPUTE_TYPE) if allowed else None
    try:
        whisper = load(settings.device, settings.compute_type)
        return Recogniser(whisper, get_vad_model(), model, options, on_cpu)
    except (RuntimeError, ValueError) as error:
        if on_cpu and _is_of_device(error):
            recogniser = Recogniser(on_cpu(), get_vad_model(), model, options)
            recogniser.is_moved, recogniser.notes = True, (MOVED_TO_CPU,)
            return recogniser
        raise KoukenError(
            Text(f"音声認識を始められません: {error}", f"The recogniser cannot start: {error}"),
            remedy=Text(
                "speech.model、speech.device、speech.compute_type を見直すか kouken doctor を実行してください。",
                "Check speech.model, speech.device and speech.compute_type, or run kouken doctor.",
            ),
        ) from None


def _load_whisper(whisper_model: Callable[..., Any], folder: Path, device: str, compute_type: str) -> Any:
    return whisper_model(
        str(folder),
        device=device,
        compute_type=compute_type,
        cpu_threads=1,  # workers of one thread each are cheaper than one worker of many
        local_files_only=True,
    )
