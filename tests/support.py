"""What tests of several rooms share."""

import os
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def shared_data(name: str) -> Path | None:
    """Return a file of real data, or ``None`` with a warning where this machine has none.

    Looked for in the folder named by ``TORPAQ_SHARED_DATA``, else in ``shared/data`` beside the repository.
    """
    folder = Path(os.environ.get("TORPAQ_SHARED_DATA") or ROOT.parent / "shared" / "data")
    path = folder / name
    if path.exists():
        return path
    warnings.warn(f"real data is not here: {name} is looked for in {folder}", stacklevel=2)
    return None
