"""The slow twin of checking a table: every cell read by itself, nothing kept, nothing shared between rows."""

from torpaq.intake.batches.cells import sources_of
from torpaq.intake.batches.columns import Matching
from torpaq.intake.batches.duplicates import PERSONS, SAME_EVENT, content_print, event_print
from torpaq.intake.batches.mapfile import EMPTY_MAP
from torpaq.intake.batches.targets import Part
from torpaq.intake.record.checking import check_record
from torpaq.intake.record.context import Context
from torpaq.intake.record.geometry import read_pair, read_pair_of_texts
from torpaq.intake.record.reading import read_answer
from torpaq.intake.record.record import Finding, Record, Value
from torpaq.intake.tables.cells import as_number, as_text
from torpaq.intake.tables.model import Table, TableFinding
from torpaq.standard.problems import Problem, Severity, problem

Plain = tuple[int, str, dict[str, Value] | None, list[Finding]]


def plain_check(table: Table, matching: Matching, context: Context) -> list[Plain]:
    form = context.form
    sources = sources_of(table, matching.columns, EMPTY_MAP, context, False)
    rows: list[Plain] = []
    earlier: list[tuple[int, dict[str, Value]]] = []
    for row in table.rows:
        findings: list[Finding] = []
        whole_row = [found for found in table.findings if found.row == row.number]
        values: dict[str, Value] = {}
        numbered: dict[tuple[str, int], dict[str, Value]] = {}
        unread: set[str] = set()
        findings += _of_the_table(whole_row, matching, table.name)
        if any(found.column is None and found.problem("").severity is Severity.ERROR for found in whole_row):
            rows.append((row.number, "refused", None, findings))
            continue
        spoilt = {found.column for found in whole_row if found.problem("").severity is Severity.ERROR}
        for source in sources:
            target = source.target
            if spoilt & set(source.indexes.values()):
                unread.add(target.place)
                continue
            value, problems = _answer(source, [row.cells[index] for index in source.indexes.values()])
            findings += [
                Finding(row.number, "", target.place, "", found)
                for found in problems
                if found.severity is not Severity.NOTE
            ]
            if value is not None:
                holder = numbered.setdefault((target.repeat, target.row), {}) if target.repeat else values
                holder[target.element] = value
            elif problems:
                unread.add(target.place)
        order: dict[str, list[int]] = {}
        for repeat, number in sorted(numbered, key=lambda key: key[1]):
            order.setdefault(repeat, []).append(number)
        for repeat, _ in numbered:
            values[repeat] = [numbered[repeat, number] for number in order[repeat]]
        here = {_closed_up(place, order) for place in unread}
        for found in check_record(Record(form.code, form.version, values), form, context, here):
            if found.problem.severity is not Severity.NOTE:
                findings.append(Finding(row.number, "", _as_in_table(found.element, order), "", found.problem))
        verdict = "refused"
        if not any(found.is_error for found in findings):
            repeated = _repeated(values, earlier, context)
            findings += [Finding(row.number, "", element, "", found) for element, found in repeated]
            is_duplicate = any(found.code != "person_row_alike" for _, found in repeated)
            verdict = "duplicate" if is_duplicate else "warned" if findings else "good"
            earlier.append((row.number, values))
        rows.append((row.number, verdict, None if verdict == "refused" else values, findings))
    return rows


def _of_the_table(found: list[TableFinding], matching: Matching, name: str) -> list[Finding]:
    told = [(one, one.problem(name)) for one in found]
    places = {index: target.place for index, target in matching.columns.items()}
    return [
        Finding(one.row or 0, "", places.get(-1 if one.column is None else one.column, ""), "", said)
        for one, said in told
        if said.severity is not Severity.NOTE
    ]


def _answer(source: object, cells: list[object]) -> tuple[Value | None, list[Problem]]:
    element, context, habits, target = source.element, source.context, source.habits, source.target  # type: ignore[attr-defined] # a Source
    parts = list(source.indexes)  # type: ignore[attr-defined] # a Source
    if parts == [Part.WHOLE]:
        answer = read_answer(element, cells[0], context, target.place, habits)
        return answer.value, answer.problems
    by_part = dict(zip(parts, cells, strict=True))
    lat, lon = (by_part[part] for part in (Part.LAT, Part.LON))
    blank = [part for part in (Part.LAT, Part.LON) if by_part[part] is None or not str(by_part[part]).strip()]
    if len(blank) == 2:
        return None, []
    if blank:
        return None, [problem("point_part_missing", target.place, part=blank[0].value)]
    texts = [as_text(cell)[0] for cell in (lat, lon)]  # type: ignore[arg-type] # cells
    numbers = [as_number(cell, "," if "," in str(cell) else ".")[0] for cell in (lat, lon)]  # type: ignore[arg-type] # cells
    if None in numbers:
        found = read_pair_of_texts(texts[0], texts[1], context.extent, target.place)
    else:
        found = read_pair(float(numbers[0]), float(numbers[1]), " ".join(texts), context.extent, target.place)  # type: ignore[arg-type] # numbers
    return found.value, found.problems


def _repeated(
    values: dict[str, Value], earlier: list[tuple[int, dict[str, Value]]], context: Context
) -> list[tuple[str, Problem]]:
    form = context.form
    own = (values.get("reporting_organisation", ""), str(values.get("local_id", "")).strip().casefold())
    for number, other in earlier:
        theirs = (other.get("reporting_organisation", ""), str(other.get("local_id", "")).strip().casefold())
        if own[1] and own == theirs and form.code not in PERSONS:
            return [("local_id", problem("local_id_in_row", "local_id", first=number))]
    for name, fingerprint in (("content", content_print), ("event", event_print)):
        own_print = fingerprint(form, values)
        for number, other in earlier:
            if own_print and fingerprint(form, other) == own_print:
                if form.code in PERSONS:
                    return [("", problem("person_row_alike", "", first=str(number)))]
                element = "" if name == "content" else SAME_EVENT[form.code][0]
                code = "row_says_the_same" if name == "content" else "row_same_event"
                return [(element, problem(code, element, first=str(number)))]
    return []


def _closed_up(place: str, order: dict[str, list[int]]) -> str:
    repeat, bracket, rest = place.partition("[")
    if not bracket:
        return place
    number, _, element = rest.partition("].")
    rows = order.get(repeat, [])
    return f"{repeat}[{rows.index(int(number)) + 1}].{element}" if int(number) in rows else place


def _as_in_table(place: str, order: dict[str, list[int]]) -> str:
    repeat, bracket, rest = place.partition("[")
    if not bracket:
        return place
    number, _, element = rest.partition("].")
    return f"{repeat}[{order[repeat][int(number) - 1]}].{element}"
