"""The user's own workbook back with a verdict on each row: two columns, fills and comments more, and nothing else."""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from torpaq.intake.tables.markup import DOCUMENT_RELATIONS
from torpaq.intake.tables.model import LONGEST_CELL, VERDICT_MARK, Refused
from torpaq.intake.tables.package import ZIP_SIGNATURE, Package, Relation, open_package, relations_part
from torpaq.intake.tables.reading import BookParts, find_parts
from torpaq.intake.tables.splice import Edit, append_inside, as_utf8, elements, prefix_of, spliced
from torpaq.intake.tables.text_book import text_as_workbook
from torpaq.intake.tables.verdict_comments import added_comments, new_comments
from torpaq.intake.tables.verdict_sheet import SheetPlan, Written, plan_sheet
from torpaq.intake.tables.verdict_styles import FEWEST_STYLES, with_fills

MOST_COMMENTS = 2_000  # a sheet with more becomes slow to open
COMPRESSION = 1  # quick; the file travels once and back
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_TYPES = "application/vnd.openxmlformats-officedocument"


class VerdictKind(StrEnum):
    """What becomes of a row."""

    GOOD = "good"
    WARNING = "warning"
    REFUSED = "refused"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """The verdict on a row: its word, its kind, all its sentences, and what is said at single cells (by column)."""

    word: str
    kind: VerdictKind
    text: str
    comments: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VerdictHeadings:
    """The headings of the two columns, and where they go.

    ``row`` is the first of the table's ``header_rows`` (0 writes no headings), ``column`` its ``free_column``.
    ``comments_left_out`` is the sentence that ends the text of a row whose comments are beyond the 2,000.
    """

    word: str
    text: str
    row: int
    column: int
    comments_left_out: str


def write_verdicts(
    data: bytes, name: str, sheet: str, verdicts: Mapping[int, RowVerdict], heading: VerdictHeadings
) -> bytes:
    """Return the workbook with the verdict on each row (by number) of a sheet; a text file becomes a workbook of texts.

    Right of the table stand the word and the sentences of each verdict in its colour; a comment stands at each cell
    that has one, in the first 2,000. An earlier verdict of ours gives way. Everything else is as it was: other sheets,
    styles, formulas, pictures, macros. Raises ``ValueError`` for what :func:`read_workbook` would not read, for
    a sheet that is not in the workbook, and where a part that reading does not need is damaged.
    """
    try:
        if not data.startswith(ZIP_SIGNATURE):
            data, sheet = text_as_workbook(data, name)
        package = open_package(data)
        parts = find_parts(package)
        part = next((entry.part for entry in parts.sheets if entry.name == sheet), None)
        if part is None:
            raise ValueError(f"no sheet {sheet!r}")
        book = _Book(package)
        styles = book.add_fills(parts)
        places, cut_off = _places(verdicts)
        written = _written(verdicts, heading, styles, cut_off)
        worksheet = book.read(part)
        plan = plan_sheet(worksheet, part, heading.column, written)
        edits = [*plan.edits, *_comment_edits(book, part, plan, places)]
        book.changed[part.lower()] = spliced(worksheet, edits)
        return book.packed()
    except Refused as refused:
        raise ValueError(refused.problem.sentence()) from None
    except LookupError as error:  # an encoding that nobody knows, in a part that reading does not need
        raise ValueError(str(error)) from None


def for_csv(text: str) -> str:
    """Return text for a cell of a CSV file: what a spreadsheet would take for a formula begins with an apostrophe.

    >>> [for_csv(text) for text in ("=1+1", "@x", "-5", "-5+A1", "Ağdam")]
    ["'=1+1", "'@x", '-5', "'-5+A1", 'Ağdam']
    """
    return f"'{text}" if text.startswith(FORMULA_SIGNS) and not _PLAIN_NUMBER.fullmatch(text) else text


def _places(verdicts: Mapping[int, RowVerdict]) -> tuple[dict[tuple[int, int], str], set[int]]:
    """Return the comments by row and column as far as they fit, and the rows where some did not."""
    every = [
        (row, column, text)
        for row, verdict in sorted(verdicts.items())
        for column, text in sorted(verdict.comments.items())
    ]
    kept = {(row, column): text for row, column, text in every[:MOST_COMMENTS]}
    return kept, {row for row, _, _ in every[MOST_COMMENTS:]}


def _written(
    verdicts: Mapping[int, RowVerdict], heading: VerdictHeadings, styles: Mapping[str, int], cut_off: set[int]
) -> dict[int, Written]:
    written = {}
    for row, verdict in verdicts.items():
        text = f"{verdict.text} {heading.comments_left_out}".strip() if row in cut_off else verdict.text
        shown = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
        written[row] = Written(styles[verdict.kind], verdict.word, shown)
    if heading.row:
        written[heading.row] = Written(styles["heading"], VERDICT_MARK + heading.word, VERDICT_MARK + heading.text)
    return written


