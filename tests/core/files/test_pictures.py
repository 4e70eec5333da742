"""Previews: upright, small, and made of nothing but pixels."""

import io
import struct
import zlib

import pytest
from PIL import Image

from crisisdesk.core.files import pictures, types
from tests.core.files import samples


def shown(content: bytes, kind: types.FileType) -> tuple[pictures.Preview, Image.Image]:
    made = pictures.preview(io.BytesIO(content), kind)
    assert made is not None
    return made, Image.open(io.BytesIO(made.content))


def corner(picture: Image.Image) -> str:
    """Where the blue corner is."""
    width, height = picture.size
    places = {"top left": (2, 2), "top right": (width - 3, 2), "bottom right": (width - 3, height - 3),
              "bottom left": (2, height - 3)}  # fmt: skip
    blue = {name: picture.convert("RGB").getpixel(place)[2] for name, place in places.items()}  # type: ignore[index]
    return max(blue, key=lambda name: blue[name])


@pytest.mark.parametrize(
    ("orientation", "size", "where"),
    [
        (1, (64, 48), "top left"),
        (3, (64, 48), "bottom right"),
        (6, (48, 64), "top right"),
        (8, (48, 64), "bottom left"),
    ],
)
def test_a_photo_stands_upright(orientation: int, size: tuple[int, int], where: str) -> None:
    made, picture = shown(samples.photo(orientation), types.JPEG)
    assert (made.width, made.height) == picture.size == size
    assert corner(picture) == where


def test_a_tiff_on_its_side_stands_upright_too() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    _made, picture = shown(samples.picture("TIFF", exif=exif), types.TIFF)
    assert (picture.size, corner(picture)) == ((48, 64), "top right")


@pytest.mark.parametrize(
    ("content", "kind"),
    [(samples.photo(), types.JPEG), (samples.photo(code="HEIF"), types.HEIC), (samples.photo(code="PNG"), types.PNG)],
    ids=["jpeg", "heic", "png"],
)
def test_nothing_but_pixels_goes_over(content: bytes, kind: types.FileType) -> None:
    assert samples.GPS.encode() in content
    made, picture = shown(content, kind)
    assert picture.format == "WEBP"
    assert not picture.getexif()
    assert set(picture.info) <= {"loop", "background", "timestamp", "duration"}
    for trace in (samples.GPS.encode(), b"EXIF", b"Exif", b"XMP ", b"ICCP", b"xmpmeta"):
        assert trace not in made.content


def test_previews_are_small() -> None:
    made, _picture = shown(samples.picture("JPEG", (4000, 3000)), types.JPEG)
    assert (made.width, made.height) == (960, 720)
    assert len(made.content) < 40_000


@pytest.mark.parametrize(
    ("code", "kind"),
    [("PNG", types.PNG), ("GIF", types.GIF), ("WEBP", types.WEBP), ("TIFF", types.TIFF), ("BMP", types.BMP),
     ("HEIF", types.HEIC), ("AVIF", types.AVIF)],
)  # fmt: skip
def test_every_format_has_a_preview(code: str, kind: types.FileType) -> None:
    _made, picture = shown(samples.picture(code), kind)
    assert (picture.size, corner(picture)) == ((64, 48), "top left")


def test_transparency_stays() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
    _made, picture = shown(written.getvalue(), types.PNG)
    assert picture.mode == "RGBA"


def header_of(width: int, height: int) -> bytes:
    """A PNG that announces its size and has no pixels."""
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(body)) + b"IHDR" + body + struct.pack(">I", zlib.crc32(b"IHDR" + body))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


@pytest.mark.parametrize(("width", "height"), [(10_000, 6_000), (8_000, 5_001), (60_000, 60_000)])
def test_large_pictures_are_refused_by_their_header(width: int, height: int) -> None:
    with pytest.raises(pictures.TooManyPixels) as refused:
        pictures.measure(io.BytesIO(header_of(width, height)), types.PNG)
    assert refused.value.pixels == width * height
    assert pictures.preview(io.BytesIO(header_of(width, height)), types.PNG) is None


def test_forty_megapixels_are_taken() -> None:
    assert pictures.measure(io.BytesIO(header_of(8_000, 5_000)), types.PNG) == (8_000, 5_000)


def test_a_damaged_picture_has_no_preview() -> None:
    assert pictures.preview(io.BytesIO(samples.picture("PNG")[:60]), types.PNG) is None
    with pytest.raises(pictures.Unreadable):
        pictures.measure(io.BytesIO(b"\x89PNG\r\n\x1a\n"), types.PNG)
