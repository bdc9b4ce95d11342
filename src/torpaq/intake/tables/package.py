"""A workbook as the zip archive that it is: opened with suspicion, its parts found by their relationships."""

import io
import posixpath
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from torpaq.intake.tables.markup import parse
from torpaq.intake.tables.model import Refused

ZIP_SIGNATURE = b"PK\x03\x04"
ZIP_END, ZIP_END_BYTES = b"PK\x05\x06", 22
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_PARTS = 5_000
MOST_UNPACKED_MB = 256
MOST_RATIO, RATIO_FROM_BYTES = 300, 10_000_000  # deflate reaches 1 : 1032; tables that people type stay below 1 : 100
CHUNK = 1 << 18

# zipfile has no one error of its own: a hostile archive raises any of these.
ZIP_ERRORS = (
    *(BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError),
    *(KeyError, IndexError, RuntimeError, NotImplementedError, OverflowError),
)


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship of a part: the last word of its type, and the part it leads to (empty outside the file)."""

    id: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Package:
    """An archive that passed :func:`open_package`; ``members`` are its parts by name in small letters."""

    archive: ZipFile
    members: Mapping[str, ZipInfo]

    def has(self, part: str) -> bool:
        """Say whether there is such a part; capitals do not matter."""
        return part.lower() in self.members

    def size(self, part: str) -> int:
        """Return how many bytes a part unpacks to."""
        return self.members[part.lower()].file_size

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield a part's bytes; raises :class:`Refused` where it is missing or its checksum is wrong."""
        if not self.has(part):
            raise Refused("workbook_damaged", detail=f"no {part}"[:80])
        try:
            with self.archive.open(self.members[part.lower()]) as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except ZIP_ERRORS as error:
            raise Refused("workbook_damaged", detail=f"{part}: {error}"[:80]) from None

    def read(self, part: str) -> bytes:
        """Return a part's bytes; raises :class:`Refused` as :meth:`chunks` does."""
        return b"".join(self.chunks(part))

    def relations(self, part: str) -> dict[str, Relation]:
        """Return the relationships of a part by their id, those of the whole package for an empty name."""
        folder = posixpath.dirname(part)
        file = relations_part(part)
        found: dict[str, Relation] = {}

        def start(element: str, attributes: dict[str, str]) -> None:
            if element.rpartition(" ")[2] == "Relationship":
                target = "" if attributes.get("TargetMode") == "External" else attributes.get("Target", "")
                kind = attributes.get("Type", "").rpartition("/")[2]
                relation = Relation(attributes.get("Id", ""), kind, _resolved(folder, target) if target else "")
                found[relation.id] = relation

        if self.has(file):
            parse(self.chunks(file), file, start)
        return found


def relations_part(part: str) -> str:
    """Return the name of the part that holds another's relationships.

    >>> relations_part("xl/workbook.xml"), relations_part("")
    ('xl/_rels/workbook.xml.rels', '_rels/.rels')
    """
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def open_package(data: bytes) -> Package:
    """Open an archive; raises :class:`Refused` for one that is damaged, encrypted, a bomb or not what it seems."""
    if data[-ZIP_END_BYTES:][:4] != ZIP_END:
        # Either cut short, or something else stands behind it: a second file in one.
        raise _tail_problem(data)
    try:
        archive = ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except ZIP_ERRORS as error:
        raise Refused("workbook_damaged", detail=str(error)[:80]) from None
    _check_members(members)
    return Package(archive, {member.filename.lower(): member for member in members})


def _tail_problem(data: bytes) -> Refused:
    if ZIP_END in data:
        return Refused("workbook_unsafe", detail="content behind the end of the archive")
    return Refused("workbook_damaged", detail="the archive is cut short")


def _check_members(members: list[ZipInfo]) -> None:
    names = [member.filename.lower() for member in members]
    for member in members:
        if member.flag_bits & 1:
            raise Refused("workbook_password")
        if member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise Refused("workbook_unsafe", detail=f"compression {member.compress_type}")
        if is_unsafe_name(member.filename):
            raise Refused("workbook_unsafe", detail=f"part name {member.filename!r}"[:80])
        if member.file_size > RATIO_FROM_BYTES and member.file_size > MOST_RATIO * member.compress_size:
            raise Refused("file_unpacks_too_much", most=MOST_UNPACKED_MB)
    if sum(member.file_size for member in members) > MOST_UNPACKED_MB * 1024 * 1024:
        raise Refused("file_unpacks_too_much", most=MOST_UNPACKED_MB)
    if len(members) > MOST_PARTS:
        raise Refused("workbook_unsafe", detail=f"{len(members)} parts")
    if len(set(names)) < len(names):
        raise Refused("workbook_unsafe", detail="two parts of one name")
    if not members or min(member.header_offset for member in members) > 0:
        raise Refused("workbook_unsafe", detail="content before the archive")


def is_unsafe_name(name: str) -> bool:
    r"""Say whether a part's name leads out of the archive.

    >>> [is_unsafe_name(name) for name in ("xl/a.xml", "../a", "/a", "a\\b", "C:a", "xl/../../a", "a..b")]
    [False, True, True, True, True, True, False]
    """
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _resolved(folder: str, target: str) -> str:
    # What leads out of the archive resolves to a part that is not there, and nothing is ever looked for on a disk.
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
