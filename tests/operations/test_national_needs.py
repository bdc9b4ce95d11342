"""A country's own tables of competence replace the standard's rows and add to them, from its folder alone."""

import pytest

from torpaq.operations.spot.competence import competence_table, level_for
from torpaq.operations.standing.team import needs_of
from torpaq.standard.country import table_of

FILES = {
    "country.csv": "key,value,unit,source,note\niso3,TNY,,,\nmedics_a_team,2,,the Authority,\n",
    "units.csv": "code,parent,kind,name_az,name_en,name_ru,since,until,natural_earth,formed_of,note\n"
    "TN,,country,Kiçik,Tiny,Малая,,,,,\n",
    "places.csv": "code,name,lon,lat,population,unit,spellings\n",
    "kind_words.csv": "word,kind\n",
    "competences.csv": """
# The Authority's own: searchers may do what deminers do, a machine is driven by an engineer, nobody else is asked.
activity,function,any_of,clause
,deminer,deminer searcher_bac,Order 7
,machine_operator,machine_operator eod1,Order 7
clearance,machine_operator,machine_operator,Order 7
,surveyor,,Order 8
""".lstrip(),
    "team_functions.csv": "activity,function,least,clause\nnts,surveyor,2,Order 7\nclearance,deminer,4,Order 7\n",
    "eod_competence.csv": """
kind,code,level,clause
category,mortar,eod2,Order 9
action,render_safe,eod3_plus,Order 9
""".lstrip(),
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A country of seven small tables; its code is used nowhere else, because countries are read once."""
    folder = tmp_path_factory.mktemp("national") / "tny"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORPAQ_NATIONAL", str(folder.parent))
        needs_of("tny"), competence_table("tny")  # read while the folder is named
    return "tny"


def test_a_function_needs_what_the_country_says_and_elsewhere_what_the_standard_says(tiny: str):
    needs, usual = needs_of(tiny), needs_of("aze")
    assert needs.of_member("clearance", "deminer") == [("deminer", "searcher_bac")]
    assert needs.of_member("ts", "machine_operator") == [("machine_operator", "eod1")]
    assert needs.of_member("clearance", "machine_operator") == [("machine_operator",)]
    assert needs.of_member("nts", "deminer") == usual.of_member("nts", "deminer") == [("deminer", "surveyor")]
    assert needs.of_member("ts", "surveyor") == [] != usual.of_member("ts", "surveyor")


def test_a_team_needs_as_many_as_the_country_says(tiny: str):
    needs, usual = needs_of(tiny), needs_of("aze")
    assert needs.of_team("nts") == {"team_leader": 1, "surveyor": 2}
    assert needs.of_team("clearance") == {"team_leader": 1, "medic": 2, "deminer": 4}
    assert usual.of_team("clearance") == {"team_leader": 1, "medic": 1}


def test_an_item_needs_the_level_that_the_country_says(tiny: str):
    assert (level_for("category", "mortar", tiny), level_for("category", "mortar", "aze")) == ("eod2", "eod1")
    assert level_for("action", "render_safe", tiny) == "eod3_plus"
    assert level_for("category", "ap_mine", tiny) == "eod1"


def test_a_country_without_tables_of_its_own_has_the_standards():
    assert table_of("col", "competences.csv", ("activity", "function")) == table_of(
        "aze", "competences.csv", ("activity", "function")
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind,code,level,clause\ncategory,mortar,eod9,x\n", "no such level: eod9"),
        ("kind,code,clause\ncategory,mortar,x\n", "no column level"),
    ],
)
def test_a_broken_table_is_told_by_its_name(tmp_path, monkeypatch, text: str, told: str):
    folder = tmp_path / "bad"
    folder.mkdir()
    for name in ("country.csv", "units.csv", "places.csv", "kind_words.csv"):
        (folder / name).write_text(FILES[name], encoding="utf-8")
    (folder / "eod_competence.csv").write_text(text, encoding="utf-8")
    monkeypatch.setenv("TORPAQ_NATIONAL", str(tmp_path))
    with pytest.raises(ValueError, match=told):
        competence_table("bad")
