"""Forms as data: versions that stay readable, a country's additions, and tables that contradict themselves refused."""

from pathlib import Path

import pytest

from tiny_forms import tiny_forms
from torpaq.standard.codes import code_list
from torpaq.standard.form import ElementType, Sensitivity, form_codes, load_form, versions_of
from torpaq.standard.form_changes import ChangeKind, changes

FORMS = [
    *("hazardous_area", "technical_survey", "clearance_progress", "completion", "eod_spot_task", "ordnance_item"),
    *("accident", "victim", "eore_session", "assistance", "quality_inspection", "marking", "land_release_product"),
]


def codes(form) -> list[str]:
    return [element.code for element in form.elements]


# -- the standard's own -----------------------------------------------------------------------------------------------


def test_every_form_of_the_minimum_data_is_there() -> None:
    assert sorted(form_codes()) == sorted(FORMS)


@pytest.mark.parametrize("country", ["", "aze", "col"])
@pytest.mark.parametrize("code", FORMS)
def test_every_version_of_every_form_loads_in_every_country(code: str, country: str) -> None:
    for version in versions_of(code, country):
        form = load_form(code, country, version)
        assert form.version == version
        assert form.by_code["date_of_information"].required


@pytest.mark.parametrize("code", FORMS)
def test_every_unit_of_a_number_has_its_words_in_three_languages(code: str) -> None:
    units = {element.unit for element in load_form(code).elements if element.unit}
    assert units <= set(code_list("element_unit"))


def test_a_form_is_one_value_in_a_process_and_a_countrys_letters_may_be_capitals() -> None:
    assert load_form("victim", "AZE") is load_form("victim", "aze")


def test_what_there_is_not_is_a_key_error_that_tells_what_there_is() -> None:
    with pytest.raises(KeyError, match="there is no form minefields; there are hazardous_area"):
        load_form("minefields")
    with pytest.raises(KeyError, match="victim has no version 99"):
        load_form("victim", "", "99")


def test_a_victims_name_is_for_the_vault_and_its_outcome_for_a_person_to_decide() -> None:
    form = load_form("victim")
    assert form.by_code["name"].sensitive is Sensitivity.VAULT
    assert "outcome" in form.by_person


# -- structure --------------------------------------------------------------------------------------------------------


def test_the_common_header_begins_every_form_unless_the_form_has_its_own_row(tmp_path: Path) -> None:
    header = """
        report section
        report/day date required
        report/place text
    """
    with tiny_forms(tmp_path, header, visit="place text required\n"):
        form = load_form("visit")
    assert codes(form) == ["report", "day", "place"]
    assert form.by_code["place"].parent == ""


def test_sections_only_give_headings_and_a_repeat_holds_rows(tmp_path: Path) -> None:
    table = """
        work section
        work/team text
        work/finds repeat
        finds/what section
        what/category code:ordnance_category person
        finds/depth_cm decimal
    """
    with tiny_forms(tmp_path, visit=table):
        form = load_form("visit")
    assert [element.code for element in form.asked()] == ["team", "finds"]
    assert [element.code for element in form.asked("finds")] == ["category", "depth_cm"]
    assert [element.code for element in form.children("work")] == ["team", "finds"]
    assert form.asked("team") == ()
    assert form.repeat_of(form.by_code["category"]) == "finds"
    assert form.repeat_of(form.by_code["team"]) == ""
    assert form.by_person == {"category"}


def test_a_sections_condition_is_its_elements_too(tmp_path: Path) -> None:
    table = """
        at_workplace code:yes_no_unknown
        ground section if at_workplace = yes
        ground/soil codes:soil
        ground/depth_cm decimal if soil has clay
        ground/layers repeat if soil has sand
        layers/layer text
    """
    with tiny_forms(tmp_path, visit=table):
        form = load_form("visit")
    told = {element.code: element.condition.text for element in form.elements}
    assert told["soil"] == "at_workplace = yes"
    assert told["depth_cm"] == "at_workplace = yes and soil has clay"
    assert told["layers"] == "at_workplace = yes and soil has sand"
    assert told["layer"] == ""  # a row that stands has been asked for
    assert not form.by_code["depth_cm"].condition.holds({"soil": ["clay"]})
    assert form.by_code["depth_cm"].condition.holds({"at_workplace": "yes", "soil": ["clay"]})


