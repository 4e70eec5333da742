"""What a file is, by its content; its name may only agree.

`puremagic` knows how files begin. Several formats share a beginning (office documents and archives; videos, sound and
HEIC pictures), so for these the container is read as far as it takes to tell them apart. Nothing is unpacked.
"""

import io
import struct
import zipfile
from email.parser import BytesHeaderParser
from typing import IO

import olefile
import puremagic
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.errors import Text
from crisisdesk.core.files import types
from crisisdesk.core.files.names import suffix_of
from crisisdesk.core.files.types import FileType

# Bytes from the beginning that tell most formats apart; headers of an e-mail may take all of them.
_HEAD = 64 * 1024
# An office document has some dozens of parts. More than this, or more unpacked, is made to choke whoever opens it.
_MOST_PARTS = 10_000
_MOST_UNPACKED = 500_000_000  # bytes

# Found by their first bytes alone, by puremagic's name for them.
_BY_BEGINNING = {
    "png": types.PNG, "jpg": types.JPEG, "jpeg": types.JPEG, "gif": types.GIF, "tif": types.TIFF, "tiff": types.TIFF,
    "bmp": types.BMP, "pdf": types.PDF, "rtf": types.RTF, "mp3": types.MP3, "mpga": types.MP3, "aac": types.AAC,
    "flac": types.FLAC, "amr": types.AMR, "mpg": types.MPEG, "mpeg": types.MPEG,
}  # fmt: skip

_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), types.HEIC),
    **dict.fromkeys((b"avif", b"avis"), types.AVIF),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), types.M4A),
    b"qt  ": types.MOV,
}
_RIFF = {b"WEBP": types.WEBP, b"WAVE": types.WAV, b"AVI ": types.AVI}
_ODF = {known.media_type: known for known in (types.ODT, types.ODS, types.ODP)}
_OPENXML = {"word": types.DOCX, "xl": types.XLSX, "ppt": types.PPTX}
_OLE = {
    "__properties_version1.0": types.MSG,
    "worddocument": types.DOC,
    "workbook": types.XLS,
    "book": types.XLS,
    "powerpoint document": types.PPT,
}
_MAIL_HEADERS = frozenset({"to", "subject", "date", "message-id", "received", "mime-version"})

# What people are told about files that are not taken, by puremagic's name for them.
_ARCHIVE, _PROGRAM = _("an archive"), _("a program")
_KNOWN_OTHERS: dict[str, Text] = {
    **dict.fromkeys(("zip", "rar", "7z", "gz", "bz2", "xz", "tar", "zst", "cab", "jar", "iso"), _ARCHIVE),
    **dict.fromkeys(("exe", "dll", "msi", "elf", "appimage", "apk", "dex", "class", "lnk"), _PROGRAM),
}


class Refused(Exception):
    """The file is not taken; the sentence says what it really is and what to do."""

    def __init__(self, sentence: Text) -> None:
        self.sentence = sentence
        super().__init__(sentence)


def identify(file: IO[bytes], name: str, claimed: str = "") -> FileType:
    """The type of the bytes in `file`, or `Refused`.

    `claimed` is the media type that came with them. It and the suffix of the name must agree with the content.
    """
    file.seek(0)
    head = file.read(_HEAD)
    found = _container(head, file) or _by_beginning(head) or _mail(head)
    file.seek(0)
    if found is None:
        raise Refused(
            format_lazy(
                _("“{name}” is {what}. Pictures, PDF, e-mails, office documents, sound and video are taken."),
                name=name,
                what=_what(head),
            )
        )
    suffix = suffix_of(name)
    if suffix and suffix not in found.suffixes:
        raise Refused(
            format_lazy(
                _("The name ends in .{suffix}, but the content is {label}. Rename it to .{right} if that is right."),
                suffix=suffix,
                label=found.label,
                right=found.suffixes[0],
            )
        )
    other = types.BY_MEDIA_TYPE.get(claimed.partition(";")[0].strip().lower())
    if other is not None and not set(other.suffixes) & set(found.suffixes):
        raise Refused(
            format_lazy(
                _("It was sent as {claimed}, but the content is {label}. Send the original file."),
                claimed=other.label,
                label=found.label,
            )
        )
    return found


def _container(head: bytes, file: IO[bytes]) -> FileType | None:
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head.startswith(b"PK\x03\x04"):
        return _zip(file)
    if head.startswith(olefile.MAGIC):
        return _ole(file)
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return types.WEBM if b"webm" in head[:64] else types.MKV if b"matroska" in head[:64] else None
    if head.startswith(b"OggS"):
        return types.OGV if b"theora" in head[:64] else types.OGG
    return None


