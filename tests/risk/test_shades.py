"""The colours of a surface: they tell without colour, and what is not known is clear."""

import io
import math
from itertools import pairwise

import numpy as np
from PIL import Image

from torpaq.risk.shades import (
    CHANCES,
    CLASSES,
    CODES_A_LOGIT,
    FADED,
    MIDDLE_CODE,
    NO_LOG_ODDS,
    OPAQUE,
    SPREADS,
    chance_pixels,
    class_pixels,
    code_of_chance,
    png_of,
    spread_pixels,
    value_pixels,
)


def logits(*chances: float) -> np.ndarray:
    return np.array([[round(100 * math.log(p / (1 - p))) for p in chances]], np.int16)


class TestColours:
    def test_a_chance_has_the_colour_of_its_step_and_nothing_known_has_none(self):
        log_odds = np.concatenate([logits(0.0004, 0.03, 0.7), np.array([[NO_LOG_ODDS]], np.int16)], axis=1)
        pixels = chance_pixels(log_odds, np.zeros((1, 4), np.uint8), np.zeros((1, 4), bool))
        assert [tuple(one) for one in pixels[0, :3, :3].tolist()] == [
            CHANCES[0].colour, CHANCES[3].colour, CHANCES[-1].colour
        ]  # fmt: skip
        assert pixels[0, :, 3].tolist() == [OPAQUE, OPAQUE, OPAQUE, 0]

    def test_unsure_cells_are_faded_and_where_the_model_cannot_say_hatched(self):
        log_odds = np.tile(logits(0.03), (16, 16))
        pixels = chance_pixels(log_odds, np.full((16, 16), 60, np.uint8), np.zeros((16, 16), bool))
        assert set(pixels[..., 3].ravel().tolist()) == {FADED}
        hatched = chance_pixels(log_odds, np.zeros((16, 16), np.uint8), np.ones((16, 16), bool))
        assert 0.2 < (hatched[..., 0] == 90).mean() < 0.3

    def test_scales_read_in_grey_because_their_lightness_only_falls(self):
        for steps in (CHANCES, SPREADS):
            light = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (s.colour for s in steps)]
            assert light == sorted(light, reverse=True)
            assert all(before - after > 12 for before, after in pairwise(light))

    def test_a_class_has_its_pattern_and_a_class_that_is_not_drawn_is_clear(self):
        says = np.zeros((8, 8), np.uint8)
        pixels = class_pixels(says, {0: "cancel_proposed", 5: "not_assessed"})
        assert {tuple(one) for one in pixels.reshape(-1, 4).tolist()} == {
            (*CLASSES["cancel_proposed"], OPAQUE), (20, 92, 66, OPAQUE)
        }  # fmt: skip
        assert not class_pixels(says + 5, {0: "cancel_proposed", 5: "not_assessed"}).any()

    def test_spread_leaves_unknown_cells_clear(self):
        codes = np.array([[0, 254, 255]], np.uint8)
        assert spread_pixels(codes)[0, :, 3].tolist() == [OPAQUE, OPAQUE, 0]

    def test_a_threshold_parts_chances_below_it_from_those_above(self):
        for threshold in (0.001, 0.02, 0.3):
            code = code_of_chance(threshold)
            below, above = value_pixels(logits(threshold * 0.85, min(0.99, threshold * 1.2)))[0, :, 0].tolist()
            assert below < code <= above
        assert code_of_chance(0.5) == MIDDLE_CODE
        assert code_of_chance(0) == 0
        assert CODES_A_LOGIT == 12

    def test_a_picture_is_a_png_of_the_pixels(self):
        pixels = value_pixels(logits(0.5, 0.1))
        picture = Image.open(io.BytesIO(png_of(pixels)))
        assert picture.mode == "RGBA"
        assert np.array_equal(np.asarray(picture), pixels)
