"""Repeats: merged row by row where every row has an id, one value otherwise. Device is for persons alone."""

import pytest

from intake.record.notation import conflicts, history, told, values
from torpaq.intake.record.history import Version, settle

BASE = "base: finds=[r1 model:PMN depth:10; r2 model:TM]\n"


class TestRowByRow:
    def test_two_teams_each_add_a_find(self):
        settled = told(
            BASE
            + """
            a <- base: finds=[r1 model:PMN depth:10; r2 model:TM; a1 model:OZM; a2 model:POM]
            b <- base: finds=[r1 model:PMN depth:10; r2 model:TM; b1 model:MON]
        """
        )
        assert conflicts(settled) == []
        assert values(settled) == (
            "finds=[r1 depth:10 model:PMN; r2 model:TM; a1 model:OZM; a2 model:POM; b1 model:MON]"
        )
        assert settled.origins["finds[a1].model"] == "a"
        assert settled.origins["finds[r1].depth"] == "base"
        assert "finds" not in settled.origins

    def test_one_corrects_a_find_and_the_other_takes_another_out(self):
        settled = told(
            BASE
            + """
            a <- base: finds=[r1 model:PMN depth:12; r2 model:TM]
            b <- base: finds=[r1 model:PMN depth:10]
        """
        )
        assert values(settled) == "finds=[r1 depth:12 model:PMN]"
        assert conflicts(settled) == []

    def test_both_correct_one_find_in_different_children(self):
        settled = told(
            BASE
            + """
            a <- base: finds=[r1 model:PMN-2 depth:10; r2 model:TM]
            b <- base: finds=[r1 model:PMN; r2 model:TM]
        """
        )
        assert values(settled) == "finds=[r1 model:PMN-2; r2 model:TM]"
        assert settled.origins["finds[r1].model"] == "a"

    def test_both_correct_one_child_differently(self):
        settled = told(
            BASE
            + """
            a <- base: finds=[r1 model:PMN depth:12; r2 model:TM-62]
            b <- base: finds=[r1 model:PMN depth:15; r2 model:TM]
        """
        )
        assert conflicts(settled) == ["finds[r1].depth: 10 -> a 12 | b 15"]
        assert values(settled) == "finds=[r1 depth:10 model:PMN; r2 model:TM-62]"

    def test_one_takes_a_find_out_that_the_other_corrects(self):
        settled = told(
            BASE
            + """
            a <- base: finds=[r2 model:TM]
            b <- base: finds=[r1 model:PMN depth:15; r2 model:TM]
        """
        )
        assert conflicts(settled) == [
            "finds[r1]: r1 model:PMN depth:10 -> a - | b r1 model:PMN depth:15",
        ]
        assert values(settled) == "finds=[r1 model:PMN depth:10; r2 model:TM]"
        assert settled.origins["finds[r1]"] == "base"

    def test_both_add_a_row_of_one_id(self):
        settled = told("""
            base: note=x
            a <- base: finds=[r1 model:PMN depth:10]
            b <- base: finds=[r1 model:PMN depth:15]
        """)
        assert conflicts(settled) == ["finds[r1].depth: - -> a 10 | b 15"]
        assert values(settled) == "finds=[r1 model:PMN], note=x"

    def test_the_only_find_is_taken_out_while_another_is_added(self):
        settled = told("""
            base: finds=[r1 model:PMN]
            a <- base: finds=-
            b <- base: finds=[r1 model:PMN; b1 model:TM]
        """)
        assert values(settled) == "finds=[b1 model:TM]"
        assert conflicts(settled) == []

    def test_each_takes_one_of_two_out_and_none_is_left(self):
        settled = told(BASE + "a <- base: finds=[r1 model:PMN depth:10]\n b <- base: finds=[r2 model:TM]")
        assert values(settled) == ""
        assert conflicts(settled) == []

    def test_both_take_all_out_in_their_own_way(self):
        """Absent and an empty list are two values for a computer; neither has a row."""
        settled = told(BASE + "a <- base: finds=-\n b <- base: finds=[]")
        assert (values(settled), conflicts(settled)) == ("", [])

    def test_a_resolution_ends_a_conflict_of_a_row(self):
        settled = told(
            BASE
            + """
            a <- base: finds=[r1 model:PMN depth:12; r2 model:TM]
            b <- base: finds=[r1 model:PMN depth:15; r2 model:TM]
            m <- a b: finds=[r1 model:PMN depth:15; r2 model:TM]
        """
        )
        assert conflicts(settled) == []
        assert settled.origins == {"finds": "m"}

    def test_a_list_that_one_side_changed_stays_as_that_side_wrote_it(self):
        settled = told(BASE + "a <- base: finds=[r2 model:TM; r1 model:PMN]\n b <- base: note=x")
        assert values(settled) == "finds=[r2 model:TM; r1 model:PMN], note=x"
        assert settled.origins["finds"] == "a"


