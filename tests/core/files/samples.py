"""Files made up by the tests: what they say they are, and what only pretends to be."""

import io
import struct
import zipfile
from typing import Any

import pillow_heif
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

pillow_heif.register_heif_opener()

GPS = "50.08804"  # where a photo was taken; must never leave with a preview


def picture(code: str = "PNG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A red picture with a blue top left corner, so that one sees which way is up."""
    drawn = Image.new("RGB", size, (200, 20, 20))
    drawn.paste((20, 20, 200), (0, 0, size[0] // 4, size[1] // 4))
    written = io.BytesIO()
    drawn.save(written, code, **options)
    return written.getvalue()


def photo(orientation: int = 6, size: tuple[int, int] = (64, 48), code: str = "JPEG") -> bytes:
    """A picture as a phone makes it: lying on its side, with EXIF, GPS, XMP and a comment."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = f"Phone at {GPS}"
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 5.0, 16.9), 3: "E", 4: (14.0, 25.0, 15.2)})
    xmp = f"<x:xmpmeta>{GPS}</x:xmpmeta>".encode()
    more = {"comment": GPS.encode()} if code == "JPEG" else {}
    return picture(code, size, exif=exif.tobytes(), xmp=xmp, **more)


def archive(parts: dict[str, bytes | str]) -> bytes:
    """A ZIP archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return written.getvalue()


def office(folder: str, **more: str) -> bytes:
    """An office document as far as telling it from others goes."""
    return archive({"[Content_Types].xml": "<Types/>", f"{folder}/document.xml": "<w/>", **more})


def opendocument(what: str) -> bytes:
    """The same in the other family."""
    return archive({"mimetype": f"application/vnd.oasis.opendocument.{what}", "content.xml": "<o/>"})


def iso_media(brand: bytes, *compatible: bytes) -> bytes:
    """The beginning of a video, sound or HEIC picture."""
    box = b"ftyp" + brand + b"\0\0\0\0" + b"".join(compatible)
    return struct.pack(">I", len(box) + 4) + box + b"\0\0\0\x08mdat" + b"\0" * 64


def ole(*names: str) -> bytes:
    """A compound file (old office, Outlook) whose root holds streams of these names."""
    entries = [("Root Entry", 5, 1 if names else 0xFFFFFFFF)] + [(name, 2, 0xFFFFFFFF) for name in names]
    directory = b""
    for place, (name, kind, child) in enumerate(entries):
        text = name.encode("utf-16-le") + b"\0\0"
        following = place + 1 if kind == 2 and place + 1 < len(entries) else 0xFFFFFFFF
        directory += text.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ", len(text), kind, 1, 0xFFFFFFFF, following, child, b"\0" * 16, 0, 0, 0, 0xFFFFFFFE, 0
        )
    unused = b"\0" * 64 + struct.pack("<HBBIII16sIQQIQ", 0, 0, 0, *(0xFFFFFFFF,) * 3, b"\0" * 16, 0, 0, 0, 0, 0)
    directory += unused * (-len(entries) % 4)
    sectors = len(directory) // 512
    fat = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16
    header += struct.pack("<HHHHH6sIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, b"\0" * 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0,
                          0xFFFFFFFE, 0)  # fmt: skip
    header += struct.pack("<I", 0).ljust(436, b"\xff")
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    return header + table + directory


MAIL = (
    b"Received: from mx.example by desk.example; Mon, 2 Mar 2026 09:00:00 +0100\r\nFrom: Jana <jana@example.com>\r\n"
    b"To: info@zrnko.example\r\nSubject: =?utf-8?q?Pl=C3=ADse=C5=88?=\r\n\r\nMould in the porridge.\r\n"
)
PDF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>"
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d4287810442858102") + b"\0" * 64
MKV = bytes.fromhex("1a45dfa3a34286810142f7810142f2810442f38108428288") + b"matroska" + b"\0" * 64
OGG = b"OggS\0\x02" + b"\0" * 20 + b"\x01\x13OpusHead" + b"\0" * 64


def sent(name: str, content: bytes, claimed: str = "") -> SimpleUploadedFile:
    """The file as a browser sends it."""
    return SimpleUploadedFile(name, content, claimed)
