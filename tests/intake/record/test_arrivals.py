"""What arrives again: Operator A's phone lost the answer, and sends the same submission once more."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.intake.record.arrivals import Arrival, Verdict, judge, normal_instance_id

ID = "uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"
OTHER_ID = "uuid:00000000-4f89-41d3-9a0c-0305e82c3301"


def arrival(content: str, id_: str = ID) -> Arrival:
    return Arrival(id_, hashlib.sha256(content.encode()).hexdigest())


KNOWN = {ID: {arrival("depth 13").sha256}}


class TestJudging:
    def test_a_first_arrival_is_new(self):
        assert judge(arrival("depth 13"), {}) is Verdict.NEW
        assert judge(arrival("depth 13"), {ID: []}) is Verdict.NEW
        assert judge(arrival("depth 13", OTHER_ID), KNOWN) is Verdict.NEW

    def test_the_same_bytes_again_are_the_same(self):
        assert judge(arrival("depth 13"), KNOWN) is Verdict.SAME

    def test_other_bytes_under_the_same_id_are_set_aside(self):
        assert judge(arrival("depth 20"), KNOWN) is Verdict.OTHER_BYTES

    def test_of_two_that_are_set_aside_each_gets_its_own_answer_again(self):
        known = {ID: [arrival("depth 13").sha256, arrival("depth 20").sha256]}
        assert judge(arrival("depth 20"), known) is Verdict.SAME
        assert judge(arrival("depth 30"), known) is Verdict.OTHER_BYTES

    @given(st.lists(st.tuples(st.sampled_from([ID, OTHER_ID]), st.sampled_from("abc"))))
    def test_every_content_is_kept_once_however_often_it_comes(self, sent: list[tuple[str, str]]):
        known: dict[str, set[str]] = {}
        verdicts = []
        for id_, content in sent:
            verdicts.append(judge(arrival(content, id_), known))
            known.setdefault(id_, set()).add(arrival(content, id_).sha256)
        assert verdicts.count(Verdict.NEW) == len({id_ for id_, _ in sent})
        assert len(verdicts) - verdicts.count(Verdict.SAME) == len(set(sent))


class TestInstanceIds:
    @pytest.mark.parametrize(
        "written",
        [
            "uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "UUID:3F2504E0-4F89-41D3-9A0C-0305E82C3301",
            " \t uuid: 3f2504e0-4f89-41d3-9a0c-0305e82c3301\n",
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "uuid:3f2504e04f8941d39a0c0305e82c3301",
            "3F2504E04F8941D39A0C0305E82C3301",
        ],
    )
    def test_one_id_however_it_is_written(self, written: str):
        assert normal_instance_id(written) == (ID, [])

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("", "instance_id_missing"),
            (" \n\u00a0", "instance_id_missing"),
            ("uuid:", "instance_id_no_uuid"),
            ("1", "instance_id_no_uuid"),
            ("uuid:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301", "instance_id_no_uuid"),
            ("uuid:3f2504e0-4f89-41d3-9a0c-0305e82c330", "instance_id_no_uuid"),
            ("uuid:3f2504e0-4f89-41d3-9a0c-0305e82c330g", "instance_id_no_uuid"),
            ("uuid:3f25-04e04f8941d39a0c0305e82c3301", "instance_id_no_uuid"),
            ("uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301\0", "instance_id_no_uuid"),
            ("uuid:{3f2504e0-4f89-41d3-9a0c-0305e82c3301}", "instance_id_no_uuid"),
            ("UUİD:3f2504e0-4f89-41d3-9a0c-0305e82c3301", "instance_id_no_uuid"),  # upper case of Azerbaijani
            ("uuid:٣f2504e0-4f89-41d3-9a0c-0305e82c3301", "instance_id_no_uuid"),  # a digit that is not ASCII
            ("x" * 101, "instance_id_too_long"),
            ("uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301" * 10_000, "instance_id_too_long"),
        ],
    )
    def test_what_is_no_uuid_is_a_problem(self, written: str, code: str):
        id_, problems = normal_instance_id(written)
        assert id_ == ""
        assert [problem.code for problem in problems] == [code]

    @given(st.text(max_size=120))
    def test_any_text_gives_a_normal_id_or_a_problem(self, written: str):
        id_, problems = normal_instance_id(written)
        assert bool(id_) != bool(problems)

    @given(st.uuids(), st.booleans(), st.booleans())
    def test_a_normal_id_is_its_own_normal_id(self, uuid: object, prefix: bool, upper: bool):
        written = ("uuid:" if prefix else "") + str(uuid)
        assert normal_instance_id(written.upper() if upper else written) == (f"uuid:{uuid}", [])
        assert normal_instance_id(f"uuid:{uuid}") == (f"uuid:{uuid}", [])
