"""One raw cell is asked for as a number, a day, a time or a text: read where it has one meaning, else asked about."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.intake.tables.cells import (
    DAY_FIRST,
    MONTH_FIRST,
    area_unit_of,
    as_date,
    as_integer,
    as_number,
    as_text,
    as_time,
    day_order_of,
    decimal_mark_of,
    in_m2,
    notes,
    trouble,
)
from torpaq.standard.problems import LANGUAGES

NBSP = "\u00a0"
NARROW = "\u202f"


# -- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value", "how"),
    [
        (1200, "1200", ""),
        (0.1, "0.1", ""),
        (0.1 + 0.2, "0.3", ""),  # spreadsheets keep 15 digits, and so do we
        ("1200", "1200", ""),
        (" 1200 ", "1200", ""),
        ("-12", "-12", ""),
        ("−12", "-12", ""),
        ("+12", "12", ""),
        ("17.5", "17.5", ""),
        ("0.125", "0.125", ""),  # no thousand begins with nought
        ("1234.567", "1234.567", ""),
        ("17,5", "17.5", "decimal_comma"),
        ("0,125", "0.125", "decimal_comma"),
        ("1234,567", "1234.567", "decimal_comma"),
        ("12 000", "12000", "thousands"),
        (f"12{NBSP}000", "12000", "thousands"),
        (f"1{NARROW}234{NARROW}567", "1234567", "thousands"),
        ("12’000", "12000", "thousands"),
        ("1.234.567", "1234567", "thousands"),
        ("1,234,567", "1234567", "thousands"),
        ("1,234.5", "1234.5", "thousands"),
        ("1.234,5", "1234.5", "decimal_comma thousands"),
        ("12 345,678", "12345.678", "decimal_comma thousands"),
        ("'1200", "1200", "apostrophe"),
        ("1200 m²", "1200", "unit_m2"),
        ("1200m2", "1200", "unit_m2"),
        ("1200 кв. м", "1200", "unit_m2"),
        ("2,5 ha", "2.5", "decimal_comma unit_ha"),
        ("2.5 га", "2.5", "unit_ha"),
        ("2.5 (ha)", "2.5", "unit_ha"),
        ("3 km²", "3", "unit_km2"),
        ("5 sot", "5", "unit_sot"),
        ("１２", "12", ""),
        (None, None, ""),
        ("", None, ""),
        ("  ", None, ""),
    ],
)
def test_a_number_is_read_and_how_is_said(cell: object, value: str | None, how: str) -> None:
    assert as_number(cell) == (None if value is None else Decimal(value), how, None)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1,234", "number_mark_unclear"),
        ("1.234", "number_mark_unclear"),
        ("12,000 ha", "number_mark_unclear"),
        ("1,2E+08", "number_in_exponent"),
        ("1e5", "number_in_exponent"),
        (date(2024, 5, 1), "cell_is_a_date"),
        (datetime(2024, 5, 1, 10), "cell_is_a_date"),
        (time(10, 30), "cell_is_a_date"),
        ("5 dunam", "area_unit_unclear"),
        ("5 dönüm", "area_unit_unclear"),
        *((text, "cell_not_a_number") for text in ("Ağdam", "12 34", "1,2,3", "1.2.3,4,5", "5 m", "5 ha?", "about 5")),
        *((text, "cell_not_a_number") for text in ("5-7", "(5)", "5%", "1/2", "½", "1_000", "٣", "0x10", "NaN", "inf")),
        *((text, "cell_not_a_number") for text in ("5.", ".5", "1 234,567,8", "12'34", "#REF!", "-", "36:00:00")),
        (True, "cell_not_a_number"),
    ],
)
def test_a_number_that_has_two_meanings_or_none_is_asked_about(cell: object, code: str) -> None:
    assert as_number(cell)[0] is None
    assert as_number(cell)[2] == code


def test_a_column_proves_its_decimal_mark_for_the_cells_that_do_not() -> None:
    assert decimal_mark_of(["1,234", "2,5", "Ağdam", 7, None]) == ","
    assert decimal_mark_of(["1.234", "1,234.5"]) == "."
    assert decimal_mark_of(["1.234", "5.678"]) == ""
    assert decimal_mark_of(["1,5", "1.5"]) == ""
    assert decimal_mark_of(["Ağdam, Giyaslı"]) == ""
    assert as_number("1,234", mark=",") == (Decimal("1.234"), "decimal_comma", None)
    assert as_number("1,234", mark=".") == (Decimal(1234), "thousands", None)
    assert as_number("1.234", mark=".") == (Decimal("1.234"), "", None)
    assert as_number("1.234", mark=",") == (Decimal(1234), "thousands", None)


def test_the_mark_of_a_column_changes_no_cell_that_is_clear() -> None:
    assert as_number("17.5", mark=",") == as_number("17.5")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (5, (5, "", None)),
        (5.0, (5, "", None)),
        ("12 000", (12000, "thousands", None)),
        ("5,0", (5, "decimal_comma", None)),
        (5.5, (None, "", "number_not_whole")),
        ("five", (None, "", "cell_not_a_number")),
        (None, (None, "", None)),
    ],
)
def test_a_whole_number_has_no_fraction(cell: object, expected: tuple[object, ...]) -> None:
    assert as_integer(cell) == expected


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=2))
def test_a_number_written_with_a_comma_blanks_and_a_unit_is_the_same_number(number: Decimal) -> None:
    written = f"{number:,.2f}".replace(",", NBSP).replace(".", ",") + " ha"
    value, how, problem = as_number(written)
    assert (value, problem) == (number, None)
    assert "decimal_comma" in how
    assert "unit_ha" in how


# -- areas ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Sahə (m²)", "m2"),
        ("Sahə, kv.m", "m2"),
        ("area_m2", "m2"),
        ("AREA SQM", "m2"),
        ("Площадь, кв. м", "m2"),
        ("Площадь (м2)", "m2"),
        ("Area (square metres)", "m2"),
        ("Sahə (ha)", "ha"),
        ("Sahə, hektar", "ha"),
        ("AREA_HA", "ha"),
        ("Площадь в гектарах", "ha"),
        ("km²", "km2"),
        ("кв.км", "km2"),
        ("sot", "sot"),
        ("dunam", "dunam"),
        ("Sahə", ""),
        ("ha / m²", ""),
        ("Mahal", ""),
        ("Sotavento", ""),
        ("m", ""),
        ("m20", ""),
        (None, ""),
        (5, ""),
    ],
)
def test_the_unit_of_area_in_a_heading_or_cell(text: object, unit: str) -> None:
    assert area_unit_of(text) == unit


def test_an_area_becomes_square_metres_by_whole_factors() -> None:
    assert [in_m2(Decimal("2.5"), unit) for unit in ("m2", "sot", "ha", "km2")] == [
        Decimal("2.5"), Decimal(250), Decimal(25_000), Decimal(2_500_000),
    ]  # fmt: skip
    with pytest.raises(KeyError):
        in_m2(Decimal(5), "dunam")


# -- dates ------------------------------------------------------------------------------------------------------------

FIFTH_OF_MARCH = date(2024, 3, 5)


@pytest.mark.parametrize(
    ("cell", "how"),
    [
        (FIFTH_OF_MARCH, ""),
        (datetime(2024, 3, 5), ""),
        (datetime(2024, 3, 5, 10, 30), "time_dropped"),
        ("2024-03-05", ""),
        ("2024-03-05T00:00:00", ""),
        ("2024-03-05T10:30:00+04:00", "time_dropped"),
        ("05.03.2024 10:30", "text_date time_dropped"),
        (45356, "serial_date"),
        (45356.0, "serial_date"),
        (45356.5, "serial_date time_dropped"),
        ("45356", "serial_date"),
        (20240305, "compact_date"),
        ("20240305", "compact_date"),
        ("05.03.2024", "text_date"),
        ("5.3.2024", "text_date"),
        ("'05.03.2024", "text_date"),
        (f"05.03.2024{NBSP}г.", "text_date"),
        ("05.03.2024-cü il", "text_date"),
        ("2024/3/5", "text_date"),
        ("2024.03.05", "text_date"),
        ("5 mart 2024", "month_name"),
        ("5 Mart 2024-cü il", "month_name"),
        ("5 March 2024", "month_name"),
        ("March 5, 2024", "month_name"),
        ("5th of March 2024".replace("of ", ""), "month_name"),
        ("5-Mar-2024", "month_name"),
        ("2024 March 5", "month_name"),
        ("5 марта 2024 г.", "month_name"),
        ("5 МАРТА 2024 года", "month_name"),
    ],
)
def test_a_day_is_read_and_how_is_said(cell: object, how: str) -> None:
    assert as_date(cell) == (FIFTH_OF_MARCH, how, None)


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("names", [
    "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "January February March April May June July August September October November December",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
])  # fmt: skip
def test_every_month_is_known_by_name(names: str, month: int) -> None:
    assert as_date(f"7 {names.split()[month - 1]} 2023") == (date(2023, month, 7), "month_name", None)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("03/04/2024", "date_day_month_unclear"),
        ("3-4-2024", "date_day_month_unclear"),
        ("05.03.24", "date_short_year"),
        ("05/03/24", "date_short_year"),
        ("5 mart 24", "date_short_year"),
        ("29.02.2023", "date_impossible"),
        ("31.04.2024", "date_impossible"),
        ("2024-13-05", "date_impossible"),
        ("32 may 2024", "date_impossible"),
        ("05.03.1066", "date_impossible"),
        ("00.00.0000", "date_impossible"),
        (date(2204, 3, 5), "date_impossible"),
        (2024, "date_is_year"),
        ("2024", "date_is_year"),
        *(
            (text, "cell_not_a_date")
            for text in ("Ağdam", "mart 2024", "5 mart", "5 mars 2024", "5 mart 123", "5.3", "-")
        ),
        *((cell, "cell_not_a_date") for cell in (5, 0.5, -1, 1e300, True, time(10), 999, 1_000_000, "123456")),
    ],
)
def test_a_day_that_has_two_meanings_or_none_is_asked_about(cell: object, code: str) -> None:
    assert as_date(cell) == (None, "", code)


def test_a_day_above_twelve_tells_the_order_of_its_own_cell_and_of_its_column() -> None:
    assert as_date("25/04/2024") == (date(2024, 4, 25), "text_date", None)
    assert as_date("04/25/2024") == (date(2024, 4, 25), "month_first", None)
    assert as_date("05/05/2024") == (date(2024, 5, 5), "text_date", None)
    assert day_order_of(["03/04/2024", "25/04/2024", "Ağdam", None, 5]) == DAY_FIRST
    assert day_order_of(["03/04/2024", "04/25/2024"]) == MONTH_FIRST
    assert day_order_of(["25/04/2024", "04/25/2024"]) == ""
    assert day_order_of(["25.04.2024"]) == ""  # points are always in one order and prove nothing for slashes
    assert as_date("03/04/2024", order=DAY_FIRST) == (date(2024, 4, 3), "text_date", None)
    assert as_date("03/04/2024", order=MONTH_FIRST) == (date(2024, 3, 4), "month_first", None)
    assert as_date("03.04.2024", order=MONTH_FIRST) == (date(2024, 4, 3), "text_date", None)


def test_an_order_that_a_cell_contradicts_is_no_day() -> None:
    assert as_date("25/04/2024", order=MONTH_FIRST)[2] == "date_impossible"


def test_a_serial_counts_from_1904_where_the_workbook_says_so() -> None:
    assert as_date(45356 - 1462, is_1904=True) == (FIFTH_OF_MARCH, "serial_date", None)
    assert as_date(2_958_465, is_1904=True) == (None, "", "cell_not_a_date")  # beyond the last year there is


@settings(deadline=None)
@given(st.dates(date(1980, 1, 1), date(2100, 12, 31)))
def test_a_day_is_the_same_in_every_writing(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    writings = [
        day,
        serial,
        day.isoformat(),
        day.strftime("%d.%m.%Y"),
        day.strftime("%d %B %Y"),
        day.strftime("%Y%m%d"),
    ]
    assert {as_date(writing)[0] for writing in writings} == {day}


# -- times ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value", "how"),
    [
        (time(9, 30), time(9, 30), ""),
        (time(9, 30, 0, 999), time(9, 30), ""),
        (datetime(2024, 3, 5, 9, 30), time(9, 30), "date_dropped"),
        ("9:30", time(9, 30), ""),
        ("09:30:15", time(9, 30, 15), ""),
        ("09:30:15.250", time(9, 30, 15), ""),
        ("9.30", time(9, 30), ""),
        ("9:30 PM", time(21, 30), "clock_12"),
        ("12:05 a.m.", time(0, 5), "clock_12"),
        (0.25, time(6), "serial_time"),
        (None, None, ""),
        ("", None, ""),
    ],
)
def test_a_time_is_read_and_how_is_said(cell: object, value: time | None, how: str) -> None:
    assert as_time(cell) == (value, how, None)


@pytest.mark.parametrize(
    "cell", ["24:00", "9:60", "13:00 pm", "0:30 am", "0930", "noon", "9", 9, 9.5, -0.5, True, date(2024, 3, 5)]
)
def test_what_is_no_time_is_asked_about(cell: object) -> None:
    assert as_time(cell) == (None, "", "cell_not_a_time")


# -- texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "text", "how"),
    [
        ("Ağdam", "Ağdam", ""),
        (" Ağdam \n rayonu ", "Ağdam rayonu", "blanks"),
        (f"Ağdam{NBSP}rayonu", "Ağdam rayonu", "blanks"),
        ("S\u0327usa", "Ş\u0075sa", "composed"),
        ("Ağ\u200bdam\x07\ufeff", "Ağdam", "controls"),
        ("\u202eevil", "evil", "controls"),
        ("'0012", "0012", "apostrophe"),
        ("'Azadlıq' kəndi", "'Azadlıq' kəndi", ""),
        ("Ma'rif", "Ma'rif", ""),
        (12, "12", "number_as_text"),
        (12.0, "12", "number_as_text"),
        (12.5, "12.5", "number_as_text"),
        (date(2024, 5, 1), "2024-05-01", "date_as_text"),
        (time(9, 30), "09:30:00", "date_as_text"),
        (True, "true", "truth_as_text"),
        (None, "", ""),
        (" ", "", "blanks"),
    ],
)
def test_a_text_is_tidied_and_how_is_said(cell: object, text: str, how: str) -> None:
    assert as_text(cell) == (text, how, None)


@settings(deadline=None)
@given(st.text())
def test_a_tidied_text_stays_as_it_is(text: str) -> None:
    tidy, _, _ = as_text(text)
    again, how, _ = as_text(tidy)
    assert (again, how) == (tidy, "") or tidy.startswith("'")


# -- what is said about a cell ----------------------------------------------------------------------------------------


def test_everything_interpreted_in_a_cell_becomes_a_note() -> None:
    value, how, _ = as_number("2,5 ha")
    made = notes(how, "Data!C5", "Sahə", "2,5 ha", value)
    assert [(note.code, note.subject, note.parameters["read"]) for note in made] == [
        ("read_decimal_comma", "Data!C5", "2.5"),
        ("read_unit", "Data!C5", "2.5 ha"),
    ]
    assert made[0].sentence("en") == (
        "Data!C5: Sahə: “2,5 ha” was read with its decimal comma as 2.5; correct it if that is not meant"
    )


CELLS = [
    *(
        "1,234",
        "1 234,5 m2",
        "'5",
        "1e5",
        "5 dunam",
        "x" * 100,
        "S\u0327",
        "a\x07",
        " a",
        "9:30 pm",
        "03/04/2024",
        "5.3.24",
    ),
    *("29.02.2023", "2024", "5 mart 2024", "25/04/2024", "04/25/2024", "05.03.2024 10:30"),
    *(5, 5.5, 0.25, 45356, 20240305, 2024, True, None, date(2024, 3, 5), datetime(2024, 3, 5, 9, 30), time(9, 30)),
]


@pytest.mark.parametrize("reading", [as_number, as_integer, as_date, as_time, as_text])
@pytest.mark.parametrize("cell", CELLS, ids=repr)
def test_whatever_a_reading_says_can_be_said_in_every_language(cell: object, reading: object) -> None:
    value, how, code = reading(cell)
    said = notes(how, "Data!C5", "Sahə", cell, value)
    if code is not None:
        said.append(trouble(code, "Data!C5", "Sahə", cell))
    for problem in said:
        assert all(problem.sentence(language) for language in LANGUAGES)


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(), st.from_regex(r"[-+ ]?[0-9.,' ]{1,12}( ?(ha|m2|m²))?", fullmatch=True),
    st.from_regex(r"[0-9]{1,4}[-./][0-9]{1,4}[-./][0-9]{1,4}", fullmatch=True),
    st.dates(), st.datetimes(), st.times(),
)  # fmt: skip


@settings(deadline=None)
@given(SCALARS)
def test_no_cell_makes_a_reading_raise(cell: object) -> None:
    for reading in (as_number, as_integer, as_date, as_time, as_text):
        value, how, code = reading(cell)
        assert value is None or value == "" or code is None
        notes(how, "x", "y", cell, value)
