"""A zip file opened with suspicion: its entries are known to be harmless in size and name before any is unpacked."""

import io
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from torpaq.geo.files.layer_parts import MAX_BYTES, Refusal

ZIP_START = b"PK\x03\x04"
ZIP_END = b"PK\x05\x06"
END_BYTES, LONGEST_COMMENT = 22, 65_535
MAX_ENTRIES = 1_000
MAX_UNPACKED = 300_000_000
MAX_RATIO, SMALL_BYTES = 200, 10_000_000
"""An archive that unpacks to more than 10 MB and 200 times its size is a bomb: geodata packs to a tenth."""

ENCRYPTED = 0x1
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, struct.error, IndexError)


class Archive:
    """The entries of a zip file, each checked; ``names`` in the archive's order, without folders."""

    def __init__(self, data: bytes) -> None:
        """Open a zip file. Raises :class:`Refusal` for a bomb, an unsafe name, a link, a password, a polyglot."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except DAMAGE as error:
            raise Refusal("layers_zip_damaged", reason=_reason(error)) from error
        entries = self._zip.infolist()
        _check_bounds(data, entries)
        _check_sizes(entries, len(data))
        for entry in entries:
            _check_entry(entry)
        self._entries = {entry.filename: entry for entry in entries if not entry.is_dir()}
        if len({name.casefold() for name in self._entries}) < sum(not entry.is_dir() for entry in entries):
            raise Refusal("layers_zip_entry_unsafe", entry=_repeated(entries))
        self.names = [name for name in self._entries if not _is_litter(name)]

    def read(self, name: str) -> bytes:
        """Return an entry unpacked; never more bytes than it declares. Raises :class:`Refusal` where it is damaged."""
        entry = self._entries[name]
        if entry.file_size > MAX_BYTES:
            raise Refusal("polygon_file_too_large", bytes=entry.file_size, limit=MAX_BYTES)
        try:
            with self._zip.open(entry) as file:
                data = file.read(entry.file_size + 1)
        except DAMAGE as error:
            raise Refusal("layers_zip_damaged", reason=f"{name[:40]}: {_reason(error)}") from error
        if len(data) != entry.file_size:
            raise Refusal("layers_zip_damaged", reason=f"{name[:40]}: {len(data)} / {entry.file_size}")
        return data


def ends_like_zip(data: bytes) -> bool:
    """Say whether a zip reader, which looks from the end, would take these bytes for a zip file."""
    at = data.rfind(ZIP_END, max(len(data) - END_BYTES - LONGEST_COMMENT, 0))
    if at < 0 or at + END_BYTES > len(data):
        return False
    (comment,) = struct.unpack_from("<H", data, at + 20)
    return bool(at + END_BYTES + comment == len(data))


def _check_bounds(data: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse bytes before, behind or shared between the entries: a file that is two files at once."""
    if not ends_like_zip(data):
        raise Refusal("layers_zip_damaged", reason="end record")
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        start = entry.header_offset
        if start < end or (end == 0 and start != 0):
            raise Refusal("layers_file_polyglot", found="ZIP")
        lengths = data[start + 26 : start + 30]
        if not data.startswith(ZIP_START, start) or len(lengths) < 4:
            raise Refusal("layers_zip_damaged", reason=entry.filename[:40])
        end = start + 30 + sum(struct.unpack("<HH", lengths)) + entry.compress_size
    if end > len(data) - END_BYTES:
        raise Refusal("layers_zip_damaged", reason="end record")


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise Refusal("layers_zip_too_many_entries", entries=len(entries), limit=MAX_ENTRIES)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL_BYTES and unpacked > MAX_RATIO * packed):
        raise Refusal("layers_zip_bomb", packed=packed, unpacked=unpacked, limit=min(MAX_UNPACKED, MAX_RATIO * packed))


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    path = PurePosixPath(name)
    if "\\" in name or "\x00" in name or ":" in name or path.is_absolute() or ".." in path.parts or not path.parts:
        raise Refusal("layers_zip_entry_unsafe", entry=entry.filename[:80])
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refusal("layers_zip_entry_link", entry=name[:80])
    if entry.flag_bits & ENCRYPTED:
        raise Refusal("layers_zip_encrypted", entry=name[:80])
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Refusal("layers_zip_damaged", reason=f"{name[:40]}: {entry.compress_type}")


def _repeated(entries: list[zipfile.ZipInfo]) -> str:
    seen: set[str] = set()
    for entry in entries:
        if entry.filename.casefold() in seen:
            return entry.filename[:80]
        seen.add(entry.filename.casefold())
    return ""


def _is_litter(name: str) -> bool:
    """Say whether an entry is what operating systems leave behind in archives."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:60]