def _comment_edits(book: "_Book", part: str, plan: SheetPlan, places: Mapping[tuple[int, int], str]) -> list[Edit]:
    """Add the comments to the book; return the edits of the worksheet that tie them to it."""
    relations = book.package.relations(part)
    texts = next((relation.target for relation in relations.values() if relation.kind == "comments"), "")
    drawing = _target(relations, plan.drawing_id)
    if not places and not texts:
        return []
    old_drawing = book.package.read(drawing) if book.package.has(drawing) else None
    if book.package.has(texts):
        made = added_comments(book.package.read(texts), texts, old_drawing, places)
    else:
        made = new_comments(places, old_drawing)
        texts = book.free_name("xl/comments{}.xml")
        book.add_type(texts, f"{_TYPES}.spreadsheetml.comments+xml")
        book.add_relation(part, "comments", texts, plan.is_strict)
    edits = []
    if old_drawing is None:
        drawing = book.free_name("xl/drawings/vmlDrawing{}.vml")
        book.add_type(drawing, f"{_TYPES}.vmlDrawing")
        relation = book.add_relation(part, "vmlDrawing", drawing, plan.is_strict)
        tag = plan.drawing_edit
        edits.append(Edit(tag.start, tag.end, tag.new.replace(b"%s", relation.encode())))
    book.changed[texts.lower()] = [made.comments]
    book.changed[drawing.lower()] = [made.drawing]
    return edits


def _target(relations: Mapping[str, Relation], identifier: str) -> str:
    return relations[identifier].target if identifier in relations else ""


class _Book:
    """A package with the parts that change and the parts that are new, each as the pieces of its bytes."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.changed: dict[str, Iterable[bytes]] = {}
        self.new: list[str] = []

    def read(self, part: str) -> bytes:
        """Return a part as it stands now, in UTF-8."""
        if part.lower() in self.changed:
            content = b"".join(self.changed[part.lower()])
            self.changed[part.lower()] = [content]
            return content
        return as_utf8(self.package.read(part))

    def free_name(self, pattern: str) -> str:
        """Return the first name of a pattern that no part has, and keep it for a new part."""
        taken = {*self.package.members, *(name.lower() for name in self.new)}
        number = 1
        while pattern.format(number).lower() in taken:
            number += 1
        self.new.append(pattern.format(number))
        return self.new[-1]

    def add_fills(self, parts: BookParts) -> dict[str, int]:
        """Add the fills of verdicts to the styles, which are made where there are none; return their indexes."""
        part = parts.styles
        if self.package.has(part):
            styles = self.package.read(part)
        else:
            styles, part = FEWEST_STYLES, self.free_name("xl/styles{}.xml")
            self.add_type(part, f"{_TYPES}.spreadsheetml.styles+xml")
            self.add_relation(parts.part, "styles", part, is_strict=False)
        content, indexes = with_fills(styles, part)
        self.changed[part.lower()] = [content]
        return indexes

    def add_type(self, part: str, content_type: str) -> None:
        """Say in the list of types what a new part is."""
        types = "[Content_Types].xml"
        data = self.read(types)
        root = elements(data, types, 0)
        new = f'<{prefix_of(data, root)}Override PartName="/{part}" ContentType="{content_type}"/>'.encode()
        self.changed[types.lower()] = list(spliced(data, [append_inside(data, root, new)]))

    def add_relation(self, part: str, kind: str, target: str, is_strict: bool) -> str:
        """Tie a new part to another; return the id of the relationship."""
        file = relations_part(part)
        taken = set(self.package.relations(part))
        if not self.package.has(file) and file.lower() not in self.changed:
            self.new.append(file)
            empty = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
            self.changed[file.lower()] = [empty.encode()]
        data = self.read(file)
        number = 1
        while f"torpaq{number}" in taken or f'"torpaq{number}"'.encode() in data:
            number += 1
        root = elements(data, file, 0)
        new = (
            f'<{prefix_of(data, root)}Relationship Id="torpaq{number}" Type="{DOCUMENT_RELATIONS[is_strict]}/{kind}"'
            f' Target="/{target}"/>'
        )
        self.changed[file.lower()] = list(spliced(data, [append_inside(data, root, new.encode())]))
        return f"torpaq{number}"

    def packed(self) -> bytes:
        """Return the archive: parts in their order, those that do not change copied."""
        stream = io.BytesIO()
        with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
            for name, member in self.package.members.items():
                content = self.changed.get(name)
                _store(archive, member, self.package.chunks(name) if content is None else content)
            for name in self.new:
                _store(archive, ZipInfo(name), self.changed[name.lower()])
        return stream.getvalue()


def _store(archive: ZipFile, member: ZipInfo, content: Iterable[bytes]) -> None:
    info = ZipInfo(member.filename, member.date_time)
    info.compress_type, info.external_attr = ZIP_DEFLATED, member.external_attr
    with archive.open(info, "w") as file:
        for piece in content:
            file.write(piece)
