"""A form's page sent back: what was typed in each field, what it is read as, and what is wrong with it.

A field is named like the place of its answer: ``depth_cm``, or ``finds.r1.depth_cm`` in the row ``r1`` of a repeat,
whose rows are listed in order by fields named ``finds``. What nobody changed keeps the very value it had before,
digit for digit: an answer that was only shown and sent back is no edit.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from torpaq.geo.polygons import to_lonlat, to_wkt
from torpaq.geo.shape import Shape
from torpaq.intake.record.checking import MISSING, check_record
from torpaq.intake.record.context import Context
from torpaq.intake.record.history import ROW_KEY
from torpaq.intake.record.reading import read_answer
from torpaq.intake.record.record import Record, Value
from torpaq.standard.form import Element, ElementType
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.desk.polygon_input import LARGEST_FILE, Files, is_polygon_given, read_polygon
from torpaq.web.desk.record_words import PLACE, shape_of
from torpaq.web.field.media import UNKNOWN, look_at, safe_name
from torpaq.web.submissions import SentFile

ROW_ID = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
NOT_ANSWERED = {"answer_missing", *MISSING.values()}
"""What checking says of an answer that is not there: no news where something was typed that cannot be read."""
Row = Mapping[str, Value]


@dataclass(slots=True)
class FormInput:
    """What a page gave: values by element; by field's name the problems, the polygons drawn, the traverses solved."""

    values: dict[str, Value] = field(default_factory=dict)
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    files: list[SentFile] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    traverses: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, name: str, *found: Problem) -> None:
        """Keep problems beside a field, each once: reading and checking may both find one."""
        for one in found:
            known = [(other.code, dict(other.parameters)) for other in self.problems.get(name, ())]
            if (one.code, dict(one.parameters)) not in known:
                self.problems.setdefault(name, []).append(one)

    @property
    def has_errors(self) -> bool:
        """Say whether any field has an error."""
        return any(has_errors(found) for found in self.problems.values())


def read_record_form(
    typed: QueryDict, files: Files, context: Context, base: Row, locked: Collection[str] = ()
) -> FormInput:
    """Read what was typed in a form's page, and check it whole.

    ``base`` is what the page was made of, with all its identities; ``locked`` are the elements of it that the page did
    not show, which stay as they are unless something else is typed or they are dropped.
    """
    reader = _Reader(typed, files, context, base, frozenset(locked))
    for element in context.form.asked():
        if element.condition.holds(reader.given.values):
            value = reader.repeat(element) if element.type is ElementType.REPEAT else reader.top(element)
            if value is not None:
                reader.given.values[element.code] = value
    _check(reader.given, context)
    return reader.given


def read_alone(
    element: Element, name: str, typed: QueryDict, files: Files, context: Context, place: str
) -> tuple[Value | None, list[Problem]]:
    """Read one field that stands by itself; ``place`` is its element's place in a record."""
    reader = _Reader(typed, files, context, {}, frozenset())
    value = reader.answer(element, name, place, None)
    return value, [one for found in reader.given.problems.values() for one in found]


def rows_of(value: Value | None) -> list[Row]:
    """Return the rows of a repeat; those without an id get one by their place, always the same."""
    if value is None or isinstance(value, str) or not isinstance(value, Sequence):
        return []
    return [{ROW_KEY: f"n{number}", **row} for number, row in enumerate(value, 1) if isinstance(row, Mapping)]


