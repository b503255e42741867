"""Messages in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One message for people; `code` is stable, for programs and tests."""

    code: str
    ja: str
    en: str


EXPERIMENT_JA = "はっきり確かめるには、行う日と行わない日を無作為に決める実験(オン・オフ試験)が使えます。"
EXPERIMENT_EN = "To know for certain, run an on/off experiment: let chance decide on which days it is done."
