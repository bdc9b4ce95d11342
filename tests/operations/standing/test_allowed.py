"""Who may work: the Authority asks whether Operator A's papers carry a piece of work, and hears what is missing."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.operations.standing.allowed import is_idle, work_problems
from torpaq.operations.standing.cascade import TaskUnderWay, suspended, tasks_stopped
from torpaq.operations.standing.scope import Work, covers, works_of
from torpaq.operations.standing.values import Accreditation
from torpaq.standard.codes import code_list
from torpaq.standard.problems import has_errors

IDLE_DAYS = 365
TODAY = date(2026, 6, 1)
ORGANISATIONAL = "ORG organisational granted 2025-01-01..2027-12-31"


def papers(text: str) -> list[Accreditation]:
    """Read ``code kind [activity] [method=…] [units=A,B] state from..to [last=day]`` a line."""
    return [_paper(line) for line in text.splitlines() if line.strip()]


def _paper(line: str) -> Accreditation:
    code, kind, *rest = line.split()
    named = dict(word.split("=") for word in rest if "=" in word)
    plain = [word for word in rest if "=" not in word]
    begins, _, ends = next(word for word in plain if ".." in word).partition("..")
    state, *activity = reversed([word for word in plain if ".." not in word])
    return Accreditation(
        code, "OP-A", kind, "".join(activity), named.get("method", ""),
        tuple(filter(None, named.get("units", "").split(","))), state,
        date.fromisoformat(begins) if begins else None, date.fromisoformat(ends) if ends else None,
        suspended_on=date(2026, 5, 4) if state == "suspended" else None,
        reason="accident 7" if state == "suspended" else "",
        last_work_on=date.fromisoformat(named["last"]) if "last" in named else TODAY,
    )  # fmt: skip


def asked(text: str, activity: str = "clearance", methods: str = "manual", unit: str = "AZ-AGM", on: date = TODAY):
    works = works_of(activity, methods.split(), unit, ("AZ-QAR", "AZ") if unit else ())
    found = work_problems("OP-A", papers(f"{ORGANISATIONAL}\n{text}"), works, on, IDLE_DAYS)
    return [(one.subject, one.code, dict(one.parameters)) for one in found]


def codes(text: str, **changes) -> list[str]:
    return [code for _, code, _ in asked(text, **changes)]


# -- scope ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "activity", "methods", "unit"),
    [
        ("clearance", "clearance", "manual", "AZ-AGM"),
        ("clearance", "road_clearance", "manual mechanical", "AZ-AGM"),
        ("clearance method=animal", "clearance", "dog rat", "AZ-AGM"),
        ("clearance units=AZ-FUZ,AZ-AGM", "clearance", "manual", "AZ-AGM"),
        ("clearance units=AZ-QAR", "clearance", "manual", "AZ-AGM"),
        ("clearance", "clearance", "", ""),
    ],
)
def test_a_scope_covers_what_it_names_and_what_lies_below(scope, activity, methods, unit):
    assert (
        codes(f"ACC operational {scope} granted 2026-01-01..2026-12-31", activity=activity, methods=methods, unit=unit)
        == []
    )


@pytest.mark.parametrize(
    ("scope", "activity", "methods", "unit"),
    [
        ("clearance", "bac", "manual", "AZ-AGM"),
        ("road_clearance", "clearance", "manual", "AZ-AGM"),  # a child never covers its parent
        ("clearance method=dog", "clearance", "animal", "AZ-AGM"),
        ("clearance method=manual", "clearance", "manual mechanical", "AZ-AGM"),
        ("clearance method=manual", "clearance", "", "AZ-AGM"),  # nobody says how, so nothing narrow covers it
        ("clearance units=AZ-FUZ", "clearance", "manual", "AZ-AGM"),
        ("clearance units=AZ-AGM", "clearance", "manual", ""),  # nobody says where
        ("", "clearance", "manual", "AZ-AGM"),  # an operational paper without an activity allows nothing
    ],
)  # fmt: skip
def test_what_lies_outside_is_missing_and_said_exactly(scope, activity, methods, unit):
    found = asked(f"ACC operational {scope} granted 2026-01-01..2026-12-31", activity, methods, unit)
    subject, code, parameters = found[-1]
    assert (subject, code, parameters["kind"]) == ("OP-A", "accreditation_missing", "operational")
    assert parameters["activity"] == activity


def test_of_several_methods_only_the_one_without_paper_is_told():
    found = asked("ACC operational clearance method=manual granted 2026-01-01..2026-12-31", methods="manual mechanical")
    assert [parameters["method"] for _, _, parameters in found] == ["mechanical"]


# -- states and dates -------------------------------------------------------------------------------------------------


def test_an_accreditation_counts_from_its_first_day_to_its_last():
    text = "ACC operational clearance granted 2026-03-01..2026-05-31"
    assert codes(text, on=date(2026, 2, 28)) == ["accreditation_not_begun"]
    assert codes(text, on=date(2026, 3, 1)) == codes(text, on=date(2026, 5, 31)) == []
    assert asked(text) == [("ACC", "accreditation_expired", {"ended": "2026-05-31"})]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("applied ..", "accreditation_not_granted"),
        ("desk_assessment ..", "accreditation_not_granted"),
        ("withdrawn 2026-01-01..2026-12-31", "accreditation_withdrawn"),
        ("granted ..", "accreditation_without_dates"),
        ("granted 2026-01-01..", "accreditation_without_dates"),
        ("suspended 2026-01-01..2026-12-31", "accreditation_suspended"),
        ("suspended 2026-01-01..2026-05-31", "accreditation_expired"),
        ("provisional 2026-01-01..2026-05-31", "accreditation_expired"),
    ],
)
def test_no_other_state_carries_work(line, code):
    assert codes(f"ACC operational clearance {line}") == [code]


def test_a_suspension_says_since_when_and_why_and_no_wider_paper_goes_round_it():
    suspended_one = "ACC-2 operational clearance method=manual suspended 2026-01-01..2026-12-31"
    found = asked(f"ACC-1 operational clearance granted 2026-01-01..2026-12-31\n{suspended_one}")
    assert found == [("ACC-2", "accreditation_suspended", {"since": "2026-05-04", "reason": "accident 7"})]


def test_what_was_granted_anew_after_an_expired_suspension_counts():
    text = """
    ACC-1 operational clearance suspended 2025-01-01..2025-12-31
    ACC-2 operational clearance granted   2026-01-01..2026-12-31
    """
    assert codes(text) == []


def test_of_papers_that_do_not_stand_the_nearest_is_told():
    text = """
    ACC-1 operational clearance withdrawn 2024-01-01..2027-12-31
    ACC-2 operational clearance granted   2024-01-01..2024-12-31
    ACC-3 operational clearance granted   2025-01-01..2025-12-31
    ACC-4 operational clearance applied   ..
    """
    assert asked(text) == [("ACC-3", "accreditation_expired", {"ended": "2025-12-31"})]


def test_a_provisional_one_allows_and_tells_its_conditions_unless_a_granted_one_stands_too():
    provisional = "ACC-1 operational clearance provisional 2026-01-01..2026-12-31"
    assert codes(provisional) == ["accreditation_provisional"]
    assert codes(f"{provisional}\nACC-2 operational clearance granted 2026-01-01..2026-12-31") == []


def test_an_organisation_whose_own_accreditation_does_not_stand_does_nothing():
    operational = "ACC operational clearance granted 2026-01-01..2026-12-31"
    works = works_of("clearance", ["manual"], "AZ-AGM", ())

    def all_codes(text):
        return [one.code for one in work_problems("OP-A", papers(text), works, TODAY, IDLE_DAYS)]

    assert all_codes(operational) == ["accreditation_organisational_missing"]
    assert all_codes(f"ORG organisational suspended 2026-01-01..2026-12-31\n{operational}") == [
        "accreditation_suspended"
    ]
    assert all_codes(f"ORG organisational eore granted 2026-01-01..2026-12-31\n{operational}") == [
        "accreditation_missing"
    ]
    assert all_codes(ORGANISATIONAL) == ["accreditation_missing"]


# -- idle -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "last", "idle"),
    [
        ("2024-01-01", "2025-06-01", False),  # 365 days to the day
        ("2024-01-01", "2025-05-31", True),
        ("2026-01-01", "2025-01-01", False),  # assessed anew since
    ],
)
def test_after_a_year_without_work_it_is_to_be_assessed_anew(begins, last, idle):
    text = f"ACC operational clearance granted {begins}..2026-12-31 last={last}"
    assert is_idle(papers(text)[0], TODAY, IDLE_DAYS) is idle
    assert codes(text) == (["accreditation_idle"] if idle else [])


# -- what stops -------------------------------------------------------------------------------------------------------


def test_a_suspension_stops_the_tasks_that_rest_on_it_and_no_other():
    held = papers(f"""
    {ORGANISATIONAL}
    ACC-M operational clearance method=manual units=AZ-AGM granted 2026-01-01..2026-12-31
    ACC-B operational bac                                  granted 2026-01-01..2026-12-31
    """)
    tasks = [
        TaskUnderWay("T-1", tuple(works_of("clearance", ["manual"], "AZ-AGM", ()))),
        TaskUnderWay("T-2", tuple(works_of("bac", ["visual"], "AZ-AGM", ()))),
    ]
    by_code = {one.code: one for one in held}

    def stopped(code):
        return tasks_stopped(suspended(by_code[code], TODAY, "accident"), held, tasks, TODAY, IDLE_DAYS)

    assert stopped("ACC-M") == ["T-1"]
    assert stopped("ACC-B") == ["T-2"]
    assert stopped("ORG") == ["T-1", "T-2"]


# -- laws -------------------------------------------------------------------------------------------------------------

ACTIVITIES = ("", "clearance", "road_clearance", "bac", "bac_surface")
METHODS = ("", "manual", "animal", "dog")
UNITS = ("AZ", "AZ-QAR", "AZ-AGM", "AZ-FUZ")
STATES = ("applied", "desk_assessment", "provisional", "granted", "suspended", "withdrawn")
days = st.one_of(st.none(), st.integers(-40, 40).map(lambda number: TODAY + timedelta(days=number)))
accreditations = st.builds(
    Accreditation,
    code=st.sampled_from(["ACC-1", "ACC-2", "ACC-3"]),
    organisation=st.just("OP-A"),
    kind=st.sampled_from(["organisational", "operational"]),
    activity=st.sampled_from(ACTIVITIES),
    method=st.sampled_from(METHODS),
    units=st.lists(st.sampled_from(UNITS), max_size=2).map(tuple),
    state=st.sampled_from(STATES),
    valid_from=days,
    valid_to=days,
)
pieces = st.builds(
    Work,
    activity=st.sampled_from(ACTIVITIES[1:]),
    method=st.sampled_from(METHODS),
    unit=st.sampled_from(["", "AZ-AGM", "AZ-FUZ"]),
    parents=st.sampled_from([(), ("AZ",), ("AZ-QAR", "AZ")]),
)


def plainly_covers(one: Accreditation, work: Work) -> bool:
    """Go through every chain of parents written out by hand."""
    chains = {
        "clearance": ["clearance"],
        "road_clearance": ["road_clearance", "clearance"],
        "bac": ["bac"],
        "bac_surface": ["bac_surface", "bac"],
        "": [],
        "manual": ["manual"],
        "animal": ["animal"],
        "dog": ["dog", "animal"],
    }
    if one.activity == "" and one.kind == "operational":
        return False
    if one.activity != "" and one.activity not in chains[work.activity]:
        return False
    if one.method != "" and one.method not in chains[work.method]:
        return False
    places = [work.unit, *work.parents]
    return len(one.units) == 0 or any(unit == place for unit in one.units for place in places)


def plainly_stands(one: Accreditation, day: date) -> bool:
    if one.state not in ("provisional", "granted") or one.valid_from is None or one.valid_to is None:
        return False
    span = (one.valid_to - one.valid_from).days
    return any(one.valid_from + timedelta(days=number) == day for number in range(span + 1))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a slow machine is no failure
@given(st.lists(accreditations, max_size=5), pieces)
def test_nothing_out_of_scope_expired_or_suspended_is_ever_allowed(held, work):
    allowed = not has_errors(work_problems("OP-A", held, [work], TODAY, IDLE_DAYS))

    def stands(kind):
        return any(one.kind == kind and plainly_covers(one, work) and plainly_stands(one, TODAY) for one in held)

    def blocks(one):
        lives = one.valid_to is None or one.valid_to >= TODAY
        return one.state == "suspended" and lives and plainly_covers(one, work)

    has_organisational = any(one.kind == "organisational" for one in held)
    expected = stands("operational") and (stands("organisational") or not has_organisational)
    assert allowed == (expected and not any(blocks(one) for one in held))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a slow machine is no failure
@given(accreditations, pieces)
def test_the_scope_is_that_of_its_plain_twin(one, work):
    assert covers(one, work) == plainly_covers(one, work)
    assert one.stands_on(TODAY) == plainly_stands(one, TODAY)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a slow machine is no failure
@given(st.lists(accreditations, max_size=5), pieces, st.integers(0, 400))
def test_what_blocks_is_said_and_idleness_alone_never_blocks(held, work, idle_days):
    strict = work_problems("OP-A", held, [work], TODAY, 0)
    assert has_errors(strict) == has_errors(work_problems("OP-A", held, [work], TODAY, idle_days))


def test_the_codes_of_these_stories_are_those_of_the_lists():
    assert set(ACTIVITIES[1:]) <= set(code_list("activity"))
    assert set(METHODS[1:]) <= set(code_list("operational_method"))
    assert {*STATES, "expired"} == set(code_list("accreditation_status"))
