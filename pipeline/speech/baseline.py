"""The library's own way, to be compared with: one `transcribe(beam_size=5, vad_filter=True)` per channel."""

from pathlib import Path

from pipeline.records import Transcript, Utterance
from pipeline.settings import SpeechSettings
from pipeline.speech.vad import SAMPLE_RATE
from pipeline.speech.weights import find_weights


class LibraryDefault:
    """faster-whisper as its documentation shows it, with its default threads."""

    def __init__(self, settings: SpeechSettings, data_dir: Path) -> None:
        from faster_whisper import WhisperModel

        folder, self.model = find_weights(settings.model, data_dir)
        self._whisper = WhisperModel(str(folder), device=settings.device, compute_type=settings.compute_type)

    def transcribe(self, path: Path, call_id: str) -> tuple[Transcript, float]:
        """Both channels of a stereo recording, and its seconds."""
        from faster_whisper import decode_audio

        utterances = []
        channels = decode_audio(str(path), split_stereo=True)
        for channel, sound in enumerate(channels):
            segments, _ = self._whisper.transcribe(sound, beam_size=5, vad_filter=True)
            utterances += [Utterance("unknown", segment.text, channel=channel) for segment in segments]
        transcript = Transcript(call_id, None, self.model, {"library_default": True}, tuple(utterances))
        return transcript, len(channels[0]) / SAMPLE_RATE
