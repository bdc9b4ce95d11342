"""When an element is asked: judged on values and told to phones and pages in the same sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.standard.condition import is_filled, read_condition


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("", {}, True),
        ("outcome = cleared", {"outcome": "cleared"}, True),
        ("outcome = cleared", {"outcome": "reduced"}, False),
        ("outcome = cleared", {}, False),
        ("outcome = cleared|reduced", {"outcome": "reduced"}, True),
        ("outcome != cleared", {"outcome": "reduced"}, True),
        ("outcome != cleared", {"outcome": "cleared"}, False),
        ("outcome != cleared", {}, False),  # nobody said yet that it is something else
        ("method has dog", {"method": ["manual", "dog"]}, True),
        ("method has dog|rat", {"method": ["rat"]}, True),
        ("method has dog", {"method": ["manual"]}, False),
        ("method has dog", {"method": "dog"}, False),
        ("method has dog", {}, False),
        ("count filled", {"count": 0}, True),
        ("count filled", {"count": ""}, False),
        ("count filled", {"count": []}, False),
        ("count filled", {}, False),
        ("a = x and b filled", {"a": "x", "b": "1"}, True),
        ("a = x and b filled", {"a": "x"}, False),
    ],
)
def test_a_condition_is_judged_on_values(text: str, values: dict[str, object], holds: bool) -> None:
    assert read_condition(text).holds(values) is holds


@pytest.mark.parametrize(
    "text", ["a", "a =", "a filled x", "a == b", "a has", "= b", "a = b or c = d", "A = b", "a in b"]
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no condition"):
        read_condition(text)


def test_a_condition_names_its_elements_and_can_be_joined_with_another() -> None:
    both = read_condition("a = x").and_also(read_condition("b has y|z and c filled"))
    assert both.elements == ("a", "b", "c")
    assert both == read_condition("a = x and b has y|z and c filled")
    assert read_condition("").and_also(read_condition("a = x")) == read_condition("a = x")


def test_a_phone_and_a_page_are_told_the_same() -> None:
    condition = read_condition("a = x|y and b != z and c has u|v and d filled")
    assert condition.as_xpath("${{{}}}".format) == (
        "(${a} = 'x' or ${a} = 'y') and (${b} != '' and ${b} != 'z')"
        " and (selected(${c}, 'u') or selected(${c}, 'v')) and (${d} != '')"
    )
    assert condition.as_json() == [
        {"element": "a", "operator": "=", "codes": ["x", "y"]},
        {"element": "b", "operator": "!=", "codes": ["z"]},
        {"element": "c", "operator": "has", "codes": ["u", "v"]},
        {"element": "d", "operator": "filled", "codes": []},
    ]


WORDS = st.sampled_from(["a", "b", "c"])
CLAUSES = st.one_of(
    st.builds("{} = {}".format, WORDS, st.lists(WORDS, min_size=1).map("|".join)),
    st.builds("{} != {}".format, WORDS, st.lists(WORDS, min_size=1).map("|".join)),
    st.builds("{} has {}".format, WORDS, st.lists(WORDS, min_size=1).map("|".join)),
    st.builds("{} filled".format, WORDS),
)


@given(st.lists(CLAUSES, max_size=3), st.dictionaries(WORDS, WORDS | st.lists(WORDS)))
def test_a_condition_holds_where_each_of_its_clauses_does(clauses: list[str], values: dict[str, object]) -> None:
    assert read_condition(" and ".join(clauses)).holds(values) == all(read_condition(c).holds(values) for c in clauses)


def test_nought_says_something_and_nothing_says_nothing() -> None:
    assert all(map(is_filled, [0, 0.0, "0", [0]]))
    assert not any(map(is_filled, [None, "", [], {}]))
