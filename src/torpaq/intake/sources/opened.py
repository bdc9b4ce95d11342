"""A file that somebody gave, opened as whatever it may be, each way once."""

from dataclasses import dataclass, field
from functools import cached_property
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from torpaq.geo.crs import NationalCrs
from torpaq.geo.files.layers import Layer, read_layers
from torpaq.intake.tables.model import Workbook
from torpaq.intake.tables.reading import read_workbook
from torpaq.standard.problems import Problem, problem

SQLITE_START = b"SQLite format 3\x00"
MOST_XML_BYTES = 64 * 1024 * 1024
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass
class Opened:
    """The bytes of a file. What could not be opened leaves its reason among ``problems``."""

    data: bytes
    sha256: str
    name: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_geopackage(self) -> bool:
        """Say whether the file is a database of SQLite, as a GeoPackage is."""
        return self.data.startswith(SQLITE_START)

    @property
    def is_xml(self) -> bool:
        """Say whether the file begins as XML does, in whatever encoding."""
        start = self.data[:200]
        for mark in MARKS:
            start = start.removeprefix(mark)
        return start.replace(b"\x00", b"").lstrip().startswith(b"<")

    @cached_property
    def xml(self) -> Element | None:
        """The root of an XML file without document type and entities; None for anything else."""
        if not self.is_xml:
            return None
        if len(self.data) > MOST_XML_BYTES:
            self.problems.append(problem("xml_unreadable", "file", detail=f"> {MOST_XML_BYTES // 2**20} MB"))
            return None
        try:
            root: Element = fromstring(self.data, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            self.problems.append(problem("xml_unreadable", "file", detail=str(error)[:100] or type(error).__name__))
            return None
        return root

    @cached_property
    def workbook(self) -> Workbook | None:
        """The tables of a workbook or a CSV file; None for anything else."""
        if self.is_geopackage or self.is_xml:
            return None
        workbook, problems = read_workbook(self.data, self.name, progress=_silent, stop=_never)
        self.problems += problems
        return workbook

    def layers(self, crs: NationalCrs) -> list[Layer]:
        """Return the layers of a GeoPackage in WGS 84; none for anything else."""
        if not self.is_geopackage:
            return []
        layers, problems = read_layers(self.data, self.name or "file.gpkg", crs, None)
        self.problems += problems
        return layers


def _silent(share: float) -> None:
    """Tell nobody how far reading is."""


def _never() -> bool:
    """Never stop."""
    return False
