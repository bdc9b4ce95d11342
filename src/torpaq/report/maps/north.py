"""Three norths of a sheet: grid north is up; true and magnetic north stand at their true angles to it."""

import math
from dataclasses import dataclass
from datetime import date

from torpaq.geo.coordinates.declination import declination_deg, model_of
from torpaq.geo.coordinates.grids import grid_factors
from torpaq.report.maps.frame import Rect
from torpaq.report.maps.sheet import LonLat
from torpaq.report.maps.svg import circle, line, lines_of_text, polygon, text
from torpaq.report.wording import Words

LENGTH = 19.0
LABELS_APART = 5.0


@dataclass(frozen=True, slots=True)
class Norths:
    """Declination and convergence at a sheet's middle, degrees, positive east of true north (WMM and UTM).

    ``declination_deg`` is None on a day for which there is no model.
    """

    declination_deg: float | None
    convergence_deg: float
    model: str

    @property
    def true_deg(self) -> float:
        """True north from grid north, clockwise."""
        return -self.convergence_deg

    @property
    def magnetic_deg(self) -> float | None:
        """Magnetic north from grid north, clockwise: grid bearing = magnetic bearing + this."""
        return None if self.declination_deg is None else self.declination_deg - self.convergence_deg


def norths_at(place: LonLat, zone: int, on: date) -> Norths:
    """Return the norths at a place (lon, lat) in a zone on a day."""
    declination, _ = declination_deg(*place, 0.0, on)
    model = model_of(on).replace("_", "") if declination is not None else ""
    return Norths(declination, grid_factors(*place, zone).convergence_deg, model)


def north_arrows(norths: Norths, on: date, rect: Rect, words: Words) -> str:
    """Draw the arrows from one foot, each at its own angle, with what they mean in words and numbers beneath."""
    foot = (rect.x + rect.width / 2 - 2, rect.y + LENGTH + 6)
    arrows = [("grid_north_short", 0.0, _grid_head), ("true_north_short", norths.true_deg, _true_head)]
    if norths.magnetic_deg is not None:
        arrows.append(("magnetic_north_short", norths.magnetic_deg, _magnetic_head))
    arrows.sort(key=lambda arrow: arrow[1])
    drawn = []
    for number, (name, angle_deg, head) in enumerate(arrows):
        tip = _tip(foot, angle_deg, LENGTH)
        label_x = foot[0] + (number - (len(arrows) - 1) / 2) * LABELS_APART + (tip[0] - foot[0]) / 3
        drawn += [
            f'<g class="{name}">{line(foot, tip, 0.3)}</g>',
            head(tip, angle_deg),
            line(tip, (label_x, foot[1] - LENGTH - 2.2), 0.1),
            text(label_x, foot[1] - LENGTH - 2.8, words.say(name), 2.3, "middle", bold=True),
        ]
    return "".join(drawn) + _in_numbers(norths, on, Rect(rect.x, foot[1] + 3, rect.width, 0), words)


def _in_numbers(norths: Norths, on: date, rect: Rect, words: Words) -> str:
    said = [words.say("convergence_is", angle=words.east_or_west(norths.convergence_deg))]
    if norths.declination_deg is None or norths.magnetic_deg is None:
        said.append(words.say("declination_unknown", day=words.day(on)))
    else:
        angle = words.east_or_west(norths.declination_deg)
        said.append(words.say("declination_is", angle=angle, model=norths.model, day=words.day(on)))
        sign = "+" if norths.magnetic_deg >= 0 else "−"
        number = words.number(abs(norths.magnetic_deg), 1)
        said.append(words.say("grid_from_magnetic", sign=sign, angle=f"{number}°"))
    drawn, y = "", rect.y
    for sentence in said:
        more, y = lines_of_text(rect.x, y, sentence, 2.0, rect.width, 3)
        drawn += more
    return drawn


def _tip(foot: tuple[float, float], angle_deg: float, length: float) -> tuple[float, float]:
    angle = math.radians(angle_deg)
    return foot[0] + length * math.sin(angle), foot[1] - length * math.cos(angle)


def _grid_head(tip: tuple[float, float], angle_deg: float) -> str:
    return polygon([tip, *_behind(tip, angle_deg, 2.2, 0.7)])


def _true_head(tip: tuple[float, float], angle_deg: float) -> str:
    return circle(*tip, 0.8, "#ffffff", 0.3) + circle(*tip, 0.25, "#111111", 0)


def _magnetic_head(tip: tuple[float, float], angle_deg: float) -> str:
    left, right = _behind(tip, angle_deg, 2.4, 0.9)
    middle = ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2)
    return polygon([tip, right, middle], stroke=0.15)


def _behind(tip: tuple[float, float], angle_deg: float, back: float, aside: float) -> list[tuple[float, float]]:
    angle = math.radians(angle_deg)
    x, y = tip[0] - back * math.sin(angle), tip[1] + back * math.cos(angle)
    along = (aside * math.cos(angle), aside * math.sin(angle))
    return [(x - along[0], y - along[1]), (x + along[0], y + along[1])]
