"""A surface in print: the map to scale, the legend, what it rests on; in three languages, synthetic on every page."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image
from pypdf import PdfReader

from torpaq.report.surface import Key, SurfaceMap, SurfacePages, draw_surface, surface_pdf
from torpaq.report.wording import Words

LABEL = "SYNTHETIC DEMONSTRATION DATA"


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 20), (240, 155, 72, 255)).save(buffer, "PNG")
    return buffer.getvalue()


def shown(**changes) -> SurfaceMap:
    given = {
        "picture": picture(),
        "bounds_m": (0.0, 0.0, 4000.0, 2000.0),
        "outlines": [("HA-1", [[(100.0, 100.0), (900.0, 100.0), (900.0, 600.0)]])],
        "keys": [Key("#fffae0", "< 0.1 %"), Key("#311048", "> 50 %"), Key("", "the model cannot say")],
        "caption": "Chance of contamination",
    }
    return SurfaceMap(**{**given, **changes})


def pages(name: str) -> SurfacePages:
    return SurfacePages(
        name=name, beneath="2026-11-28", caution="It changes no land.", author="Elçin Quliyev",
        made_at=datetime(2026, 11, 28, 9, 5, tzinfo=UTC), code="2026-11-28-0001", map=shown(),
        facts=[("Ledger", "128 · 0a1b2c")], told=["Of 100 contaminated cells 90 lie in a third of the land."],
        tables=[("Classes", ["Proposed", "ha"], [["Survey next", "12.5"]], (1,)), ("Areas", ["Area", "ha"], [], (1,))],
        parameters=("Parameters", [("Patch", "100")]), headings=("How good", "Rests on"), synthetic=LABEL,
    )  # fmt: skip


@pytest.mark.parametrize(("language", "name"), [("az", "Risk səthi"), ("en", "Risk surface"), ("ru", "Карта риска")])
def test_it_is_printed_in_every_language_and_says_that_data_are_synthetic(language: str, name: str) -> None:
    read = PdfReader(io.BytesIO(surface_pdf(pages(name), language)))
    said = " ".join(" ".join(page.extract_text().split()) for page in read.pages)
    for words in (name, "It changes no land.", "Survey next", "128 · 0a1b2c", LABEL):
        assert words in said
    assert "Areas" not in said, "a table without rows is left out"


def test_the_map_is_to_scale_and_its_bar_says_round_metres() -> None:
    drawn = draw_surface(shown(), Words("en"))
    assert 'width="174.000" height="87.000"' in drawn  # 4 km by 2 km
    assert "1,000\u00a0m" in drawn
    assert "M4.350 82.650L39.150 82.650L39.150 60.900Z" in drawn
    assert "the model cannot say" in drawn