def _iso_media(head: bytes) -> FileType | None:
    """Pictures, sound and video of phones share one container; the first brand that is known tells which it is."""
    length = min(struct.unpack(">I", head[:4])[0], 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length, 4))]
    if brands[0][:3] in (b"3gp", b"3g2"):
        return types.THREEGP
    # "mif1" only says that there are pictures; which ones, a later brand does.
    known = [found for brand in brands if (found := _BRANDS.get(brand))]
    if types.AVIF in known:
        return types.AVIF
    if brands[0] in _BRANDS:
        return known[0]
    return types.MP4


def _zip(file: IO[bytes]) -> FileType | None:
    """Office documents are archives; which one it is, its parts tell. Any other archive is none of ours."""
    if _parts(file) > _MOST_PARTS:
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            parts = {part.filename: part for part in archive.infolist()}
            if sum(part.file_size for part in parts.values()) > _MOST_UNPACKED:
                raise Refused(_("This document unpacks to more than any document holds; it is not taken."))
            if any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in parts):
                raise Refused(_("This document contains macros, which are programs. Save it without them, or as PDF."))
            if "[Content_Types].xml" in parts:
                folders = {name.partition("/")[0] for name in parts}
                return next((found for folder, found in _OPENXML.items() if folder in folders), None)
            if "mimetype" in parts:
                with archive.open("mimetype") as part:
                    return _ODF.get(part.read(100).decode("ascii", "replace"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, struct.error):
        return None
    return None


def _parts(file: IO[bytes]) -> int:
    """How many parts an archive says it has, read before a directory of any length is loaded."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 12:
        return 0
    count: int = struct.unpack("<H", tail[at + 10 : at + 12])[0]
    return count


def _ole(file: IO[bytes]) -> FileType | None:
    """Older office documents and Outlook's mails: the streams at the root tell which of them it is."""
    try:
        with olefile.OleFileIO(file, raise_defects=olefile.DEFECT_INCORRECT) as container:
            names = {entry[0].lower() for entry in container.listdir(streams=True, storages=True) if entry}
    except (OSError, ValueError, IndexError, struct.error, RecursionError):
        return None
    if names & {"macros", "_vba_project_cur"}:
        raise Refused(_("This document contains macros, which are programs. Save it without them, or as PDF."))
    return next((found for name, found in _OLE.items() if name in names), None)


def _matches(head: bytes) -> list[tuple[str, str]]:
    """puremagic's guesses, the surest first: suffix and its name for the format."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return []
    return [(match.extension.lstrip(".").lower(), match.name) for match in found]


def _by_beginning(head: bytes) -> FileType | None:
    if head.lstrip()[:1] == b"<":
        return None
    return next((_BY_BEGINNING[suffix] for suffix, _name in _matches(head) if suffix in _BY_BEGINNING), None)


def _mail(head: bytes) -> FileType | None:
    """A mail as mail programs save it: a block of headers that names a sender, and nothing that is not text in it."""
    block = head.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if b"\0" in block or not block[:1].isalpha():
        return None
    headers = BytesHeaderParser().parsebytes(block + b"\n\n")
    names = {name.lower() for name in headers.keys()}  # noqa: SIM118 - iterating a message gives its lines
    whole = not headers.defects and not headers.get_payload()
    return types.EML if whole and "from" in names and len(names & _MAIL_HEADERS) > 1 else None


def _what(head: bytes) -> Text:
    """What a file is that is not taken, in the reader's words."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1024].lower()
    if b"<svg" in start:
        return _("an SVG drawing, which can contain programs (save it as PNG)")
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return _("a web page (take a screenshot or save it as PDF)")
    if start.startswith(b"<"):
        return _("an XML file")
    if start.startswith(b"#!"):
        return _("a script")
    if head.startswith(b"PK"):
        return _ARCHIVE
    if head.startswith((b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")):
        return _PROGRAM
    matches = [] if head.startswith(olefile.MAGIC) else _matches(head)
    for suffix, _name in matches:
        if suffix in _KNOWN_OTHERS:
            return _KNOWN_OTHERS[suffix]
    if not matches and _is_text(head):
        return _("plain text (paste it as a note)")
    return _("of a format that is not known here")


def _is_text(head: bytes) -> bool:
    try:
        return "\0" not in head[: _HEAD - 4].decode("utf-8")
    except UnicodeDecodeError:
        return False
