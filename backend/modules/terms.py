"""Search words of a matter, made once when a release is published: pinyin and initials of its names and keywords."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import msgspec

from backend.sdk.manifest import Bundle, Matter

_WORD = re.compile(r"[0-9a-z]+|[\u3400-\u9fff\U00020000-\U0003ffff]+")


class Phrase(msgspec.Struct, array_like=True):
    """A name or keyword as the index reads it.

    `text` is normalised; `syllables` the pinyin of each character in turn (a run of Latin letters is one syllable).
    """

    text: str
    syllables: list[str]


class Terms(msgspec.Struct, array_like=True):
    """Phrases of one matter, the name first."""

    name: Phrase
    keywords: list[Phrase]


def normalise(text: str) -> str:
    """NFKC, lower case, everything but letters, digits and Han characters a space."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).lower()))


def _read(text: str) -> list[str]:
    # imported here: its tables weigh 58 MB and only a process that publishes needs them
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(text, style=Style.NORMAL, errors="ignore", v_to_u=False)


@lru_cache(maxsize=20_000)
def _character(character: str) -> str:
    return "".join(_read(character))


def phrase(text: str) -> Phrase:
    """Phrase of a text. Heteronyms follow pypinyin's phrase table (重庆 chong qing, 银行 yin hang)."""
    clean = normalise(text)
    syllables: list[str] = []
    for part in _WORD.findall(clean):
        if part[0].isascii():
            syllables.append(part)
            continue
        read = _read(part)
        syllables.extend(read if len(read) == len(part) else [_character(character) for character in part])
    return Phrase(clean, [syllable for syllable in syllables if syllable])


def of_matter(matter: Matter) -> Terms:
    return Terms(phrase(matter.name), [phrase(keyword) for keyword in matter.keywords])


def of_bundle(bundle: Bundle) -> bytes:
    """JSON list in the order of `bundle.matters`."""
    return msgspec.json.encode([of_matter(matter) for matter in bundle.matters])


_decoder = msgspec.json.Decoder(list[Terms])


def decode(data: bytes) -> list[Terms]:
    return _decoder.decode(data)
