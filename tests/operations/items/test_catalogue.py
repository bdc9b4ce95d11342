"""What people write for a model, and which model it is: the teams type Latin, Cyrillic, and both in one word."""

import pytest

from support import ROOT
from torpaq.operations.items.catalogue import (
    Sureness,
    best,
    fits_category,
    identify,
    is_unknown,
    key_of,
    model_key,
    models,
    near_names,
    search,
)
from torpaq.standard.codes import code_list
from torpaq.standard.tables import read_table

SURE, LIKELY, PERHAPS = Sureness.SURE, Sureness.LIKELY, Sureness.PERHAPS


@pytest.mark.parametrize(
    ("written", "code", "sureness"),
    [
        ("PMN-2", "pmn_2", SURE),
        ("pmn 2", "pmn_2", SURE),
        ("PMN2", "pmn_2", SURE),
        ("ПМН-2", "pmn_2", SURE),
        ("пмн 2", "pmn_2", SURE),
        ("PМН-2", "pmn_2", SURE),  # a Latin P before Cyrillic letters
        ("РMN-2", "pmn_2", LIKELY),  # a Cyrillic Р, an R by sound, before Latin letters
        ("9H235", "9n235", LIKELY),  # a Latin H for the Cyrillic Н, as it looks
        ("ТМ-62М", "tm_62m", SURE),
        ("TM 62 P3", "tm_62p3", SURE),
        ("ШОАБ-0,5", "shoab_0_5", SURE),
        ("SHOAB 0.5", "shoab_0_5", SURE),
        ("АО-2,5РТ", "ao_2_5rt", SURE),
        ("UZRQM", "uzrgm", SURE),
        ("Smerç", "9m55k", SURE),
        ("SMERCH", "9m55k", SURE),
        ("Град", "m_21of", SURE),
        ("lepestok", "pfm_1", SURE),
        ("iki ədəd PMN-2 mina", "pmn_2", LIKELY),
        ("граната Ф-1", "f_1", LIKELY),
    ],
)
def test_a_model_is_known_however_it_is_written(written: str, code: str, sureness: Sureness):
    assert [(one.code, one.sureness) for one in identify(written)] == [(code, sureness)]


@pytest.mark.parametrize("written", ["PMN-5", "PMN-22", "TM-63M", "9N236"])
def test_a_digit_is_never_taken_for_another(written: str):
    assert identify(written) == []


def test_a_name_that_several_models_share_is_left_to_a_person():
    assert best("TM-62") == ""
    assert {one.code for one in identify("TM-62")} == {"tm_62m", "tm_62p", "tm_62p2", "tm_62p3", "tm_62b", "tm_62d"}
    assert {one.sureness for one in identify("TM-62")} == {PERHAPS}
    assert {one.code for one in identify("PMN-2 / PMN-4")} == {"pmn_2", "pmn_4"}
    assert best("PMN-2 / PMN-4") == ""


def test_the_category_of_a_report_prefers_its_own_models():
    assert best("122 mm") == ""
    assert best("122 mm", "rocket") == "m_21of"
    assert {one.code for one in identify("122 mm", "projectile")} == {"projectile_122mm", "of_462"}


def test_a_slip_of_one_letter_is_only_perhaps():
    assert [(one.code, one.sureness) for one in identify("PMM-2")] == [("pmn_2", PERHAPS), ("pom_2", PERHAPS)]
    assert near_names("PMM-2", "ru") == ["ПМН-2", "ПОМ-2"]


@pytest.mark.parametrize("written", ["", "unknown", "Naməlum", "NAMƏLUM", "неизвестно", "məlum deyil"])
def test_unknown_is_no_model(written: str):
    assert identify(written) == []
    assert model_key(written) == ""
    assert is_unknown(written) or not written


def test_turkic_capitals_do_not_break_a_name():
    assert key_of("QIRAD") == key_of("qırad")
    assert best("LYAQUŞKA") == best("lyaquşka") == "ozm_72"


def test_a_model_that_nobody_listed_is_compared_by_its_own_letters():
    assert model_key("Prüfmine 7") == model_key("PRUFMINE-7") == "prufmine7"


def test_every_name_of_every_model_leads_back_to_it():
    for model in models().values():
        for named in model.texts:
            assert model.code in {one.code for one in identify(named, model.category)}, named


def test_codes_and_aliases_that_two_models_share_are_of_no_code():
    for model in models().values():
        assert [one.code for one in identify(model.code)] == [model.code]


def test_the_catalogue_stands_on_the_lists():
    categories = code_list("ordnance_category")
    assert {model.category for model in models().values()} <= set(categories)
    listed = read_table(ROOT / "national" / "aze" / "lists" / "ordnance_model.csv")
    national = {row["code"]: row["parent"] for row in listed if row["parent"]}
    assert {code: models()[code].category for code in national} == national


def test_a_category_fits_its_own_line():
    parents = {code: row.parent for code, row in code_list("ordnance_category").items()}
    assert fits_category("pmn_2", "ap_mine", parents)
    assert fits_category("pmn_2", "mine", parents)
    assert fits_category("pmn_2", "axo", parents)
    assert not fits_category("pmn_2", "submunition", parents)
    assert not fits_category("9n235", "ap_mine", parents)


def test_searching_answers_parts_of_names_and_aliases():
    assert {"pmn", "pmn_2", "pmn_3", "pmn_4"} <= {model.code for model in search("пмн")}
    assert search("pmn-2")[0].code == "pmn_2"
    assert search("butterfly")[0].code == "pfm_1"
    assert len(search("")) == len(models())
    assert search("zzz") == []
