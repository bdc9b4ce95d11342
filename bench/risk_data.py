"""Where data for evaluation stands that is not ours to give away: ``--data FOLDER``, or a variable, or beside us."""

import argparse
import os
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared(name: str) -> Path | None:
    """Return the folder of a data set, or None where it is not there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("TORPAQ_SHARED_DATA", BESIDE)))
    folder: Path = parser.parse_args().data / name
    return folder if folder.is_dir() else None
