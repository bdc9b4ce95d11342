"""dBase tables as Shapefiles carry them: text only in the code page that is stated, numbers, dates, yes and no."""

import re
import struct
from codecs import lookup
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from torpaq.geo.files.layer_parts import Budget, RawFeature, Refusal, Value, checked_columns, put

DELETED = ord("*")
JULIAN_1970 = 2_440_588
PAGE_DIGITS = re.compile(r"(?:ANSI|OEM|CP|WINDOWS|IBM|DOS)?[\s_-]*(\d{3,5})", re.I)
ISO_8859 = re.compile(r"(?:ISO[\s_-]*)?8859[\s_-]?(\d{1,2})", re.I)
CODE_PAGES = re.compile(r"utf-8|ascii|cp\d+|iso8859-\d+|koi8-[ru]|gbk|mac-cyrillic")
DRIVERS = {0x26: "cp866", 0x65: "cp866", 0xC9: "cp1251", 0xCA: "cp1254", 0x6B: "cp857", 0x03: "cp1252"}
"""The code pages that byte 29 of the header may name; programs write it carelessly, so it is only a hint."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: bytes
    kind: str
    length: int
    decimals: int


def code_page(cpg: bytes) -> str:
    """Return Python's name for what a ``.cpg`` file states. Raises :class:`Refusal` where it is no code page."""
    text = cpg.decode("ascii", "replace").strip().strip("\x00").strip()
    names = [text]
    if match := ISO_8859.fullmatch(text):
        names = [f"iso8859-{match[1]}"]
    elif match := PAGE_DIGITS.fullmatch(text):
        names = ["utf-8"] if match[1] == "65001" else [f"cp{match[1]}"]
    for name in names:
        try:
            found = lookup(name).name
        except (LookupError, ValueError):
            continue
        if CODE_PAGES.fullmatch(found):
            return found
    raise Refusal("shapefile_code_page_unknown", text=text[:20])


class Table:
    """A dBase table: its fields, and its rows one by one. ``refusals`` are what to say about the whole table."""

    def __init__(self, data: bytes, encoding: str, budget: Budget) -> None:
        """Read the header. ``encoding`` is empty where none is stated. Raises :class:`Refusal` for damage."""
        if len(data) < 33:
            raise Refusal("shapefile_table_damaged", reason="header")
        self.rows, self._start, self._width = struct.unpack_from("<IHH", data, 4)
        if self._start < 33 or self._width < 1 or self._start + self.rows * self._width > len(data):
            raise Refusal("layers_file_truncated", bytes=len(data), expected=self._start + self.rows * self._width)
        self._data = data
        self._fields = list(_fields(data[32 : self._start]))
        if sum(field.length for field in self._fields) + 1 > self._width:
            raise Refusal("shapefile_table_damaged", reason="fields")
        budget.features(self.rows)
        budget.values(self.rows * len(self._fields))
        self.refusals: list[Refusal] = []
        self._encoding = encoding or self._assumed(data)
        self.columns = checked_columns([field.name.decode(encoding or "ascii", "replace") for field in self._fields])

    def features(self) -> Iterator[RawFeature | None]:
        """Yield each row's attributes; None for a row marked as deleted."""
        for number in range(self.rows):
            start = self._start + number * self._width
            row = self._data[start : start + self._width]
            yield None if row[0] == DELETED else self._feature(row[1:])

    def _assumed(self, data: bytes) -> str:
        """Say that ASCII is assumed where every byte is ASCII, and that text is not read where one is not."""
        names = b"".join(field.name for field in self._fields)
        if names.isascii() and (data[self._start :].isascii() or all(text.isascii() for text in self._texts())):
            self.refusals.append(Refusal("shapefile_code_page_assumed"))
            return "ascii"
        self.refusals.append(Refusal("shapefile_code_page_missing", hint=DRIVERS.get(data[29], "-")))
        return ""

    def _texts(self) -> Iterator[bytes]:
        """Yield the bytes of every cell of text."""
        at = self._start + 1
        for field in self._fields:
            for row in range(self.rows if field.kind == "C" else 0):
                start = at + row * self._width
                yield self._data[start : start + field.length]
            at += field.length

    def _feature(self, row: bytes) -> RawFeature:
        feature, at = RawFeature({}), 0
        for field, column in zip(self._fields, self.columns, strict=True):
            raw = row[at : at + field.length]
            at += field.length
            try:
                put(feature, column, self._value(field, raw))
            except (ValueError, LookupError, OverflowError):
                text = raw.decode("ascii", "replace").strip()[:40]
                put(feature, column, None)
                feature.refusals.append(Refusal("layer_attribute_unreadable", column=column, text=text))
        return feature

    def _value(self, field: _Field, raw: bytes) -> Value:
        """Read a cell; ``ValueError`` or ``LookupError`` where it is not what its field says."""
        if field.kind == "C":
            return self._text(raw.rstrip(b" \x00"))
        if field.kind in "IO@TB+":
            return _binary(field, raw)
        text = raw.strip(b" \x00").decode("ascii")
        if field.kind in "NF":
            return _number(text, field.decimals)
        if field.kind == "L":
            return {"T": True, "Y": True, "F": False, "N": False, "": None, "?": None}[text.upper()[:1]]
        if field.kind == "D":
            return date(int(text[:4]), int(text[4:6]), int(text[6:])) if text.strip("0") else None
        raise ValueError(field.kind)

    def _text(self, raw: bytes) -> str | None:
        """Return text in the code page; None where none is known and the bytes are no ASCII: the table says so."""
        if self._encoding or raw.isascii():
            return raw.decode(self._encoding or "ascii")
        return None


def _fields(descriptions: bytes) -> Iterator[_Field]:
    for start in range(0, len(descriptions) - 31, 32):
        description = descriptions[start : start + 32]
        if description[0] == 0x0D:
            return
        name = description[:11].split(b"\x00", 1)[0].strip()
        kind = chr(description[11]).upper()
        yield _Field(name, kind, description[16], description[17])


def _number(text: str, decimals: int) -> Value:
    if not text:
        return None
    if "_" in text:
        raise ValueError(text)
    return int(text) if not decimals and text.lstrip("+-").isdecimal() else float(text)


def _binary(field: _Field, raw: bytes) -> Value:
    if field.kind in "I+" and field.length == 4:
        return int(struct.unpack("<i", raw)[0])
    if field.kind in "BO" and field.length == 8:
        return float(struct.unpack("<d", raw)[0])
    if field.kind in "@T" and field.length == 8:
        days, milliseconds = struct.unpack("<II", raw)
        return datetime(1970, 1, 1) + timedelta(days - JULIAN_1970, milliseconds=milliseconds) if days else None
    raise ValueError(field.kind)
