"""Invented districts for the tests of risk: minefields that run on across borders, land that tells a little."""

import numpy as np

AREAS = ("Agdere", "Bulaq", "Chinar", "Daglar", "Elvend", "Findiq")


def grid(seed: int = 1, side: int = 10) -> list[dict[str, object]]:
    """Six districts of side × side cells of 1 km, side by side in a row of three by two, about 47° E 40° N."""
    random = np.random.default_rng(seed)
    centres = random.uniform([0, 0], [3 * side, 2 * side], (5, 2))
    rows = []
    for number, area in enumerate(AREAS):
        east, north = side * (number % 3), side * (number // 3)
        for i in range(side):
            for j in range(side):
                place = np.array([east + i, north + j], dtype=float)
                near = np.exp(-0.5 * ((centres - place) ** 2).sum(axis=1) / 3**2).max()
                label = int(random.random() < 0.05 + 0.8 * near)
                rows.append(
                    {
                        "lon": round(47 + 0.0117 * place[0], 6),
                        "lat": round(40 + 0.009 * place[1], 6),
                        "mined": label if random.random() < 0.8 else -1,
                        "district": area,
                        "slope": round(float(near + random.normal(0, 0.5)), 4),
                        "noise": round(float(random.normal()), 4),
                    }
                )
    return rows


def as_csv(rows: list[dict[str, object]]) -> str:
    """The rows as a file."""
    header = ",".join(rows[0])
    return header + "\n" + "".join(",".join(str(value) for value in row.values()) + "\n" for row in rows)
