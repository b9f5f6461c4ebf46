"""Make a screenshot small: the same picture with at most 256 colours, as a palette PNG."""

from __future__ import annotations

import struct
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
COMMON = 96  # kept because they are common; the others because they would be missed
Colour = tuple[int, int, int]


def shrink(png: bytes) -> bytes:
    """A palette PNG of an opaque 8-bit RGB or RGBA picture without interlacing, as browsers write them.

    Raises ValueError for any other picture.
    """
    width, height, pixels = _decode(png)
    counts = Counter(pixels)
    palette, index = _choose(counts)
    codes = bytes(map(index.__getitem__, pixels))
    rows = b"".join(b"\0" + codes[start : start + width] for start in range(0, width * height, width))
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(part for colour in palette for part in colour)),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _choose(counts: Counter[Colour]) -> tuple[list[Colour], dict[Colour, int]]:
    """The colours to keep, and for each colour of the picture the place of the nearest of them.

    Colours that differ by less than four steps count as one, the mean of their pixels. The commonest are kept, and
    then those that would lose most: a thin red line among a thousand greens stays red.
    """
    near: defaultdict[Colour, list[Colour]] = defaultdict(list)
    for colour in counts:
        near[colour[0] >> 2, colour[1] >> 2, colour[2] >> 2].append(colour)
    groups = sorted(near.values(), key=lambda group: (-sum(counts[colour] for colour in group), group))
    weights = [sum(counts[colour] for colour in group) for group in groups]
    means = [_mean(group, counts, weight) for group, weight in zip(groups, weights, strict=True)]
    palette = means[:COMMON]
    nearest = [_nearest(mean, palette) for mean in means]  # (square of the distance, place)
    while len(palette) < min(COLOURS, len(means)):
        lost = max(range(len(means)), key=lambda at: weights[at] * nearest[at][0])
        palette.append(means[lost])
        place = len(palette) - 1
        nearest = [min(held, (_apart(mean, means[lost]), place)) for held, mean in zip(nearest, means, strict=True)]
    return palette, {colour: nearest[at][1] for at, group in enumerate(groups) for colour in group}


def _mean(colours: list[Colour], counts: Counter[Colour], weight: int) -> Colour:
    red, green, blue = (sum(colour[part] * counts[colour] for colour in colours) / weight for part in range(3))
    return round(red), round(green), round(blue)


def _apart(one: Colour, other: Colour) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2


def _nearest(colour: Colour, palette: list[Colour]) -> tuple[int, int]:
    return min((_apart(colour, kept), place) for place, kept in enumerate(palette))


def _decode(png: bytes) -> tuple[int, int, list[Colour]]:
    """Width, height and the pixels, row by row."""
    if not png.startswith(SIGNATURE):
        raise ValueError("not a PNG")
    width = height = size = 0
    packed = bytearray()
    for kind, data in _chunks(png):
        if kind == b"IHDR":
            width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", data)
            if depth != 8 or colours not in (2, 6) or interlaced:
                raise ValueError("only 8-bit RGB and RGBA without interlacing is read")
            size = 3 if colours == 2 else 4
        elif kind == b"IDAT":
            packed += data
    raw = zlib.decompress(packed)
    stride = width * size
    prior = bytes(stride)
    pixels: list[Colour] = []
    for start in range(0, height * (stride + 1), stride + 1):
        prior = _unfilter(raw[start], raw[start + 1 : start + 1 + stride], prior, size)
        pixels.extend(zip(prior[0::size], prior[1::size], prior[2::size], strict=True))
    return width, height, pixels


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _unfilter(kind: int, row: bytes, above: bytes, size: int) -> bytes:
    """A row as it was before the PNG filter `kind` (specification, section 9.2)."""
    if kind == 0:
        return row
    if kind == 2:
        return bytes((one + up) & 255 for one, up in zip(row, above, strict=True))
    done = bytearray(size) + row  # pixels left of the first are zero
    corner = bytes(size) + above
    for at in range(size, len(done)):
        left, up, diagonal = done[at - size], corner[at], corner[at - size]
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up) >> 1
        elif kind == 4:
            p, q, r = abs(up - diagonal), abs(left - diagonal), abs(left + up - 2 * diagonal)
            guess = left if p <= q and p <= r else up if q <= r else diagonal
        else:
            raise ValueError(f"there is no PNG filter {kind}")
        done[at] = (done[at] + guess) & 255
    return bytes(done[size:])
