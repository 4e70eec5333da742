"""Pictures of the story, drawn when it is told: the lid with mould, and a post as a screenshot."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from crisisdesk.core.files.receiving import Received, receive

_PAPER, _INK, _GREY, _PORRIDGE, _MOULD = "#ffffff", "#16202c", "#c7d0da", "#ead9b4", "#5d7a5a"
_SPOTS = ((-150, -60, 70), (-60, 80, 46), (90, -110, 58), (140, 40, 84), (10, -10, 30), (-190, 60, 34))


def lid() -> Received:
    """A photo of the opened cup, lying on its side as phones store it."""
    sheet = Image.new("RGB", (1200, 900), "#8a7f74")
    pen = ImageDraw.Draw(sheet)
    pen.ellipse((200, 50, 1000, 850), fill=_PAPER)
    _cup(pen, 600, 450, 360)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    return _handed_in(sheet.rotate(90, expand=True), "IMG_2207.jpg", "JPEG", exif=exif)


def post(name: str) -> Received:
    """A post under which people comment, as somebody's telephone showed it."""
    sheet = Image.new("RGB", (540, 960), _PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.ellipse((30, 30, 94, 94), fill=_GREY)
    pen.rounded_rectangle((112, 40, 330, 58), 9, fill=_INK)
    pen.rounded_rectangle((112, 70, 230, 84), 7, fill=_GREY)
    pen.rectangle((0, 120, 540, 620), fill="#8a7f74")
    _cup(pen, 270, 370, 190)
    for place, width in enumerate((440, 480, 300, 460, 390, 250)):
        top = 660 + 44 * place
        pen.rounded_rectangle((30, top, 30 + width, top + 18), 9, fill=_INK if place == 0 else _GREY)
    return _handed_in(sheet, name, "PNG")


def _cup(pen: ImageDraw.ImageDraw, across: int, down: int, radius: int) -> None:
    pen.ellipse((across - radius, down - radius, across + radius, down + radius), fill=_PORRIDGE)
    for right, below, size in _SPOTS:
        x, y, r = (across + right * radius / 360, down + below * radius / 360, size * radius / 720)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=_MOULD)


def _handed_in(sheet: Image.Image, name: str, code: str, **options: object) -> Received:
    written = io.BytesIO()
    sheet.save(written, code, **options)
    return receive(SimpleUploadedFile(name, written.getvalue(), f"image/{code.lower()}"))
