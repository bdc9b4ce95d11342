"""Dossiers and certificates as the Authority, Operator A and a village read them: whole, and as it was written."""

import io
import unicodedata
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from report.printed_task import certificate_values, completion_values, head, task_dossier_values
from report.words_of import read, words_of
from torpaq.report.blocks import paragraph, printable
from torpaq.report.certificate import certificate_pages, handover_certificate
from torpaq.report.completion import completion_dossier
from torpaq.report.contents import Chain
from torpaq.report.coordinates import Point, point_rows
from torpaq.report.dossier import dossier_pages, task_dossier
from torpaq.report.pdf import Printed, Section, print_pdf
from torpaq.report.photographs import Photograph, photograph_files
from torpaq.report.plain import TURNING
from torpaq.report.typeface import width_mm, wrap


def text_of(pdf):
    """The PDF's text in one line, without the places where a long word may break."""
    return squeezed("\n".join(words_of(page) for page in read(pdf).pages))


@cache
def dossier_of_the_task(language):
    return text_of(task_dossier(task_dossier_values(), [language]))


@cache
def pages_of_the_completion(language):
    """The words of the completion dossier, page by page: several stories read the same one."""
    return [words_of(page) for page in read(completion_dossier(completion_values(), [language])).pages]


def text_of_the_completion(language):
    return squeezed("\n".join(pages_of_the_completion(language)))


def squeezed(text):
    return "".join(text.replace("\u200b", "").split())


def sizes_mm(pdf):
    return [(round(float(p.mediabox.width) * 25.4 / 72), round(float(p.mediabox.height) * 25.4 / 72))
            for p in read(pdf).pages]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("az", ["Tapşırıq dosyesi", "Təhlükə", "Ən yaxın xəstəxana", "13 sm", "83 214 m²", "Dönmə nöqtəsi"]),
        ("en", ["Task dossier", "Threat", "Nearest hospital", "13 cm", "83,214 m²", "Turning point"]),
        ("ru", ["Досье задания", "Угроза", "Ближайшая больница", "13 см", "83 214 м²", "Поворотная точка"]),
    ],
)
def test_the_task_dossier_tells_a_team_all_it_needs(language, expected):
    text = dossier_of_the_task(language)
    written = ["TSK-2026-014", "PMN-2 minaları", "Rauf Məmmədov", "VLL-01", "körpünün şərq dayağı", "1240"[:1]]
    assert [words for words in [*expected, *written] if squeezed(words) not in text] == []


def test_what_nobody_wrote_is_printed_as_missing():
    text = dossier_of_the_task("en")
    assert squeezed("Medical evacuation plan Not given. Find out before work begins.") in text


def test_every_turning_point_stands_in_the_table_with_its_leg():
    values = task_dossier_values()
    text = dossier_of_the_task("en")
    boundary = values.chains[1]
    rows = point_rows(boundary.points, values.head.data_on, True)
    assert len(rows) == 60 and rows[-1].leg.to == "TP1"
    for row in rows:
        assert squeezed(row.utm) in text and squeezed(row.mgrs) in text
        assert f"{row.point.lat:.6f}N{row.point.lon:.6f}E" in text
        assert f"{row.leg.to}{row.leg.grid_deg:.1f}°{row.leg.magnetic_deg:.1f}°{row.leg.distance_m:.1f}" in text


def test_bearings_differ_by_convergence_and_declination():
    points = (Point("A", "start", 46.93, 39.99), Point("B", "end", 46.93, 40.00))
    (row, last) = point_rows(points, head().data_on, closed=False)
    assert last.leg is None
    assert row.leg.true_deg == pytest.approx(0, abs=1e-9)
    assert row.leg.grid_deg == pytest.approx(360 - 1.24, abs=0.01)
    assert row.leg.magnetic_deg == pytest.approx(360 - 6.44, abs=0.05)
    assert row.leg.distance_m == pytest.approx(1110.35, abs=0.1)
    assert row.mgrs.startswith("38S PK ") and last.mgrs.startswith("38T PK ")


def test_maps_are_on_the_paper_that_was_asked_for_and_words_on_a4():
    small = sizes_mm(task_dossier(task_dossier_values(), ["az"]))
    large = sizes_mm(task_dossier(task_dossier_values(head=head(paper="A3")), ["az"]))
    assert (297, 210) in small and not {(420, 297), (297, 420)} & set(small)
    assert {(420, 297), (297, 420)} & set(large) and (210, 297) in large


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_the_completion_dossier_accounts_for_the_land_and_every_find(language):
    text = text_of_the_completion(language)
    missing = [find.uid for find in completion_values().finds if find.uid not in text]
    assert missing == []
    for words in ("ACC-7", "QA-1", "NC-1", "İki nişan düşüb", "Yağış səbəbindən gecikmə.", "a1b2", "Dərə yamacı"):
        assert squeezed(words) in text


def test_released_is_never_the_sum_of_what_was_processed():
    text = text_of_the_completion("en")
    assert squeezed("Open land at the beginning 83,214 m² Released 75,000 m² Remaining 8,000 m²") in text
    assert squeezed("Difference (unexplained) 214 m² Processed with all methods 130,000 m²") in text


def test_a_sample_says_what_its_pass_means():
    text = text_of_the_completion("en")
    assert squeezed("58 of 600 squares were drawn (seed: a1b2). Inspected: 58; failed: 0.") in text
    assert squeezed("30 4.0 %") in text


