"""What an attached file really is: a photograph is shown as one, a damaged one is kept, a disguise is refused."""

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from torpaq.web.field.media import look_at, safe_name


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), exif: Image.Exif | None = None) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (120, 90, 40)).save(written, kind, **({"exif": exif} if exif else {}))
    return written.getvalue()


def taken_at_a_place() -> bytes:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (39.0, 59.0, 24.0), 3: "E", 4: (46.0, 55.0, 48.0)}
    return picture(exif=exif)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that says it is as large as you like in a few bytes."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def archive() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("run.sh", "rm -rf /")
    return written.getvalue()


def codes(name: str, data: bytes) -> tuple[str, list[str]]:
    seen = look_at(name, data)
    return seen.media_type, [one.code for one in seen.problems]


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("1714.jpg", picture(), ("image/jpeg", [])),
        ("1714.png", picture("PNG"), ("image/png", [])),
        ("named wrongly.png", picture("JPEG"), ("image/jpeg", [])),  # the content decides
        ("place.jpg", taken_at_a_place(), ("image/jpeg", ["media_has_position"])),
        ("motion.jpg", picture() + b"\x00\x00\x00\x18ftypmp42" + bytes(5000), ("image/jpeg", [])),  # Samsung's
        ("report.pdf", b"%PDF-1.7\n%...", ("application/pdf", [])),
        ("voice.m4a", b"\x00\x00\x00\x18ftypM4A " + bytes(100), ("application/octet-stream", [])),
        ("track.gpx", b"<?xml version='1.0'?><gpx></gpx>", ("application/octet-stream", [])),
        ("notes.txt", "Minalar çayın o tayında".encode(), ("application/octet-stream", [])),
        ("sheet.xlsx", archive(), ("application/octet-stream", [])),
        ("nothing.bin", b"", ("application/octet-stream", [])),
    ],
)
def test_a_file_is_what_it_holds(name: str, data: bytes, expected: tuple[str, list[str]]) -> None:
    assert codes(name, data) == expected


@pytest.mark.parametrize(
    "data",
    [b"", b"not an image", picture()[:100], picture("PNG")[:-30], b"GIF89a" + bytes(40), b"RIFF\x10\0\0\0WEBPVP8 "],
)
def test_a_damaged_or_foreign_picture_is_kept_unopened_and_said(data: bytes) -> None:
    assert codes("photo.jpg", data) == ("application/octet-stream", ["media_not_an_image"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html><script>alert(1)</script></html>", "media_is_markup"),
        (b"  \r\n<!DOCTYPE html><p>", "media_is_markup"),
        (b"\xef\xbb\xbf<HTML>", "media_is_markup"),
        ("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".encode("utf-16"), "media_is_markup"),
        (b"<?xml version='1.0'?><!-- x --><svg xmlns='http://www.w3.org/2000/svg'/>", "media_is_markup"),
        (b"<!--" * 20_000 + b"<script>", "media_not_an_image"),  # beyond what a browser would look at
        (b"MZ\x90\x00", "media_is_program"),
        (b"\x7fELF\x02", "media_is_program"),
        (b"#!/bin/sh\nrm -rf /", "media_is_program"),
        (picture() + b"<script>alert(document.cookie)</script>", "media_hides_something"),
        (picture() + b"<!DOCTYPE html><body onload=alert(1)>", "media_hides_something"),
        (picture() + b"%PDF-1.4 ...", "media_hides_something"),
        (picture() + archive(), "media_hides_something"),
        (picture("PNG") + archive(), "media_hides_something"),
        (picture()[:2] + b"\xff\xfe\x00\x1e<?php system($_GET['x']); ?>  " + picture()[2:], "media_hides_something"),
        (png_of(60_000, 60_000), "media_too_many_pixels"),
        (png_of(15_000, 12_001), "media_too_many_pixels"),
    ],
)
def test_a_disguise_is_refused_whatever_it_is_called(data: bytes, code: str) -> None:
    media_type, found = codes("photo.jpg", data)
    assert found == [code]
    assert media_type == ("" if code != "media_not_an_image" else "application/octet-stream")


def test_a_picture_whose_text_unfolds_without_end_is_never_unfolded() -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9))
    assert len(bomb) < 250_000
    assert codes("photo.png", png_of(10, 10, bomb)) == ("application/octet-stream", ["media_not_an_image"])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("1714070707.jpg", "1714070707.jpg"),
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\cmd.exe", "cmd.exe"),
        ("/", "file"),
        ("..", "file"),
        (" . ", "file"),
        ("a\x00b\nc.jpg", "a_b_c.jpg"),
        ('<img src=x onerror="alert(1)">.jpg', "_img src=x onerror=_alert(1)__.jpg"),
        ("çəkilmiş şəkil №7.jpg", "çəkilmiş şəkil №7.jpg"),
        ("gpj\u202egpj.exe", "gpj_gpj.exe"),
        ("CON:stream", "CON_stream"),
        ("x" * 300 + ".jpeg", "x" * 104 + ".jpeg"),
        ("y" * 300, "y" * 120),
    ],
)
def test_a_files_name_is_only_a_name(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept
