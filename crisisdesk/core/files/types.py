"""The types of files the desk takes in. What is not listed is refused."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crisisdesk.core.errors import Text
from crisisdesk.core.models.files import LARGEST, FileKind

MEGABYTE = 1_000_000  # bytes, as people and browsers count them


MOST_BYTES = {kind: LARGEST if kind == FileKind.VIDEO else 10 * MEGABYTE for kind in FileKind}


@dataclass(frozen=True)
class FileType:
    """One type: what browsers call it, what people call it, and how names of it may end."""

    media_type: str
    kind: FileKind
    label: Text
    suffixes: tuple[str, ...]


def _image(code: str, label: str, *suffixes: str) -> FileType:
    return FileType(f"image/{code}", FileKind.IMAGE, label, suffixes)


def _document(media_type: str, label: Text, *suffixes: str) -> FileType:
    return FileType(media_type, FileKind.DOCUMENT, label, suffixes)


_OPENXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

PNG = _image("png", "PNG", "png")
JPEG = _image("jpeg", "JPEG", "jpg", "jpeg", "jpe", "jfif")
GIF = _image("gif", "GIF", "gif")
WEBP = _image("webp", "WebP", "webp")
TIFF = _image("tiff", "TIFF", "tif", "tiff")
BMP = _image("bmp", "BMP", "bmp", "dib")
HEIC = _image("heic", "HEIC", "heic", "heif", "hif")
AVIF = _image("avif", "AVIF", "avif")

PDF = _document("application/pdf", "PDF", "pdf")
RTF = _document("application/rtf", "RTF", "rtf")
DOCX = _document(f"{_OPENXML}.wordprocessingml.document", _("Word document"), "docx")
XLSX = _document(f"{_OPENXML}.spreadsheetml.sheet", _("Excel workbook"), "xlsx")
PPTX = _document(f"{_OPENXML}.presentationml.presentation", _("PowerPoint presentation"), "pptx")
ODT = _document(f"{_ODF}.text", _("OpenDocument text"), "odt")
ODS = _document(f"{_ODF}.spreadsheet", _("OpenDocument spreadsheet"), "ods")
ODP = _document(f"{_ODF}.presentation", _("OpenDocument presentation"), "odp")
DOC = _document("application/msword", _("Word document"), "doc")
XLS = _document("application/vnd.ms-excel", _("Excel workbook"), "xls")
PPT = _document("application/vnd.ms-powerpoint", _("PowerPoint presentation"), "ppt", "pps")

EML = FileType("message/rfc822", FileKind.MAIL, _("e-mail"), ("eml",))
MSG = FileType("application/vnd.ms-outlook", FileKind.MAIL, _("Outlook e-mail"), ("msg",))

MP3 = FileType("audio/mpeg", FileKind.AUDIO, "MP3", ("mp3",))
M4A = FileType("audio/mp4", FileKind.AUDIO, "M4A", ("m4a", "m4b", "mp4"))
AAC = FileType("audio/aac", FileKind.AUDIO, "AAC", ("aac",))
WAV = FileType("audio/wav", FileKind.AUDIO, "WAV", ("wav", "wave"))
OGG = FileType("audio/ogg", FileKind.AUDIO, "Ogg", ("ogg", "oga", "opus"))
FLAC = FileType("audio/flac", FileKind.AUDIO, "FLAC", ("flac",))
AMR = FileType("audio/amr", FileKind.AUDIO, "AMR", ("amr",))

MP4 = FileType("video/mp4", FileKind.VIDEO, "MP4", ("mp4", "m4v", "mov", "m4a"))
MOV = FileType("video/quicktime", FileKind.VIDEO, "QuickTime", ("mov", "qt", "mp4"))
THREEGP = FileType("video/3gpp", FileKind.VIDEO, "3GPP", ("3gp", "3g2", "mp4"))
WEBM = FileType("video/webm", FileKind.VIDEO, "WebM", ("webm", "weba"))
MKV = FileType("video/x-matroska", FileKind.VIDEO, "Matroska", ("mkv", "mka"))
AVI = FileType("video/x-msvideo", FileKind.VIDEO, "AVI", ("avi",))
OGV = FileType("video/ogg", FileKind.VIDEO, "Ogg", ("ogv", "ogg"))
MPEG = FileType("video/mpeg", FileKind.VIDEO, "MPEG", ("mpg", "mpeg"))

TYPES = (
    *(PNG, JPEG, GIF, WEBP, TIFF, BMP, HEIC, AVIF),
    *(PDF, RTF, DOCX, XLSX, PPTX, ODT, ODS, ODP, DOC, XLS, PPT),
    *(EML, MSG),
    *(MP3, M4A, AAC, WAV, OGG, FLAC, AMR),
    *(MP4, MOV, THREEGP, WEBM, MKV, AVI, OGV, MPEG),
)
BY_MEDIA_TYPE = {known.media_type: known for known in TYPES}
IMAGES = frozenset(known for known in TYPES if known.kind == FileKind.IMAGE)


def accept(*kinds: FileKind) -> str:
    """The value of an `accept` attribute that offers these kinds, all of them without any given."""
    chosen = [known for known in TYPES if not kinds or known.kind in kinds]
    return ",".join(dict.fromkeys(f".{suffix}" for known in chosen for suffix in known.suffixes))


def likely_limit(name_suffix: str) -> int:
    """The most bytes a file may have whose name ends so; the largest limit where the name says nothing."""
    limits = [MOST_BYTES[known.kind] for known in TYPES if name_suffix in known.suffixes]
    return max(limits, default=LARGEST)
