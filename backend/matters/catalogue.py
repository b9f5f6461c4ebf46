"""The catalogue of one snapshot: cards and guides as ready bytes, lists by region and theme, and the search index.

Everything here is built off the request path and never changed afterwards, but for caches that fill on first use.
"""

from __future__ import annotations

import copy
import gzip
import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from backend.matters import guide, regions
from backend.matters.errors import CatalogueMissing, RegionUnknown
from backend.matters.schemas import Home, HomeBlock, MatterCard, MattersQuery, ThemeOut
from backend.matters.search import Index
from backend.modules import registry
from backend.modules.errors import MatterNotFound
from backend.modules.registry import MatterEntry, Snapshot

_encoder = msgspec.json.Encoder()
_KINDS = {"apply": 0, "certificate": 1, "book": 2, "query": 3, "pay": 4, "link": 5}
CACHE = 4_096
SMALL = 860  # bytes below which compression saves nothing worth its time


Headers = tuple[tuple[bytes, bytes], ...]


class Encoded(NamedTuple):
    """One answer as bytes: plain, gzip (None when small), its ETag, and its headers ready for the wire."""

    plain: bytes
    gzipped: bytes | None
    etag: str
    headers: Headers
    gzip_headers: Headers
    match_headers: Headers


def encoded(plain: bytes) -> Encoded:
    etag = '"' + hashlib.blake2b(plain, digest_size=12).hexdigest() + '"'
    # a browser asks again each time and is mostly told 304, so that a rollback is seen at once
    match: Headers = ((b"etag", etag.encode()), (b"cache-control", b"no-cache"), (b"vary", b"accept-encoding"))
    headers: Headers = (*match, (b"content-type", b"application/json; charset=utf-8"))
    packed = gzip.compress(plain, 6, mtime=0) if len(plain) > SMALL else None
    return Encoded(plain, packed, etag, headers, (*headers, (b"content-encoding", b"gzip")), match)


class Catalogue:
    """What citizens read between two swaps."""

    def __init__(self, entries: Iterable[MatterEntry], release: str) -> None:
        self._entries: list[MatterEntry] = sorted(
            entries,
            key=lambda entry: (-entry.matter.hot, _KINDS[entry.matter.kind], entry.order),
        )
        self._cards = [_encoder.encode(guide.card(entry)) for entry in self._entries]
        self._by_id = {entry.id: number for number, entry in enumerate(self._entries)}
        self.index = Index((entry.terms, f"{entry.department} {entry.matter.summary}") for entry in self._entries)
        self._regions: dict[str, frozenset[int]] = {}
        self._answers: dict[str, Encoded] = {}
        self._release = release
        self._hidden: frozenset[int] = frozenset()
        self.views: Views | None = None

    def without(self, hidden: frozenset[int], release: str) -> Catalogue:
        """The same matters but for some, with answers of its own; cards and index are shared."""
        made = copy.copy(self)
        made._hidden = hidden
        made._release = release
        made._by_id = {entry.id: number for number, entry in enumerate(self._entries) if number not in hidden}
        made._regions = {}
        made._answers = {}
        return made

    def positions(self, wanted: Callable[[MatterEntry], bool]) -> frozenset[int]:
        return frozenset(number for number, entry in enumerate(self._entries) if wanted(entry))

    def __len__(self) -> int:
        return len(self._by_id)

    def cached(self, key: str, build: Callable[[], bytes]) -> Encoded:
        """The answer kept under `key`, or built now and kept."""
        found = self._answers.get(key)
        if found is None:
            found = encoded(build())
            if len(self._answers) >= CACHE:
                self._answers.clear()
            self._answers[key] = found
        return found

    def peek(self, key: str) -> Encoded | None:
        return self._answers.get(key)

    def _serving(self, region: str) -> frozenset[int]:
        found = self._regions.get(region)
        if found is None:
            found = frozenset(
                number
                for number, entry in enumerate(self._entries)
                if number not in self._hidden and regions.serves(entry.regions, region)
            )
            if len(self._regions) > 400:
                self._regions.clear()
            self._regions[region] = found
        return found

    def matters(self, query: MattersQuery) -> bytes:
        """A page of cards. `next` is the offset in base 36: the order of a snapshot is fixed, so a page is stable."""
        if query.region is not None and regions.find(query.region) is None:
            raise RegionUnknown
        start = int(query.cursor, 36) if query.cursor else 0
        numbers = self._select(query)
        page = numbers[start : start + query.limit]
        end = start + query.limit
        following = f'"{_base36(end)}"' if end < len(numbers) else "null"
        items = b",".join(self._cards[number] for number in page)
        return b'{"items":[' + items + b'],"next":' + following.encode() + b',"total":%d}' % len(numbers)

    def _select(self, query: MattersQuery) -> list[int]:
        allowed = self._serving(query.region) if query.region is not None else None
        if query.q is not None and query.q.strip():
            numbers = [number for _, number in self.index.search(query.q)]
        else:
            numbers = list(range(len(self._entries)))
        if self._hidden:
            numbers = [number for number in numbers if number not in self._hidden]
        if allowed is not None:
            numbers = [number for number in numbers if number in allowed]
        if query.theme is not None:
            numbers = [number for number in numbers if query.theme in self._entries[number].matter.themes]
        if query.audience is not None:
            numbers = [number for number in numbers if query.audience in self._entries[number].matter.audience]
        if query.kind is not None:
            numbers = [number for number in numbers if self._entries[number].matter.kind == query.kind]
        if query.region is not None and not query.q:
            numbers.sort(key=lambda number: self._distance(number, query.region or ""))
        return numbers

    def _distance(self, number: int, region: str) -> int:
        """Matters of the very region first among equals, link-only ones last."""
        entry = self._entries[number]
        own = any(registry.covers(code, region) for code in entry.regions)
        return (0 if own else 2) + (1 if entry.matter.kind == "link" else 0)

    def guide(self, matter_id: str, region: str | None) -> bytes:
        number = self._by_id.get(matter_id)
        if number is None:
            raise MatterNotFound
        if region is not None and regions.find(region) is None:
            raise RegionUnknown
        return _encoder.encode(guide.build(self._entries[number], region))

    def release_of(self, matter_id: str) -> str:
        """The release (`module@version`) that a matter of this catalogue comes from."""
        return self._entries[self._by_id[matter_id]].release

    def home(self, region: str) -> bytes:
        if regions.find(region) is None:
            raise RegionUnknown
        serving = [number for number in range(len(self._entries)) if number in self._serving(region)]
        mine = [self._entries[number] for number in serving]

        def cards(entries: list[MatterEntry], most: int) -> list[MatterCard]:
            return [guide.card(entry) for entry in entries[:most]]

        online = [entry for entry in mine if entry.matter.kind not in ("link",)]
        blocks = [
            HomeBlock(kind="hot", title="高频服务", matters=cards(online, 8)),
            HomeBlock(
                kind="auto",
                title="秒批秒办",
                matters=cards([entry for entry in online if entry.matter.flow.auto_decide is not None], 6),
            ),
            HomeBlock(
                kind="query",
                title="查询服务",
                matters=cards([entry for entry in online if entry.matter.kind == "query"], 6),
            ),
            HomeBlock(kind="themes", title="主题分类", themes=self._themes(mine)),
        ]
        return _encoder.encode(
            Home(region=region, region_name=regions.name_of(region), release=self._release, blocks=blocks)
        )

    def _themes(self, entries: list[MatterEntry]) -> list[ThemeOut]:
        counts: dict[tuple[str, str], int] = {}
        for entry in entries:
            for theme in entry.matter.themes:
                for audience in entry.matter.audience:
                    counts[theme, audience] = counts.get((theme, audience), 0) + 1
        return [
            ThemeOut(code=theme.id, name=theme.name, audience=audience, count=counts[theme.id, audience])
            for theme in regions.themes().values()
            for audience in theme.codes
            if counts.get((theme.id, audience))
        ]


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text or "0"