@dataclass(slots=True)
class _Reader:
    """Reads one page."""

    typed: QueryDict
    files: Files
    context: Context
    base: Row
    locked: frozenset[str]
    given: FormInput = field(default_factory=FormInput)

    def top(self, element: Element) -> Value | None:
        """Read an element at the top of the form; one that was not shown stays as it is."""
        base = self.base.get(element.code)
        value = self.answer(element, element.code, element.code, base)
        if value is None and element.code in self.locked and f"{element.code}.drop" not in self.typed:
            return base
        return value

    def repeat(self, element: Element) -> Value | None:
        """Read the rows of a repeat; a row in which nothing was said is none."""
        base = self.base.get(element.code)
        before = {str(row[ROW_KEY]): row for row in rows_of(base)}
        shown_before = element.code not in self.locked
        rows: list[Value] = [] if shown_before or f"{element.code}.drop" in self.typed else list(before.values())
        for row_id in row_ids_typed(self.typed, element.code):
            row = self.row(element, row_id, len(rows) + 1, before.get(row_id, {}) if shown_before else {})
            if row:
                rows.append({ROW_KEY: row_id, **row})
        return base if rows == list(before.values()) else rows or None

    def row(self, repeat: Element, row_id: str, number: int, before: Row) -> dict[str, Value]:
        """Read one row of a repeat, the ``number``-th from 1."""
        row: dict[str, Value] = {}
        for child in self.context.form.asked(repeat.code):
            if child.condition.holds({**self.given.values, **row}):
                name = f"{repeat.code}.{row_id}.{child.code}"
                value = self.answer(child, name, f"{repeat.code}[{number}].{child.code}", before.get(child.code))
                if value is not None:
                    row[child.code] = value
        return row

    def answer(self, element: Element, name: str, place: str, base: Value | None) -> Value | None:
        """Read one field; an answer that is typed as it was shown is the value that was shown."""
        if element.type is ElementType.POLYGON:
            return self.polygon(name, base)
        if element.type is ElementType.FILE:
            return self.file(name, base)
        typed = self.words(element, name)
        if not typed:
            return None
        if base is not None and typed == _trimmed(typed_text(element, base)):
            return base
        read = read_answer(element, typed, self.context, place)
        self.given.add(name, *read.problems)
        return read.value

    def words(self, element: Element, name: str) -> str | list[str]:
        """Return what was typed or chosen, without the sign that no database keeps."""
        if element.type is ElementType.CODES:
            return [code for code in self.typed.getlist(name) if code]
        return _trimmed(self.typed.get(name, ""))

    def polygon(self, name: str, base: Value | None) -> Value | None:
        """Read a polygon in the way it was given."""
        part, uploads = under(self.typed, f"{name}."), under_files(self.files, f"{name}.")
        if part.get("source") == "kept":
            if shape := shape_of(base):
                self.given.shapes[name] = shape
            return base
        if not is_polygon_given(part, uploads):
            return None
        given = read_polygon(part, uploads, self.context.extent, self.context.crs)
        self.given.add(name, *given.problems)
        if given.traverse:
            self.given.traverses[name] = given.traverse
        if given.shape is None:
            self._keep_unread(uploads)
            return None
        self.given.shapes[name] = given.shape
        return polygon_value(given.shape, given.written, given.original, self.context)

    def _keep_unread(self, uploads: Files) -> None:
        """Keep a file from which no polygon could be read beside the draft: nothing that was sent is lost."""
        upload = uploads.get("file")
        if upload is not None:
            upload.seek(0)
            self.given.files.append(SentFile(safe_name(upload.name or ""), UNKNOWN, upload.read()))

    def file(self, name: str, base: Value | None) -> Value | None:
        """Read a photo or a document; without a new one the one that was there stays, unless it is dropped."""
        upload = self.files.get(name)
        if upload is None:
            return None if f"{name}.drop" in self.typed else base
        size = upload.size or 0
        if size > LARGEST_FILE:
            self.given.add(name, problem("file_too_large", name, size=size, limit=LARGEST_FILE))
            return base
        data, title = upload.read(), safe_name(upload.name or "")
        seen = look_at(title, data)
        self.given.add(name, *seen.problems)
        if not seen.media_type:
            return base
        self.given.files.append(SentFile(title, seen.media_type, data))
        return {"name": title, "sha256": sha256(data).hexdigest(), "media_type": seen.media_type, "size": len(data)}


def _trimmed(typed: str | list[str]) -> str | list[str]:
    return typed if isinstance(typed, list) else typed.replace("\x00", "").replace("\r\n", "\n").strip()


def polygon_value(shape: Shape, written: str, original: Mapping[str, object], context: Context) -> Value:
    """Return a polygon as a record keeps it."""
    polygons = [[[list(point) for point in ring] for ring in polygon] for polygon in to_lonlat(shape, context.crs)]
    kept: Value = json.loads(json.dumps(original))  # tuples become lists, as they will be read back
    if not written.startswith("wkt "):
        written = f"wkt {to_wkt(shape, context.crs)}"
    return {"type": "MultiPolygon", "coordinates": polygons, "written": written, "original": kept}


