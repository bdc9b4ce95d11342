"""An invented district for stories of surfaces: a trench, ploughed land, examined land, and a truth that is known."""

import numpy as np

from evidence.folders import write_folder
from torpaq.risk.surface.reading import read_evidence
from torpaq.risk.surface.settings import settings_of

SETTINGS = settings_of("aze")
RATIOS = {50: 5.0, 100: 4.0, 250: 3.0, 500: 1.6, 1000: 1.0, 2000: 0.5, np.inf: 0.3}

SMALL = {
    "trench_distance": """
        10   120  500  3000  .
        60   300  1500 9000  .
        20   700  2500 9000  .
    """,
    "years_used": """
        0 0 5 9 .
        0 1 . 2 .
        0 0 0 0 .
    """,
    "examined": """
        1 0 0 0 .
        . . . . .
        . . . . .
    """,
    "search_miss": """
        0.05 0.05 0.05 0.2 .
        .    .    .    .   .
        .    .    .    .   .
    """,
}


def truth(side=120, seed=1, level=-2.3, area_sd=0.4, used_ratio=0.3):
    """Distance to a winding trench, years of use, nine districts, and which 100 m squares are contaminated."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[0:side, 0:side]
    trench = np.abs(across - side / 2 + side / 5 * np.sin(down / 9)) * 50.0
    used = random.integers(0, 8, (side, side)).astype(float)
    unit = (down // (side // 3)).clip(0, 2) * 3 + (across // (side // 3)).clip(0, 2)
    shifts = random.normal(0, area_sd, 9)
    bands = np.array(list(RATIOS))
    told = np.log(np.array(list(RATIOS.values())))[np.searchsorted(bands, trench, side="right")]
    logit = level + told + np.where(used >= 3, np.log(used_ratio), 0) + shifts[unit]
    holds = random.random((side, side)) < 1 / (1 + np.exp(-logit))
    return {"trench_distance": trench, "years_used": used, "unit": unit.astype(float)}, holds, shifts


def examined_of(holds, share, seed=2, side=10, left_out=None, detection=1.0):
    """Examined land in blocks of cells; an item is found in a contaminated cell as far as it is detected."""
    random = np.random.default_rng(seed)
    rows, columns = holds.shape
    blocks = random.random((-(-rows // side), -(-columns // side))) < share
    looked = blocks.repeat(side, 0).repeat(side, 1)[:rows, :columns]
    if left_out is not None:
        looked &= ~left_out
    found = holds & (random.random(holds.shape) < detection)
    return np.where(looked, found.astype(float), np.nan)


def evidence_at(path, layers, cell_m=100.0, **more):
    """Write an evidence folder and read it back."""
    found, problems = read_evidence(write_folder(path, layers, cell_m, **more))
    assert found is not None, problems
    return found
