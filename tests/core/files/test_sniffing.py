"""What a file is, its content says; a name or type that says something else is refused, with what it really is."""

import io
from typing import Any

import pytest
from django.utils.translation import override

from crisisdesk.core.files import types
from crisisdesk.core.files.sniffing import Refused, identify
from crisisdesk.core.files.types import FileType
from tests.core.files import samples

TAKEN: list[tuple[str, bytes, FileType]] = [
    ("a.png", samples.picture("PNG"), types.PNG),
    ("a.jpg", samples.picture("JPEG"), types.JPEG),
    ("a.jfif", samples.photo(), types.JPEG),
    ("a.gif", samples.picture("GIF"), types.GIF),
    ("a.webp", samples.picture("WEBP"), types.WEBP),
    ("a.tiff", samples.picture("TIFF"), types.TIFF),
    ("a.bmp", samples.picture("BMP"), types.BMP),
    ("IMG_0001.HEIC", samples.picture("HEIF"), types.HEIC),
    ("a.avif", samples.picture("AVIF"), types.AVIF),
    ("a.pdf", samples.PDF, types.PDF),
    ("a.rtf", b"{\\rtf1\\ansi hello}", types.RTF),
    ("a.docx", samples.office("word"), types.DOCX),
    ("a.xlsx", samples.office("xl"), types.XLSX),
    ("a.pptx", samples.office("ppt"), types.PPTX),
    ("a.odt", samples.opendocument("text"), types.ODT),
    ("a.ods", samples.opendocument("spreadsheet"), types.ODS),
    ("a.odp", samples.opendocument("presentation"), types.ODP),
    ("a.doc", samples.ole("WordDocument", "1Table"), types.DOC),
    ("a.xls", samples.ole("Workbook"), types.XLS),
    ("a.ppt", samples.ole("PowerPoint Document"), types.PPT),
    ("a.msg", samples.ole("__properties_version1.0"), types.MSG),
    ("a.eml", samples.MAIL, types.EML),
    ("a.mp3", b"ID3\x03\0\0\0\0\0\x0a" + b"\0" * 64, types.MP3),
    ("b.mp3", b"\xff\xfb\x90\x64" + b"\0" * 413, types.MP3),
    ("a.wav", b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 64, types.WAV),
    ("voice.ogg", samples.OGG, types.OGG),
    ("a.flac", b"fLaC\0\0\0\x22" + b"\0" * 64, types.FLAC),
    ("a.m4a", samples.iso_media(b"M4A ", b"M4A ", b"mp42"), types.M4A),
    ("a.aac", b"\xff\xf1\x50\x80" + b"\0" * 64, types.AAC),
    ("a.amr", b"#!AMR\n" + b"\0" * 64, types.AMR),
    ("a.mp4", samples.iso_media(b"isom", b"mp42"), types.MP4),
    ("a.mov", samples.iso_media(b"qt  ", b"qt  "), types.MOV),
    ("a.3gp", samples.iso_media(b"3gp5", b"isom"), types.THREEGP),
    ("a.webm", samples.WEBM, types.WEBM),
    ("a.mkv", samples.MKV, types.MKV),
    ("a.avi", b"RIFF\x24\0\0\0AVI LIST" + b"\0" * 64, types.AVI),
    ("no suffix", samples.PDF, types.PDF),
]

REFUSED: list[tuple[str, bytes, str]] = [
    ("a.svg", samples.SVG, "an SVG drawing"),
    ("a.png", samples.SVG, "an SVG drawing"),
    ("a.html", samples.HTML, "a web page"),
    ("a.jpg", b"\xef\xbb\xbf \n" + samples.HTML, "a web page"),
    ("a.eml", samples.HTML, "a web page"),
    ("a.xml", b"<?xml version='1.0'?><root/>", "an XML file"),
    ("a.zip", samples.archive({"a.txt": "x"}), "an archive"),
    ("a.docx", samples.archive({"a.txt": "x"}), "an archive"),
    ("a.odt", samples.archive({"mimetype": "application/epub+zip"}), "an archive"),
    ("a.docx", b"PK\x03\x04" + b"\0" * 100, "an archive"),
    ("a.rar", b"Rar!\x1a\x07\x00" + b"\0" * 64, "an archive"),
    ("a.pdf", b"MZ\x90\0\x03" + b"\0" * 64, "a program"),
    ("a", b"\x7fELF\x02\x01\x01" + b"\0" * 64, "a program"),
    ("a.sh", b"#!/bin/sh\nrm -rf /\n", "a script"),
    ("a.js", b"alert(1)", "plain text"),
    ("a.doc", samples.ole(), "of a format that is not known"),
    ("a.doc", samples.ole()[:600], "of a format that is not known"),
    ("a.bin", bytes(range(1, 200)), "of a format that is not known"),
    ("a.eml", b"From: x\r\n\r\nno more headers", "of a format that is not known"),
    ("a.eml", b"Subject: x\r\nDate: y\r\nnot a header\r\n\r\nbody", "of a format that is not known"),
]


