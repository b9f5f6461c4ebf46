"""Search over matters in memory: Chinese by character pairs, pinyin and initials by letters, everyday words by a table.

The index is built once per snapshot and never changed. A query is read as words; Han words are cut into pairs, Latin
words are looked for in the pinyin (from the start of a syllable) and in the initials. A matter is found when enough of
the query is found in it; where it was found (name, keyword, pinyin, initials) decides the order.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import msgspec

from backend.modules.terms import Phrase, Terms, normalise

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[0-9a-z]+")
_DATA = Path(__file__).parent / "data" / "everyday_words.json"
MIN_COVERAGE = 0.5
LIMIT = 2_000  # more candidates than anybody reads; ranking stays cheap


@lru_cache(maxsize=1)
def everyday_words() -> dict[str, list[str]]:
    """What people say → what matters are called (`提钱` → `提取`)."""
    table: dict[str, list[str]] = msgspec.json.decode(_DATA.read_bytes(), type=dict[str, list[str]])
    return {normalise(key): [normalise(value) for value in values] for key, values in table.items()}


def pairs(text: str) -> list[str]:
    return [text[index : index + 2] for index in range(len(text) - 1)] if len(text) > 1 else [text]


class _Reading:
    """One phrase of a matter as Latin letters: pinyin with syllable starts, and initials."""

    __slots__ = ("initials", "pinyin", "starts")

    def __init__(self, phrase: Phrase) -> None:
        self.pinyin = "".join(phrase.syllables)
        self.initials = "".join(syllable[0] for syllable in phrase.syllables)
        starts = 0
        at = 0
        for syllable in phrase.syllables:
            starts |= 1 << at
            at += len(syllable)
        self.starts = starts

    def has(self, letters: str) -> bool:
        """True when `letters` stand in the pinyin from the start of a syllable."""
        at = self.pinyin.find(letters)
        while at >= 0:
            if self.starts >> at & 1:
                return True
            at = self.pinyin.find(letters, at + 1)
        return False


class Index:
    """Postings by character pair, by three letters of pinyin and by two initials. Documents are small integers."""

    def __init__(self, documents: Iterable[tuple[Terms, str]]) -> None:
        self._names: list[str] = []
        self._keywords: list[list[str]] = []
        self._other: list[str] = []
        self._readings: list[list[_Reading]] = []
        self._han: dict[str, array[int]] = {}
        self._pinyin: dict[str, array[int]] = {}
        self._initials: dict[str, array[int]] = {}
        for number, (terms, other) in enumerate(documents):
            self._add(number, terms, normalise(other))

    def __len__(self) -> int:
        return len(self._names)

    def _add(self, number: int, terms: Terms, other: str) -> None:
        self._names.append(terms.name.text)
        self._keywords.append([keyword.text for keyword in terms.keywords])
        self._other.append(other)
        readings = [_Reading(phrase) for phrase in (terms.name, *terms.keywords)]
        self._readings.append(readings)
        han: set[str] = set()
        for text in (terms.name.text, other, *(keyword.text for keyword in terms.keywords)):
            for part in _HAN.findall(text):
                han.update(part)
                han.update(pairs(part))
                if part[0].isascii():
                    han.add(part)
        _post(self._han, han, number)
        letters: set[str] = set()
        initials: set[str] = set()
        for reading in readings:
            letters.update(reading.pinyin[at : at + 3] for at in range(max(1, len(reading.pinyin) - 2)))
            initials.update(reading.initials[at : at + 2] for at in range(max(1, len(reading.initials) - 1)))
            initials.update(reading.initials)
        _post(self._pinyin, letters, number)
        _post(self._initials, initials, number)

    def search(self, query: str) -> list[tuple[float, int]]:
        """(score, document) of everything found, best first."""
        words = _HAN.findall(normalise(query))[:12]
        if not words:
            return []
        found: dict[int, float] = {}
        coverage: dict[int, float] = {}
        total = 0.0
        for word in words:
            weight = float(len(word) if word[0].isascii() else len(word) * 2)
            total += weight
            hits = self._latin(word) if word[0].isascii() else self._chinese(word)
            for number, (score, covered) in hits.items():
                found[number] = found.get(number, 0.0) + score
                coverage[number] = coverage.get(number, 0.0) + covered * weight
        whole = normalise(query).replace(" ", "")
        ranked: list[tuple[float, int]] = []
        for number, covered in coverage.items():
            share = covered / total
            if share < MIN_COVERAGE:
                continue
            score = found[number] * share
            name = self._names[number]
            if name == whole or whole in self._keywords[number]:
                score += 60
            score += 6.0 / (1 + len(name) / 8)
            ranked.append((score, number))
        ranked.sort(key=lambda item: (-item[0], item[1]))
        return ranked

    def _chinese(self, word: str) -> dict[int, tuple[float, float]]:
        """Score and coverage (0 to 1) of each document for one Han word or its everyday meaning."""
        hits = self._pairs(word)
        for key, meanings in everyday_words().items():
            if key in word:
                for meaning in meanings:
                    replaced = word.replace(key, meaning)
                    for number, (score, covered) in self._pairs(replaced).items():
                        held = hits.get(number, (0.0, 0.0))
                        hits[number] = (max(held[0], score * 0.9), max(held[1], covered * 0.95))
        return hits

    def _pairs(self, word: str) -> dict[int, tuple[float, float]]:
        grams = pairs(word)
        counts: dict[int, int] = {}
        for gram in grams:
            for number in self._han.get(gram, ()):
                counts[number] = counts.get(number, 0) + 1
        if len(counts) > LIMIT:
            best = sorted(counts.items(), key=lambda item: -item[1])[:LIMIT]
            counts = dict(best)
        hits: dict[int, tuple[float, float]] = {}
        needed = len(grams)
        for number, count in counts.items():
            share = count / needed
            hits[number] = (self._place(word, number) + 20 * share, share)
        return hits

    def _place(self, word: str, number: int) -> float:
        name = self._names[number]
        if name == word:
            return 100.0
        at = name.find(word)
        score = 0.0
        if at >= 0:
            score = 46.0 if at == 0 else 40.0
        for keyword in self._keywords[number]:
            if keyword == word:
                score = max(score, 52.0)
            elif word in keyword:
                score = max(score, 30.0)
        if score == 0.0 and word in self._other[number]:
            score = 8.0
        return score

    def _latin(self, word: str) -> dict[int, tuple[float, float]]:
        hits: dict[int, tuple[float, float]] = {}
        for number in self._han.get(word, ()):  # the word itself: ETC, 5G
            hits[number] = (45.0, 1.0)
        if len(word) >= 2:
            for number in _all(self._initials, [word[at : at + 2] for at in range(len(word) - 1)]):
                score = self._by_initials(word, number)
                if score:
                    hits[number] = max(hits.get(number, (0.0, 0.0)), (score, 1.0))
        else:
            for number in self._initials.get(word, ()):
                if self._readings[number][0].initials.startswith(word):
                    hits[number] = (4.0, 1.0)
        if len(word) >= 3:
            for number in _all(self._pinyin, [word[at : at + 3] for at in range(len(word) - 2)]):
                score = self._by_pinyin(word, number)
                if score:
                    hits[number] = max(hits.get(number, (0.0, 0.0)), (score, 1.0))
        return hits

    def _by_initials(self, word: str, number: int) -> float:
        for place, reading in enumerate(self._readings[number]):
            at = reading.initials.find(word)
            if at >= 0:
                whole = len(reading.initials) == len(word)
                return (30.0 if whole else 22.0 if at == 0 else 16.0) - (4.0 if place else 0.0)
        return 0.0

    def _by_pinyin(self, word: str, number: int) -> float:
        for place, reading in enumerate(self._readings[number]):
            if reading.has(word):
                whole = len(reading.pinyin) == len(word)
                first = reading.pinyin.startswith(word)
                return (42.0 if whole else 34.0 if first else 28.0) - (4.0 if place else 0.0)
        return 0.0


def _post(postings: dict[str, array[int]], grams: Iterable[str], number: int) -> None:
    for gram in grams:
        held = postings.get(gram)
        if held is None:
            postings[gram] = held = array("I")
        held.append(number)


def _all(postings: dict[str, array[int]], grams: list[str]) -> set[int]:
    """Documents that have every gram, the rarest first."""
    lists = [postings.get(gram) for gram in grams]
    if any(item is None for item in lists):
        return set()
    ordered = sorted((item for item in lists if item is not None), key=len)
    found = set(ordered[0])
    for item in ordered[1:]:
        if not found:
            break
        found.intersection_update(item)
    return found
