"""Tagging with an edited dictionary, where the edit changes nothing: years of calls in a minute.

An entry's hits depend on no other entry. So only entries that differ are looked for, in the kept forms of many calls at
once; where none of them is found now and none was found before, what was found stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from phrases.archive import Archive
from phrases.diff import touched
from phrases.entry import PhraseSet
from phrases.packing import PackedCall, forms_version
from phrases.search import hits_in
from pipeline.errors import BadInput
from pipeline.nights.night import Night
from pipeline.store import carried, dictionary, ledger
from pipeline.store.carried import Standing
from pipeline.store.ledger import Claim, LeaseLost
from pipeline.text.tagger import Tagger

MANY = 500  # transcripts looked at together: a few megabytes of kept forms


@dataclass(frozen=True, slots=True)
class Edit:
    """What differs from an earlier version: ids that it looked for, entries that are looked for now."""

    before: frozenset[str]
    after: PhraseSet


@dataclass(frozen=True)
class Carrier:
    """Of one night; knows the dictionary in force and what differs from each version met."""

    tagger: Tagger
    current: PhraseSet
    edits: dict[str, Edit | None] = field(default_factory=dict)

    def carry(self, night: Night, claims: Sequence[Claim]) -> list[Claim]:
        """Store what stands for these claims and settle them; the claims that have to be read again.

        All or nothing: if another night took one of them over meanwhile, all are read.
        """
        versions = night.versions
        numbers = {claim.recording_id: claim for claim in claims}
        with night.store.reading() as connection:
            known = carried.standing(
                connection, list(numbers), versions.speech, versions.tagging.rules_version, forms_version()
            )
            for version in {one.dictionary_version for one in known} - self.edits.keys():
                self.edits[version] = self._edit(night, version)
        kept = [one for one in known if self._stands(one)]
        kept = self._unfound(kept)
        if not kept:
            return list(claims)
        standing = [numbers.pop(one.recording_id) for one in kept]
        try:
            with night.store.writing() as connection:
                ledger.settle_all(connection, night.run_id, standing)
                taggings = [one.tagging_id for one in kept]
                carried.carry_over(connection, taggings, versions.tagging, versions.formula)
        except LeaseLost:
            return list(claims)
        for one in kept:
            night.progress.step(ledger.log_name(one.recording_id))
        return list(numbers.values())

    def _edit(self, night: Night, version: str) -> Edit | None:
        """None where it cannot be told cheaply: a version that the store does not hold, entries sought by meaning."""
        with night.store.reading() as connection:
            try:
                earlier = dictionary.read_version(connection, version)
            except BadInput:  # made with a dictionary from a file
                return None
        before, after = touched(earlier, self.current)
        if any("meaning" in phrase.levels for phrase in after.phrases):
            return None
        return Edit(frozenset(phrase.id for phrase in before.phrases), after)

    def _stands(self, one: Standing) -> bool:
        edit = self.edits[one.dictionary_version]
        return edit is not None and not edit.before & one.phrases

    def _unfound(self, known: Sequence[Standing]) -> list[Standing]:
        """Those in which no entry that differs is found now."""
        found: set[str] = set()
        for version in {one.dictionary_version for one in known}:
            edit = self.edits[version]
            assert edit is not None
            archive = Archive()
            for one in known:
                if one.dictionary_version == version:
                    archive.add_packed(str(one.transcript_id), PackedCall.from_bytes(one.packed))
            found |= {hit.call_id for hit in hits_in(archive, edit.after, self.tagger.matcher.japanese)}
        return [one for one in known if str(one.transcript_id) not in found]


def carrier_of(night: Night) -> Carrier | None:
    """None where nothing can be carried over: whatever reads works by other rules than the dictionary of the store."""
    if not isinstance(night.tagger, Tagger):
        return None
    with night.store.reading() as connection:
        try:
            current = dictionary.read_version(connection, night.tagger.dictionary_version)
        except BadInput:
            return None
    return Carrier(night.tagger, current)
