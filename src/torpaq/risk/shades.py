"""How chances, spreads and classes of a surface look: light to dark, hatched or dotted where colour alone would tell.

Lightness rises or falls evenly along each scale, so that it reads in grey and for whoever does not tell red from green.
"""

import io
import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]

LOG_ODDS_SCALE, NO_LOG_ODDS = 100, -32768
SPREAD_SCALE, NO_CODE = 50, 255
UNSURE_SPREAD = 1.0
"""One standard deviation of the log-odds from which a chance is drawn faded: odds uncertain by a factor of 2.7."""

OPAQUE, FADED = 235, 120
HATCH = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a scale: values from ``low`` (included) to ``high`` (excluded), and its colour."""

    low: float
    high: float
    colour: Colour

    @property
    def css(self) -> str:
        """The colour as style sheets and SVG write it."""
        return "#{:02x}{:02x}{:02x}".format(*self.colour)


def _steps(edges: tuple[float, ...], colours: tuple[Colour, ...]) -> tuple[Step, ...]:
    return tuple(Step(low, high, colour) for (low, high), colour in zip(pairwise(edges), colours, strict=True))


CHANCES = _steps(
    (0.0, 0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
    ((255, 250, 224), (253, 231, 168), (250, 199, 104), (240, 155, 72),
     (217, 105, 75), (175, 62, 94), (116, 38, 104), (49, 16, 72)),
)  # fmt: skip
SPREADS = _steps(
    (0.0, 0.25, 0.5, 1.0, 1.5, math.inf),
    ((237, 245, 252), (189, 214, 236), (120, 170, 212), (60, 112, 170), (18, 50, 104)),
)
CLASSES: dict[str, Colour] = {
    "cancel_proposed": (150, 214, 184),
    "survey_next": (86, 170, 233),
    "technical_survey": (230, 159, 0),
    "clear": (142, 28, 28),
    "cannot_say": (150, 150, 150),
}
PATTERNS = {"cancel_proposed": "dots", "cannot_say": "hatch", "clear": "cross"}


def chance_pixels(log_odds: NDArray[np.int16], spread: Pixels, unsaid: NDArray[np.bool_]) -> Pixels:
    """Return RGBA of chances: faded where the spread is large, hatched where the model says that it cannot say."""
    known = log_odds != NO_LOG_ODDS
    pixels = np.zeros((*log_odds.shape, 4), np.uint8)
    edges = np.array([_logit(step.low) for step in CHANCES[1:]])
    code = np.searchsorted(edges, log_odds.astype(np.float64) / LOG_ODDS_SCALE, side="right")
    pixels[..., :3] = np.array([step.colour for step in CHANCES], np.uint8)[code]
    is_unsure = (spread != NO_CODE) & (spread >= UNSURE_SPREAD * SPREAD_SCALE)
    pixels[..., 3] = np.where(known, np.where(is_unsure, FADED, OPAQUE), 0)
    marked = known & unsaid & _pattern("hatch", log_odds.shape)
    pixels[marked] = (90, 90, 90, OPAQUE)
    return pixels


def spread_pixels(spread: Pixels) -> Pixels:
    """Return RGBA of spreads."""
    pixels = np.zeros((*spread.shape, 4), np.uint8)
    edges = np.array([step.low for step in SPREADS[1:]]) * SPREAD_SCALE
    pixels[..., :3] = np.array([step.colour for step in SPREADS], np.uint8)[
        np.searchsorted(edges, spread, side="right")
    ]
    pixels[..., 3] = np.where(spread == NO_CODE, 0, OPAQUE)
    return pixels


def class_pixels(says: Pixels, names: dict[int, str]) -> Pixels:
    """Return RGBA of classes, each with its own pattern; ``names`` gives the class of each code."""
    pixels = np.zeros((*says.shape, 4), np.uint8)
    for code, name in names.items():
        if name not in CLASSES:
            continue
        here = says == code
        pixels[here] = (*CLASSES[name], OPAQUE)
        if pattern := PATTERNS.get(name):
            light = name != "cancel_proposed"
            pixels[here & _pattern(pattern, says.shape)] = (*((255, 255, 255) if light else (20, 92, 66)), OPAQUE)
    return pixels


def value_pixels(log_odds: NDArray[np.int16]) -> Pixels:
    """Return RGBA whose grey is a code of the chance (:func:`code_of_chance`): a browser shades it by a threshold."""
    known = log_odds != NO_LOG_ODDS
    code = np.clip(log_odds.astype(np.float64) / LOG_ODDS_SCALE * CODES_A_LOGIT + MIDDLE_CODE, 0, 255)
    grey = np.floor(code).astype(np.uint8)
    return np.stack([grey, grey, grey, np.where(known, 255, 0).astype(np.uint8)], axis=-1)


CODES_A_LOGIT, MIDDLE_CODE = 12.0, 180.0
"""Codes 0 to 255 span log-odds −15 to 6.25, a twelfth apart: a step is eight per cent of the odds."""


def code_of_chance(chance: float) -> int:
    """Return the first code that is not below a chance."""
    return math.ceil(min(max(_logit(chance) * CODES_A_LOGIT + MIDDLE_CODE, 0.0), 256.0))


def png_of(pixels: Pixels) -> bytes:
    """Return RGBA as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def _logit(chance: float) -> float:
    if chance <= 0:
        return -math.inf
    return math.inf if chance >= 1 else math.log(chance / (1 - chance))


def _pattern(name: str, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which pixels a pattern marks; its period divides a tile's side, so tiles meet."""
    row, column = np.indices(shape)
    falling, rising = (row - column) % HATCH < 1, (row + column) % HATCH < 2
    dots = (row % HATCH < 2) & (column % HATCH < 2)
    marked = dots if name == "dots" else rising if name == "hatch" else falling | ((row + column) % HATCH < 1)
    return np.asarray(marked, dtype=np.bool_)
