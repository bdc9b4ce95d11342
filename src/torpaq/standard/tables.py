"""The one loader: every list, catalogue and country table is a UTF-8 CSV file with a header row."""

import csv
from pathlib import Path

STANDARD = Path(__file__).parent


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file as dictionaries of stripped text; lines that begin with ``#`` are comments.

    Raises ``FileNotFoundError`` where the file is missing and ``ValueError`` where a row has more or fewer
    cells than the header: our own data being broken is a broken programme, not bad input.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = [(number, line) for number, line in enumerate(file, 1) if line.strip() and not line.startswith("#")]
    reader = csv.reader(line for _, line in lines)
    header = next(reader)
    rows = []
    for cells in reader:
        if len(cells) != len(header):
            raise ValueError(f"{path.name}: row {cells!r} has {len(cells)} cells, the header has {len(header)}")
        rows.append({name: cell.strip() for name, cell in zip(header, cells, strict=True)})
    return rows
