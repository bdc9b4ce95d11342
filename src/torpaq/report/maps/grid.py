"""The grid over the map: lines at round metres of UTM, each with its number, and the 100 km squares of MGRS."""

from dataclasses import dataclass

from torpaq.geo.coordinates.mgrs import band_of, to_mgrs
from torpaq.report.maps.frame import Frame, grid_step_m
from torpaq.report.maps.svg import line, text

GRID_INK = "#5b7fa6"


@dataclass(frozen=True, slots=True)
class Grid:
    """Grid lines inside a frame, metres: eastings of the upright ones, northings of the level ones, their step."""

    step_m: int
    eastings_m: tuple[int, ...]
    northings_m: tuple[int, ...]


def grid_in(frame: Frame) -> Grid:
    """Return the lines at whole multiples of the step that lie in the frame."""
    step = grid_step_m(frame.scale)
    return Grid(
        step,
        _multiples(frame.west_m, frame.west_m + frame.width_m, step),
        _multiples(frame.south_m, frame.south_m + frame.height_m, step),
    )


def _multiples(low: float, high: float, step: int) -> tuple[int, ...]:
    first = -int(-low // step)
    return tuple(number * step for number in range(first, int(high // step) + 1))


def zone_name(frame: Frame) -> str:
    """Return the zone with its band, such as ``38S``."""
    return f"{frame.zone:02d}{band_of(frame.centre[1])}"


def squares_in(frame: Frame) -> str:
    """Return the 100 km squares of MGRS that the frame touches at its corners, such as ``38S PK``."""
    east, north = frame.west_m + frame.width_m, frame.south_m + frame.height_m
    corners = [(e, n) for n in (frame.south_m, north) for e in (frame.west_m, east)]
    names = [to_mgrs(*frame.lonlat(*corner), 100_000) for corner in corners]
    return ", ".join(f"{name[:3]} {name[3:]}" for name in dict.fromkeys(names))


def grid_lines(frame: Frame) -> str:
    """Draw the lines."""
    grid, drawn = grid_in(frame), []
    for easting in grid.eastings_m:
        x, _ = frame.spot_of_grid(easting, frame.south_m)
        drawn.append(line((x, frame.rect.y), (x, frame.rect.bottom), 0.12, GRID_INK))
    for northing in grid.northings_m:
        _, y = frame.spot_of_grid(frame.west_m, northing)
        drawn.append(line((frame.rect.x, y), (frame.rect.right, y), 0.12, GRID_INK))
    return f'<g class="grid">{"".join(drawn)}</g>'


def grid_labels(frame: Frame) -> str:
    """Write the numbers round the map, in metres, thousands set off so that the kilometre is quickly read."""
    grid, rect, drawn = grid_in(frame), frame.rect, []
    for easting in grid.eastings_m:
        x, _ = frame.spot_of_grid(easting, frame.south_m)
        drawn += [line((x, rect.y - 1.2), (x, rect.y), 0.2), line((x, rect.bottom), (x, rect.bottom + 1.2), 0.2)]
        if rect.x + 5 < x < rect.right - 5:
            drawn += [text(x, rect.y - 1.8, _label(easting), 2.1, "middle")]
            drawn += [text(x, rect.bottom + 3.3, _label(easting), 2.1, "middle")]
    for northing in grid.northings_m:
        _, y = frame.spot_of_grid(frame.west_m, northing)
        drawn += [line((rect.x - 1.2, y), (rect.x, y), 0.2), line((rect.right, y), (rect.right + 1.2, y), 0.2)]
        if rect.y + 7 < y < rect.bottom - 7:
            drawn += [text(rect.x - 1.8, y, _label(northing), 2.1, "middle", turned=-90)]
            drawn += [text(rect.right + 1.8, y, _label(northing), 2.1, "middle", turned=90)]
    return "".join(drawn)


def _label(metres: int) -> str:
    return f"{metres:,}".replace(",", "\u00a0")