# -- versions ---------------------------------------------------------------------------------------------------------

GROWN = """
    team text
    depth_cm decimal unit=cm least=0
    weather text retired=2
    depth_cm decimal unit=cm least=0 most=1000 required since=2
    hours decimal since=2
    slope code:slope since=3 if team = a
"""


def test_a_form_gains_and_retires_elements_and_its_old_versions_stay_as_they_were(tmp_path: Path) -> None:
    with tiny_forms(tmp_path, visit=GROWN):
        assert versions_of("visit") == ("1", "2", "3")
        first, second, newest = load_form("visit", version="1"), load_form("visit", version="2"), load_form("visit")
    assert codes(first) == ["team", "depth_cm", "weather"]
    assert codes(second) == ["team", "depth_cm", "hours"]
    assert codes(newest) == ["team", "depth_cm", "hours", "slope"]
    assert not first.by_code["depth_cm"].required
    assert second.by_code["depth_cm"].required
    assert newest.version == "3"


def test_a_replacing_row_may_stand_before_or_after_the_row_it_replaces(tmp_path: Path) -> None:
    turned = "depth_cm decimal required since=2\n depth_cm decimal\n"
    with tiny_forms(tmp_path, visit=turned):
        assert not load_form("visit", version="1").by_code["depth_cm"].required
        assert load_form("visit", version="2").by_code["depth_cm"].required


def test_what_changed_between_versions_is_told_element_by_element(tmp_path: Path) -> None:
    with tiny_forms(tmp_path, visit=GROWN):
        found = changes(load_form("visit", version="1"), load_form("visit", version="3"))
    told = [(change.kind.value, change.element, change.what, change.before, change.after) for change in found]
    assert told == [
        ("changed", "depth_cm", "required", "no", "yes"),
        ("changed", "depth_cm", "most", "", "1000"),
        ("added", "hours", "", "", ""),
        ("added", "slope", "", "", ""),
        ("retired", "weather", "", "", ""),
    ]


def test_a_bound_of_one_is_told_as_one_and_not_as_yes(tmp_path: Path) -> None:
    table = "count integer least=0\ncount integer least=1 since=2\n"
    with tiny_forms(tmp_path, visit=table):
        (change,) = changes(load_form("visit", version="1"), load_form("visit"))
    assert (change.what, change.before, change.after) == ("least", "0", "1")


def test_nothing_changed_is_nothing_told() -> None:
    form = load_form("completion")
    assert changes(form, form) == []


# -- a country's additions --------------------------------------------------------------------------------------------


def test_a_country_adds_elements_at_the_end_of_their_section_and_a_number_of_its_own(tmp_path: Path) -> None:
    table = """
        work section
        work/team text
        end section
        end/remarks long_text
        hours decimal since=2
    """
    country = {"visit": "work/licence text required\nend/seal text since=2\n"}
    with tiny_forms(tmp_path, country=country, visit=table):
        assert versions_of("visit", "aze") == ("1", "1.1", "1.2", "2", "2.1", "2.2")
        form = load_form("visit", "aze")
        assert form.version == "2.2"
        assert codes(form) == ["work", "team", "licence", "end", "remarks", "seal", "hours"]
        assert form.by_code["licence"].from_country
        assert not form.by_code["team"].from_country
        assert codes(load_form("visit", "aze", "1.1")) == ["work", "team", "licence", "end", "remarks"]
        assert codes(load_form("visit", "aze", "1")) == ["work", "team", "end", "remarks"]
        assert codes(load_form("visit")) == ["work", "team", "end", "remarks", "hours"]


LIST = "code,parent,clause,since,retired,az,en,ru\n"