class TestTheOrderOfRows:
    def test_each_new_row_stays_where_it_was_put(self):
        settled = told(
            BASE
            + """
            a <- base: finds=[a1 model:OZM; r1 model:PMN depth:10; r2 model:TM]
            b <- base: finds=[r1 model:PMN depth:10; b1 model:MON; b2 model:POM; r2 model:TM]
        """
        )
        assert [row["_row"] for row in settled.values["finds"]] == ["a1", "r1", "b1", "b2", "r2"]

    def test_rows_written_together_stay_together(self):
        settled = told(
            BASE
            + """
            a <- base: finds=[r1 model:PMN depth:10; a1 x:1; a2 x:1; r2 model:TM]
            b <- base: finds=[r1 model:PMN depth:10; b1 x:1; b2 x:1; r2 model:TM]
        """
        )
        assert [row["_row"] for row in settled.values["finds"]] == ["r1", "a1", "a2", "b1", "b2", "r2"]

    def test_a_new_order_on_one_side_and_a_change_on_the_other_are_for_a_person(self):
        """The order of turning points is the boundary: nobody may lose it in silence."""
        settled = told("""
            base: points=[p1 x:1; p2 x:2]
            a <- base: points=[p2 x:2; p1 x:1]
            b <- base: points=[p1 x:5; p2 x:2]
        """)
        assert conflicts(settled) == ["points: [p1 x:1; p2 x:2] -> a [p2 x:2; p1 x:1] | b [p1 x:5; p2 x:2]"]

    def test_three_orders_that_go_round_in_a_ring_are_for_a_person(self):
        settled = told("a: p=[1 x:1; 2 x:1]\n b: p=[2 x:1; 3 x:1]\n c: p=[3 x:1; 1 x:1]")
        assert conflicts(settled) == ["p: - -> a [1 x:1; 2 x:1] | b [2 x:1; 3 x:1] | c [3 x:1; 1 x:1]"]