@pytest.mark.parametrize(("name", "content", "kind"), TAKEN, ids=[name for name, _content, _kind in TAKEN])
def test_what_is_taken(name: str, content: bytes, kind: FileType) -> None:
    assert identify(io.BytesIO(content), name) is kind


def test_every_type_that_is_offered_is_recognised() -> None:
    untested = set(types.TYPES) - {kind for _name, _content, kind in TAKEN} - {types.OGV, types.MPEG}
    assert not untested
    assert identify(io.BytesIO(samples.OGG.replace(b"\x01\x13OpusHead", b"\x80theora")), "a.ogv") is types.OGV
    assert identify(io.BytesIO(bytes.fromhex("000001ba44000400") + b"\0" * 64), "a.mpg") is types.MPEG


@pytest.mark.parametrize(("name", "content", "what"), REFUSED, ids=[f"{name} {what}" for name, _c, what in REFUSED])
def test_what_is_refused_and_what_it_really_is(name: str, content: bytes, what: str) -> None:
    with override("en"), pytest.raises(Refused) as refused:
        identify(io.BytesIO(content), name)
    assert f"is {what}" in str(refused.value.sentence)


@pytest.mark.parametrize(
    ("name", "claimed", "content", "told"),
    [
        ("photo.jpg", "", samples.PDF, "ends in .jpg, but the content is PDF. Rename it to .pdf"),
        ("report.pdf", "", samples.picture("PNG"), "ends in .pdf, but the content is PNG"),
        ("clip.mp4", "", samples.picture("HEIF"), "ends in .mp4, but the content is HEIC"),
        ("run.exe", "", samples.picture("PNG"), "ends in .exe"),
        ("table.docx", "", samples.office("xl"), "content is Excel workbook"),
        ("photo", "image/png", samples.PDF, "sent as PNG, but the content is PDF"),
    ],
)
def test_a_name_or_type_that_lies_is_refused(name: str, claimed: str, content: bytes, told: str) -> None:
    with override("en"), pytest.raises(Refused) as refused:
        identify(io.BytesIO(content), name, claimed)
    assert told in str(refused.value.sentence)


@pytest.mark.parametrize("claimed", ["", "application/octet-stream", "image/jpg", "image/jpeg; charset=binary"])
def test_types_that_say_nothing_else_are_fine(claimed: str) -> None:
    assert identify(io.BytesIO(samples.picture("JPEG")), "a.jpg", claimed) is types.JPEG


@pytest.mark.parametrize(
    "content",
    [
        samples.office("word", **{"word/vbaProject.bin": "x"}),
        samples.ole("Macros", "WordDocument"),
        samples.archive({"mimetype": "application/vnd.oasis.opendocument.text", "Basic/script.xml": "x"}),
    ],
    ids=["docm", "doc", "odt"],
)
def test_documents_with_macros_are_refused(content: bytes) -> None:
    with override("en"), pytest.raises(Refused, match="macros"):
        identify(io.BytesIO(content), "a")


def test_a_document_that_unpacks_to_gigabytes_is_refused() -> None:
    bomb = bytearray(samples.office("word", **{"word/media": "x" * 1000}))
    at = bytes(bomb).rfind(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = (3_000_000_000).to_bytes(4, "little")  # what the directory announces
    with override("en"), pytest.raises(Refused, match="unpacks to more"):
        identify(io.BytesIO(bytes(bomb)), "a.docx")


def test_an_archive_of_many_parts_is_not_even_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    def fail(*args: Any, **options: Any) -> None:
        raise AssertionError("the directory was read")

    many = samples.archive({f"{number}": "" for number in range(10_001)})
    monkeypatch.setattr(zipfile, "ZipFile", fail)
    with pytest.raises(Refused):
        identify(io.BytesIO(many), "a.docx")