def test_a_country_adds_codes_to_a_list_and_has_lists_of_its_own(tmp_path: Path) -> None:
    lists = tmp_path / "national" / "lists"
    with tiny_forms(tmp_path, visit="soil code:soil\nregion code:region\n"):
        lists.mkdir()
        (lists / "soil.csv").write_text(LIST + "chernozem,clay,,,,qara torpaq,chernozem,чернозём\n", encoding="utf-8")
        (lists / "region.csv").write_text(LIST + "north,,,,,şimal,north,север\n", encoding="utf-8")
        form = load_form("visit", "aze")
        assert list(form.lists["soil"]) == [*code_list("soil"), "chernozem"]
        assert form.lists["region"]["north"].labels["az"] == "şimal"
        with pytest.raises(ValueError, match="there is no list 'region'"):
            load_form("visit")


def test_a_country_may_not_take_a_code_that_the_standards_list_has(tmp_path: Path) -> None:
    lists = tmp_path / "national" / "lists"
    with tiny_forms(tmp_path, visit="soil code:soil\n"):
        lists.mkdir()
        (lists / "soil.csv").write_text(LIST + "clay,,,,,gil,clay,глина\n", encoding="utf-8")
        with pytest.raises(ValueError, match="'clay'"):
            load_form("visit", "aze")


# -- broken tables are refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("Team text", "Team is no code"),
        ("_team text", "_team is no code"),
        ("team__name text", "team__name is no code"),
        ("team text\nteam text", "team stands twice since version 1"),
        ("team text\nteam integer since=2", "team was text and cannot become integer"),
        ("work/team text", r"elements stand in \['work'\]"),
        ("team text\nteam/name text", "name stands in team, which is no section or repeat"),
        ("finds repeat\nfinds/parts repeat\nparts/name text", "parts is a repeat within a repeat"),
        ("finds repeat\nfinds/s section\ns/parts repeat\nparts/name text", "parts is a repeat within a repeat"),
        ("team words", "'words' is not a valid ElementType"),
        ("team text sensitive=secret", "'secret' is not a valid Sensitivity"),
        ("team text since=one", "invalid literal"),
        ("team text merge=machine", "KeyError"),
        ("depth decimal least=deep", "InvalidOperation"),
        ("soil code", "soil of type code names the list ''"),
        ("soil text:soil", "soil of type text names the list 'soil'"),
        ("soil code:earth", "there is no list 'earth'"),
        ("event reference:happening", "event refers to happening, which is no form"),
        ("team text least=1", "team of type text is bounded by 1"),
        ("depth decimal least=9 most=1", "depth of type decimal is bounded by 9 and 1"),
        ("team text en=", "team lacks a label or a hint in some language"),
        ("team text hint_az=ad", "team lacks a label or a hint in some language"),
        ("team text if method is dog", "is no condition"),
        ("team text if method = dog", "has a condition on method, which is not asked before it"),
        ("team text if method = dog\nmethod code:operational_method", "method, which is not asked before it"),
        ("finds repeat\nfinds/model text\nteam text if model filled", "model, which is not asked before it"),
        ("soil code:soil\nteam text if soil = cheese", r"condition on \['cheese'\], which soil lacks"),
        ("soil codes:soil\nteam text if soil = clay", "has a condition on soil with '=': it is a codes"),
        ("soil code:soil\nteam text if soil has clay", "has a condition on soil with 'has': it is a code"),
        ("depth decimal\nteam text if depth = 13", "has a condition on depth with '=': it is a decimal"),
        ("finds repeat\nfinds/model text\nteam text if finds filled", "on finds with 'filled': it is a repeat"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_and_says_where(tmp_path: Path, table: str, what: str) -> None:
    with tiny_forms(tmp_path, visit=table), pytest.raises(ValueError, match=what):
        load_form("visit")


def test_a_country_may_not_take_the_code_of_a_standards_element(tmp_path: Path) -> None:
    with (
        tiny_forms(tmp_path, country={"visit": "team text\n"}, visit="team text\n"),
        pytest.raises(ValueError, match=r"\['team'\] stand in the standard's form already"),
    ):
        load_form("visit", "aze")


def test_a_reference_names_a_form_or_a_hazardous_area(tmp_path: Path) -> None:
    with tiny_forms(tmp_path, visit="area reference:area\nother reference:visit\n"):
        assert [element.type for element in load_form("visit").elements] == [ElementType.REFERENCE] * 2


def test_kinds_of_change_are_words_that_last() -> None:
    assert [kind.value for kind in ChangeKind] == ["added", "retired", "changed"]
