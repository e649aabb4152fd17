"""Finds and reads QR codes in a picture, by the standard and without the library that drew them.

Upright pictures, versions 4 to 8, byte mode, nothing damaged: what a clean print is. A phone reads far worse ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Dark = NDArray[np.bool_]
ALIGNMENT = {4: (6, 26), 5: (6, 30), 6: (6, 34), 7: (6, 22, 38), 8: (6, 24, 42)}
# Data bytes of each block, by version and level (ISO/IEC 18004, table 9).
BLOCKS = {
    4: {"L": (80,), "M": (32,) * 2, "Q": (24,) * 2, "H": (9,) * 4},
    5: {"L": (108,), "M": (43,) * 2, "Q": (15, 15, 16, 16), "H": (11, 11, 12, 12)},
    6: {"L": (68,) * 2, "M": (27,) * 4, "Q": (19,) * 4, "H": (15,) * 4},
    7: {"L": (78,) * 2, "M": (31,) * 4, "Q": (14, 14, 15, 15, 15, 15), "H": (13, 13, 13, 13, 14)},
    8: {"L": (97,) * 2, "M": (38, 38, 39, 39), "Q": (18,) * 4 + (19,) * 2, "H": (14,) * 4 + (15,) * 2},
}
LEVELS = {0b01: "L", 0b00: "M", 0b11: "Q", 0b10: "H"}
BYTE_MODE = 0b0100
FORMAT_MASK = 0b101010000010010
CONDITIONS: tuple[Callable[[int, int], int], ...] = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code in a picture: its text, a module's width in dots, and whether four modules around it are white."""

    text: str
    module: float
    quiet: bool


def read(dark: Dark) -> list[Code]:
    """Every code in the picture, row by row."""
    return [_read(dark, *corners) for corners in _corners(_finders(dark))]


def _finders(dark: Dark) -> list[tuple[float, float, float]]:
    """Centres (y, x) and module widths of what is 1:1:3:1:1 across and down."""
    found: list[tuple[float, float, float]] = []
    for y in range(dark.shape[0]):
        for x, module in _across(dark[y]):
            if any(abs(y - each[0]) < 3 * module and abs(x - each[1]) < 3 * module for each in found):
                continue
            for down, width in _across(dark[:, round(x)]):
                if abs(down - y) < 2 * module and abs(width - module) < module / 2:
                    found.append((down, x, (module + width) / 2))
    return found


def _across(line: Dark) -> Iterator[tuple[float, float]]:
    runs = [(value, len(list(rows))) for value, rows in groupby(line.tolist())]
    starts = np.cumsum([0, *(length for _, length in runs)])
    for at in range(len(runs) - 4):
        lengths = [length for _, length in runs[at : at + 5]]
        module = sum(lengths) / 7
        parts = zip(lengths, (1, 1, 3, 1, 1), strict=True)
        if runs[at][0] and module >= 2 and all(abs(length - part * module) <= module / 2 for length, part in parts):
            yield (starts[at] + starts[at + 5] - 1) / 2, module


def _corners(found: list[tuple[float, float, float]]) -> Iterator[tuple[float, float, float, float]]:
    """Upper left centre, module width, and distance between centres, of each three that belong together."""
    for y, x, module in sorted(found):
        alike = [each for each in found if abs(each[2] - module) < module / 6]
        rights = sorted(b[1] - x for b in alike if abs(b[0] - y) < module and b[1] > x)
        belows = sorted(b[0] - y for b in alike if abs(b[1] - x) < module and b[0] > y)
        # What lies between may look like a corner by chance, but not as far to the right as below.
        pairs = ((right, below) for right in rights for below in belows if abs(right - below) < module)
        if pair := next(pairs, None):
            yield y, x, module, sum(pair) / 2


def _read(dark: Dark, y: float, x: float, module: float, apart: float) -> Code:
    size = 4 * round((apart / module - 10) / 4) + 17
    step = apart / (size - 7)
    places = [round((number - 3) * step) for number in range(-4, size + 4)]
    around = dark[np.ix_([round(y) + each for each in places], [round(x) + each for each in places])]
    quiet = not around[:4].any() and not around[-4:].any() and not around[:, :4].any() and not around[:, -4:].any()
    return Code(text=_text(around[4:-4, 4:-4]), module=step, quiet=quiet)


def _text(modules: Dark) -> str:
    size = len(modules)
    version = (size - 17) // 4
    told = [modules[8, x] for x in (0, 1, 2, 3, 4, 5, 7)] + [modules[y, 8] for y in (8, 7, 5, 4, 3, 2, 1, 0)]
    form = int("".join(str(int(bit)) for bit in told), 2) ^ FORMAT_MASK
    condition = CONDITIONS[form >> 10 & 0b111]
    bits = [bool(modules[y, x]) != (condition(y, x) == 0) for y, x in _way(size, version)]
    content = _joined(_bytes(bits), BLOCKS[version][LEVELS[form >> 13]])
    stream = "".join(f"{byte:08b}" for byte in content)
    assert int(stream[:4], 2) == BYTE_MODE, "only bytes are read here"
    length = int(stream[4:12], 2)
    return bytes(_bytes([bit == "1" for bit in stream[12 : 12 + 8 * length]])).decode()


def _way(size: int, version: int) -> Iterator[tuple[int, int]]:
    """The modules that hold data, in the order in which they hold it."""
    own = np.zeros((size, size), dtype=bool)
    own[:9, :9] = own[:9, -8:] = own[-8:, :9] = True
    own[6] = own[:, 6] = True
    centres = ALIGNMENT[version]
    corners = {(centres[0], centres[0]), (centres[0], centres[-1]), (centres[-1], centres[0])}
    for y in centres:
        for x in centres:
            if (y, x) not in corners:
                own[y - 2 : y + 3, x - 2 : x + 3] = True
    if version >= 7:
        own[:6, -11:-8] = own[-11:-8, :6] = True
    upwards = True
    for right in [*range(size - 1, 6, -2), *range(5, 0, -2)]:
        for y in range(size - 1, -1, -1) if upwards else range(size):
            yield from ((y, x) for x in (right, right - 1) if not own[y, x])
        upwards = not upwards


def _bytes(bits: list[bool]) -> list[int]:
    whole = len(bits) // 8 * 8
    return [sum(bit << 7 - place for place, bit in enumerate(bits[at : at + 8])) for at in range(0, whole, 8)]


def _joined(mixed: list[int], sizes: tuple[int, ...]) -> list[int]:
    blocks: list[list[int]] = [[] for _ in sizes]
    source = iter(mixed)
    for at in range(max(sizes)):
        for block, size in zip(blocks, sizes, strict=True):
            if at < size:
                block.append(next(source))
    return [byte for block in blocks for byte in block]
