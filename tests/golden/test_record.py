"""What is recorded is the whole behaviour, and written as it stands in the repository."""

from __future__ import annotations

from pathlib import Path

from tests.golden.lookalike import edited
from tests.golden.record import main
from tests.golden.recordings import VECTORS


def test_a_copy_that_does_as_the_vendors_file_gives_the_very_recordings(tmp_path: Path) -> None:
    output = tmp_path / "vectors"
    assert main([str(edited(tmp_path)), "-o", str(output)]) == 0
    recorded = {path.name: path.read_text("utf-8") for path in output.iterdir()}
    assert recorded == {path.name: path.read_text("utf-8") for path in VECTORS.iterdir()}