def test_the_head_of_a_table_stands_on_each_of_its_pages():
    with_finds = [page for page in pages_of_the_completion("en") if "FIND-0" in page]
    assert len(with_finds) > 2 and all("What became of it" in page for page in with_finds)


def test_the_certificate_says_first_what_was_not_cleared_in_two_languages():
    pdf = handover_certificate(certificate_values())
    text = text_of(pdf)
    assert text.index(squeezed("Nə təmizlənməyib")) < text.index(squeezed("What was not cleared"))
    assert squeezed("Nothing is said of what lies deeper or outside.") in text
    assert squeezed("Hotline: 102") in text and "Акт" not in text
    assert "Актпередачиземли" in text_of(handover_certificate(certificate_values(), ["az", "en", "ru"]))


def test_a_statement_is_printed_in_its_language_and_never_translated_by_us():
    text = text_of(handover_certificate(certificate_values(), ["en"]))
    assert squeezed("The slope was not cleared.") in text
    assert squeezed("Tikinti üçün 13 sm-dən dərin qazma qadağandır.") in text


def test_land_released_of_mines_alone_is_not_shown_free_of_other_ordnance():
    text = text_of(handover_certificate(certificate_values(not_free_of=("erw",)), ["en"]))
    assert squeezed("may still hold: Explosive remnants of war") in text


def test_a_certificate_without_a_statement_shows_the_gap():
    text = text_of(handover_certificate(certificate_values(not_cleared={"az": " "}, hotline=""), ["en"]))
    assert squeezed("What was not cleared Not stated. Nothing may be concluded from this.") in text
    assert squeezed("No hotline number is given.") in text


def test_a_synthetic_programme_says_so_on_every_page():
    values = certificate_values(head=head(synthetic="Made up for a demonstration"))
    pages = [squeezed(words_of(page)) for page in read(handover_certificate(values)).pages]
    assert all(squeezed("Made up for a demonstration") in page for page in pages)


def test_a_task_without_ground_or_points_still_prints():
    bare = task_dossier_values(ground=type(task_dossier_values().ground)(), chains=(Chain({"en": "–"}, (), True),))
    assert len(read(task_dossier(bare, ["az"])).pages) >= 1


def test_the_same_values_print_the_same_bytes():
    assert print_pdf(certificate_pages(certificate_values(), ["az"])) == handover_certificate(
        certificate_values(), ["az"]
    )


HOSTILE = [
    '#panic("x") #image("/etc/passwd") $x^2$ *a* _b_ `c` @d <e> \\ // f /* g */ [h] ~ -- ... \'q\' "r"',
    "</text><script>alert(1)</script> & ]]> <!-- -->",
    "#" * 300 + "w" * 300,
    "nul\x00 bell\x07 turn\u202eback lone\ud800 private\ue000 tofu\U00013000",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_prints_as_itself(text):
    values = task_dossier_values(
        threat=text, contacts=text, head=head(author=text[:200], title={"en": text}), environment_measures=text
    )
    pdf = task_dossier(values, ["en"])
    assert squeezed(printable(text).replace("\U00013000", "")) in text_of(pdf).replace("\U00013000", "")
    drawings = dossier_pages(values, ["en"]).files.values()
    assert not any(b"<script" in content for content in drawings)


ORDINARY = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Mn", "Me", "Mc", "Zl", "Zp", "Cf")),
    min_size=1, max_size=80,
)  # fmt: skip
LATIN_AND_CYRILLIC = st.text(st.sampled_from("abcəğışçöüİƏАбвгёЯ0123 #$*_`@<>\\/[]{}()\"'~-&;:.,!?%^|="), min_size=1)


def page_of(text):
    section = Section("en", "", "", "", "", "", [paragraph(text)])
    return print_pdf(Printed("t", "a", head().made_at, [section]))


@settings(deadline=None, max_examples=60)
@given(text=LATIN_AND_CYRILLIC)
def test_signs_of_markup_print_as_themselves(text):
    assert squeezed(printable(text)) in text_of(page_of(text))


@settings(deadline=None, max_examples=60)
@given(text=st.one_of(st.text(max_size=120), ORDINARY))
def test_no_text_stops_the_press(text):
    kept = printable(text)
    assert not any((unicodedata.category(c) in ("Cc", "Cs") and c != "\n") or c in TURNING for c in kept)
    assert read(page_of(text)).pages


def test_a_photograph_is_printed_without_the_cameras_data_and_no_other_file_is():
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (3000, 2000), "#88aa66").save(picture, "JPEG", exif=exif)
    pictures = (
        Photograph("photo-1.jpg", picture.getvalue(), "Şimal künc"),
        Photograph("photo-2.jpg", b"no picture", "x"),
    )
    files = photograph_files(pictures)
    assert list(files) == ["photo-1.jpg"] and b"secret place" not in files["photo-1.jpg"]
    assert "Şimalkünc" in text_of(completion_dossier(completion_values(photographs=pictures), ["az"]))


@given(text=st.text(st.sampled_from("abc əş Я"), max_size=120), room=st.floats(5, 60))
def test_lines_fit_into_their_room(text, room):
    lines = wrap(text, 2.4, room, 100)
    assert all(width_mm(line, 2.4) <= room or len(line) == 1 for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
