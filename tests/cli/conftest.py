"""The command line in a folder of its own."""

from pathlib import Path

import pytest

from cli.house import Desk


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)
