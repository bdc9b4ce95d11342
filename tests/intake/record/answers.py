"""Forms answered in Azerbaijan, as readable text: one answer a line, rows of repeats by their number."""

import re
from datetime import date

from torpaq.intake.record.checking import check_record
from torpaq.intake.record.context import Context, context_in
from torpaq.intake.record.reading import read_answers
from torpaq.intake.record.record import Finding, Record, Value
from torpaq.standard.country import load_country
from torpaq.standard.form import load_form

TODAY = date(2026, 11, 27)
AROUND_AGDAM = "POLYGON ((46.93 39.99, 46.94 39.99, 46.94 40.00, 46.93 40.00, 46.93 39.99))"
AREA_M2 = "947900"


def context(form: str, country: str = "aze") -> Context:
    return context_in(load_country(country), load_form(form, country), "en", TODAY)


def typed(text: str) -> dict[str, object]:
    """Answers from text: ``element: answer`` a line, ``finds 1 category: pmn`` in a repeat's row."""
    answers: dict[str, object] = {}
    for line in text.strip().splitlines():
        name, _, answer = (part.strip() for part in line.partition(":"))
        row = re.fullmatch(r"(\w+) (\d+) (\w+)", name)
        if row:
            rows = answers.setdefault(row[1], [])
            assert isinstance(rows, list)
            while len(rows) < int(row[2]):
                rows.append({})
            rows[int(row[2]) - 1][row[3]] = answer
        else:
            answers[name] = answer
    return answers


def answered(form: str, text: str, **changes: object) -> tuple[dict[str, Value], list[Finding]]:
    """Read a form's answers with some changed (None: left out); return the values and everything found."""
    where = context(form)
    raw = {**typed(text), **changes}
    values, findings = read_answers({code: answer for code, answer in raw.items() if answer is not None}, where)
    return values, findings + check_record(Record(form, where.form.version, values), where.form, where)


def told(findings: list[Finding]) -> set[tuple[str, str]]:
    """Element and code of every error and warning."""
    return {(found.element, found.problem.code) for found in findings if found.problem.severity != "note"}


HAZARD = f"""
area: HA-17
date_of_information: 2026-05-20
report_date: 2026-05-25
local_id: NTS-2026-014
reporting_organisation: OP-A
unit: AZ-AGM
survey_result: established
survey_started_on: 2026-05-18
survey_ended_on: 2026-05-20
visited: yes
classification: cha
area_status: open
benchmark: 39.9890 46.9290
boundary: {AROUND_AGDAM}
reported_area_m2: {AREA_M2}
contamination_type: ap; av
device_categories: ap_mine
evidence_direct: ordnance_seen
"""

COMPLETION = f"""
area: HA-17
task: T-3
activity: clearance
date_of_information: 2026-10-01
reporting_organisation: OP-A
unit: AZ-AGM
start_date: 2026-06-01
end_date: 2026-09-30
contamination_type: ap
required_depth_cm: 13
benchmark: 39.9890 46.9290
products 1 outcome: cleared
products 1 method: manual
products 1 boundary: {AROUND_AGDAM}
products 1 reported_area_m2: {AREA_M2}
products 1 achieved_depth_cm: 13
residual_risk: none_known
man_hours: 4000
finds_reported: here
finds 1 category: ap_mine
finds 1 model: PMN-2
finds 1 quantity: 1
finds 1 place: 39.9950 46.9350
finds 1 depth_cm: 5
finds 1 condition: armed
finds 1 found_on: 2026-07-02
finds 1 item_status: destroyed
finds 1 disposal: destroyed_in_place
finds 1 disposed_on: 2026-07-03
internal_quality_result: conforms
accidents_happened: no
"""

ACCIDENT = """
date_of_information: 2026-03-05
reporting_organisation: OP-A
unit: AZ-AGM
event_kind: accident
occurred_on: 2026-03-04
at_workplace: no
place: 39.9950 46.9350
place_precision: exact
outside_recorded_area: no
area: HA-17
device_category: ap_mine
killed: 0
injured: 1
"""

VICTIM = """
date_of_information: 2026-03-05
reporting_organisation: OP-A
accident: ACC-7
identity_given: yes
name: Somebody
unit: AZ-AGM
age_years: 34
age_group: adult
sex: male
civil_status: civilian
outcome: injured
activity: herding
tampered: no
"""

PROGRESS = """
date_of_information: 2026-06-02
reporting_organisation: OP-A
unit: AZ-AGM
area: HA-17
task: T-3
team: A1
activity_status: ongoing
work_date: 2026-06-02
activity: clearance
method: manual
reference_point: 39.9880 46.9280
processed_area_m2: 220
persons: 8
hours: 6
accidents_happened: no
"""