def _check(given: FormInput, context: Context) -> None:
    """Check the values as a whole and put each finding beside its field."""
    record = Record(context.form.code, context.form.version, given.values)
    unread = {name for name, found in given.problems.items() if has_errors(found)}
    for found in check_record(record, context.form, context):
        name = name_of(found.element, given.values)
        if name not in unread or found.problem.code not in NOT_ANSWERED:
            given.add(name, found.problem)


def name_of(path: str, values: Row) -> str:
    """Return the name of the field at a path of a finding: ``finds[2].depth_cm`` is ``finds.r7.depth_cm``."""
    match = PLACE.fullmatch(path)
    if match is None or match[2] is None:
        return path
    rows = rows_of(values.get(match[1]))
    number = int(match[2]) if match[2].isascii() and match[2].isdigit() else 0
    if not 0 < number <= len(rows):
        return match[1]
    name = f"{match[1]}.{rows[number - 1][ROW_KEY]}"
    return f"{name}.{match[3]}" if match[3] else name


# -- what the fields hold ---------------------------------------------------------------------------------------------


def typed_of(values: Row, context: Context, locked: Collection[str] = ()) -> QueryDict:
    """Return what the fields of a page hold for values that are to be changed; those ``locked`` are left out."""
    typed = QueryDict(mutable=True)
    for element in context.form.asked():
        value = values.get(element.code)
        if value is None or element.code in locked:
            continue
        if element.type is not ElementType.REPEAT:
            _type(typed, element, element.code, value)
            continue
        for row in rows_of(value):
            typed.appendlist(element.code, str(row[ROW_KEY]))
            for child in context.form.asked(element.code):
                if child.code in row:
                    _type(typed, child, f"{element.code}.{row[ROW_KEY]}.{child.code}", row[child.code])
    return typed


def _type(typed: QueryDict, element: Element, name: str, value: Value) -> None:
    if element.type is ElementType.POLYGON:
        typed[f"{name}.source"] = "kept"
    elif element.type is not ElementType.FILE:
        text = typed_text(element, value)
        typed.setlist(name, text if isinstance(text, list) else [text])


def typed_text(element: Element, value: Value) -> str | list[str]:
    """Write a value as its field holds it; reading it back is not needed where nobody changes it."""
    if element.type is ElementType.CODES and not isinstance(value, str):
        return [str(code) for code in value] if isinstance(value, Sequence) else []
    if element.type is ElementType.POINT and isinstance(value, Mapping):
        return _place_text(value.get("coordinates"))
    if element.type is ElementType.LINE and isinstance(value, Mapping):
        points = value.get("coordinates")
        return "\n".join(_place_text(point) for point in points) if isinstance(points, Sequence) else ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value)


def _place_text(position: object) -> str:
    try:
        lon, lat = float(position[0]), float(position[1])  # type: ignore[index]  # whatever it is not is caught
    except (TypeError, ValueError, IndexError, KeyError):
        return ""
    return f"{lat:.8f} N {lon:.8f} E"


def row_ids_typed(typed: QueryDict, repeat: str) -> list[str]:
    """Return the ids of a repeat's rows as the page lists them, each once."""
    return list(dict.fromkeys(row_id for row_id in typed.getlist(repeat) if ROW_ID.fullmatch(row_id)))


def under(typed: QueryDict, prefix: str) -> QueryDict:
    """Return the fields whose names begin with a prefix, without it."""
    found = QueryDict(mutable=True)
    for name, values in typed.lists():
        if name.startswith(prefix):
            found.setlist(name.removeprefix(prefix), values)
    return found


def under_files(files: Files, prefix: str) -> Files:
    """Return the uploads whose names begin with a prefix, without it."""
    return MultiValueDict({name.removeprefix(prefix): files.getlist(name) for name in files if name.startswith(prefix)})


def kept_text(typed: QueryDict, given: FormInput) -> dict[str, list[str]]:
    """Return every field as it was typed, for a draft that is taken up again; a file's polygon is a kept one then."""
    kept = {
        name: [value.replace("\x00", "") for value in values]
        for name, values in typed.lists()
        if not name.startswith("_") and name != "csrfmiddlewaretoken"
    }
    for name in given.shapes:
        if kept.get(f"{name}.source") == ["file"]:
            kept[f"{name}.source"] = ["kept"]
    return kept
