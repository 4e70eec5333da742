"""Pictures: how large they are, and previews made anew from nothing but their pixels."""

import io
import threading
import warnings
from dataclasses import dataclass
from typing import IO

import pillow_heif
from PIL import Image, ImageCms, ImageOps

from crisisdesk.core.files.types import FileType

# A pixel takes up to four bytes when it is decoded: a picture of this size takes 160 MB for a moment.
MOST_PIXELS = 40_000_000
# Pixels along the longer side of a preview: sharp in a list on any screen, and readable when opened by itself.
PREVIEW_SIDE = 960
PREVIEW_TYPE = "image/webp"

pillow_heif.register_heif_opener()
# Pillow refuses more than twice this number before it decodes, and warns above it, which tells nobody anything here.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2
warnings.simplefilter("ignore", Image.DecompressionBombWarning)

_FORMATS = {"image/heic": "HEIF", "image/bmp": "BMP"}
# One decoded picture at a time in a process keeps its memory bounded, however many people send pictures at once.
_one_at_a_time = threading.Lock()


class Unreadable(Exception):
    """The header of a picture cannot be read."""


class TooManyPixels(Exception):
    """The picture is larger than `MOST_PIXELS`; `pixels` says how large."""

    def __init__(self, pixels: int) -> None:
        self.pixels = pixels
        super().__init__(pixels)


@dataclass(frozen=True)
class Preview:
    """A picture made anew: the bytes of a WebP without metadata, and its size in pixels."""

    content: bytes
    width: int
    height: int


def measure(file: IO[bytes], kind: FileType) -> tuple[int, int]:
    """Width and height as the header tells, before anything is decoded; refuses more than `MOST_PIXELS`."""
    picture = _opened(file, kind)
    pixels = picture.width * picture.height
    if pixels > MOST_PIXELS:
        raise TooManyPixels(pixels)
    return picture.width, picture.height


def preview(file: IO[bytes], kind: FileType) -> Preview | None:
    """A small upright copy of the first frame in sRGB, or None where the picture cannot be decoded.

    Only pixels go over: no EXIF, GPS, XMP, comments or embedded thumbnails.
    """
    with _one_at_a_time:
        try:
            picture = _opened(file, kind)
            if picture.mode in ("1", "P"):
                picture = picture.convert("RGBA")
            picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
            pixels = _standard_colours(ImageOps.exif_transpose(picture))
            clean = Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())
            written = io.BytesIO()
            clean.save(written, "WEBP", quality=80, method=4)
        except (Unreadable, TooManyPixels, OSError, ValueError, SyntaxError, MemoryError, EOFError):
            return None
        return Preview(written.getvalue(), clean.width, clean.height)


def _opened(file: IO[bytes], kind: FileType) -> Image.Image:
    file.seek(0)
    name = _FORMATS.get(kind.media_type, kind.media_type.partition("/")[2].upper())
    try:
        return Image.open(file, formats=[name])
    except Image.DecompressionBombError as bomb:
        raise TooManyPixels(_announced(bomb)) from bomb
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as damaged:
        raise Unreadable from damaged


def _announced(bomb: Image.DecompressionBombError) -> int:
    digits = "".join(c if c.isdigit() else " " for c in str(bomb)).split()
    return int(digits[0]) if digits else MOST_PIXELS + 1


def _standard_colours(picture: Image.Image) -> Image.Image:
    """The picture in sRGB, with transparency where it has any; a profile nobody can read is left out."""
    profile = picture.info.get("icc_profile")
    has_alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    wanted = "RGBA" if has_alpha else "RGB"
    if profile and picture.mode in ("RGB", "RGBA", "CMYK"):
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            sheet = ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB"), outputMode=wanted)
            if sheet is not None:
                return sheet
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture.convert(wanted)