class TestListsThatAreOneValue:
    @pytest.mark.parametrize(
        "rows",
        [
            "[* x:1; r2 x:1]",  # a row without an id
            "[r1 x:1; r1 x:2]",  # an id twice
            "[r[1] x:1]",  # an id that would be mistaken for a path
        ],
    )
    def test_without_good_row_ids_nothing_is_merged(self, rows: str):
        a, b = (
            Version("a", ("base",), {"finds": history(f"x: finds={rows}")[0].values["finds"]}),
            history("b: finds=[]")[0],
        )
        base = Version("base", (), {"finds": [{"_row": "r2", "x": 1}]})
        settled = settle([base, a, Version("b", ("base",), b.values)], [])
        assert [conflict.element for conflict in settled.conflicts] == ["finds"]
        assert settled.values == base.values

    @pytest.mark.parametrize("odd", [["r1"], [{"_row": 1}], [{"_row": ""}], "r1", 7, {"_row": "r1"}])
    def test_what_is_no_list_of_rows_is_one_value(self, odd: object):
        base = Version("base", (), {"finds": [{"_row": "r1", "x": 1}]})
        a = Version("a", ("base",), {"finds": odd})
        b = Version("b", ("base",), {"finds": [{"_row": "r1", "x": 2}]})
        (conflict,) = settle([base, a, b], []).conflicts
        assert conflict.element == "finds"
        assert dict(conflict.sides) == {"a": odd, "b": b.values["finds"]}

    def test_one_old_version_without_row_ids_is_enough(self):
        settled = told("""
            old: finds=[* x:1]
            base <- old: finds=[r1 x:1]
            a <- base: finds=[r1 x:1; a1 x:1]
            b <- base: finds=[r1 x:1; b1 x:1]
        """)
        assert [conflict.element for conflict in settled.conflicts] == ["finds"]

    def test_codes_are_one_value(self):
        base = Version("base", (), {"method": ["manual"]})
        a = Version("a", ("base",), {"method": ["manual", "dogs"]})
        b = Version("b", ("base",), {"method": ["manual", "machine"]})
        assert [conflict.element for conflict in settle([base, a, b], []).conflicts] == ["method"]


class TestRowsWithChildrenForPersonsAlone:
    BASE = "base: finds=[r1 device:PMN x:1; r2 device:TM x:1], note=x\n"

    def test_a_device_that_one_side_changed_is_asked_about(self):
        settled = told(
            self.BASE
            + """
            a <- base: finds=[r1 device:OZM x:2; r2 device:TM x:1]
            b <- base: note=y
        """
        )
        assert conflicts(settled) == ["finds[r1].device: PMN -> a OZM | b PMN"]
        assert values(settled) == "finds=[r1 device:PMN x:2; r2 device:TM x:1], note=y"

    def test_a_find_that_one_side_took_out_is_asked_about_and_stays_where_it_was(self):
        settled = told(self.BASE + "a <- base: finds=[r2 device:TM x:1]\n b <- base: note=y")
        assert conflicts(settled) == ["finds[r1]: r1 device:PMN x:1 -> a - | b r1 device:PMN x:1"]
        assert values(settled) == "finds=[r1 device:PMN x:1; r2 device:TM x:1], note=y"

    def test_a_find_that_one_side_added_is_merged(self):
        settled = told(
            self.BASE
            + """
            a <- base: finds=[r1 device:PMN x:1; r2 device:TM x:1; a1 device:MON]
            b <- base: finds=[r1 device:PMN x:1; r2 device:TM x:1; b1 device:POM]
        """
        )
        assert conflicts(settled) == []
        assert [row["_row"] for row in settled.values["finds"]] == ["r1", "r2", "a1", "b1"]

    def test_a_device_that_one_side_fills_in_is_asked_about(self):
        settled = told("base: finds=[r1 x:1]\n a <- base: finds=[r1 x:1 device:PMN]\n b <- base: note=y")
        assert conflicts(settled) == ["finds[r1].device: - -> a PMN | b -"]

    def test_along_one_chain_nobody_is_asked(self):
        settled = told(self.BASE + "a <- base: finds=[r1 device:OZM]")
        assert (conflicts(settled), values(settled)) == ([], "finds=[r1 device:OZM], note=x")
        assert settled.origins == {"finds": "a", "note": "base"}

    def test_without_row_ids_the_whole_list_is_asked_about(self):
        settled = told("base: finds=[* device:PMN]\n a <- base: finds=[* device:OZM]\n b <- base: note=y")
        assert [conflict.element for conflict in settled.conflicts] == ["finds"]

    def test_a_list_that_is_itself_for_persons_is_never_merged(self):
        text = (
            BASE
            + """
            a <- base: finds=[r1 model:PMN depth:10; r2 model:TM; a1 model:OZM]
            b <- base: note=y
        """
        )
        assert [conflict.element for conflict in told(text, ("finds",)).conflicts] == ["finds"]