class Views:
    """What people in gray rollouts read: one index over live and candidate matters, and for each set of candidates
    that somebody sees a view of it that hides the rest. Who sees none reads the ordinary catalogue."""

    MOST = 64

    def __init__(self, ordinary: Catalogue, snapshot: Snapshot) -> None:
        self._ordinary = ordinary
        self._snapshot = snapshot
        entries = [*snapshot.entries.values()]
        for item in snapshot.candidates:
            entries += item.entries.values()
        self._all = Catalogue(entries, snapshot.fingerprint)
        self._held: dict[int, Catalogue] = {}

    def of(self, device: str | None, region: str | None) -> Catalogue:
        """The catalogue that a device sees in a region."""
        mask = self._snapshot.seen(device, region)
        if not mask:
            return self._ordinary
        found = self._held.get(mask)
        if found is None:
            if len(self._held) >= self.MOST:
                self._held.clear()
            found = self._held[mask] = self._make(mask)
        return found

    def _make(self, mask: int) -> Catalogue:
        shown = dict(self._snapshot.releases)
        for number, item in enumerate(self._snapshot.candidates):
            if mask >> number & 1:
                shown[item.module.id] = item.release
        hidden = self._all.positions(lambda entry: shown.get(entry.module.id) != entry.release)
        seen = "".join(
            f".{item.release}" for number, item in enumerate(self._snapshot.candidates) if mask >> number & 1
        )
        return self._all.without(hidden, self._snapshot.fingerprint + seen)


def _build(snapshot: Snapshot) -> Catalogue:
    made = Catalogue(snapshot.entries.values(), snapshot.fingerprint)
    if snapshot.candidates:
        made.views = Views(made, snapshot)
    return made


def install() -> None:
    """Have every snapshot carry its catalogue."""
    registry.derive("catalogue", _build)


def current() -> Catalogue:
    catalogue: Catalogue | None = registry.current().derived.get("catalogue")
    if catalogue is None:
        raise CatalogueMissing(retry_after=2)
    return catalogue
