"""Posts as they are written, made fit for reading by a machine."""

import unicodedata

import regex

from cases.monitoring.text.folding import without_floods

MAX_CHARS = 10_000
"""What is read of a text. Posts are shorter; of an article the beginning says what it is about."""

# Expanding forms ("ﷺ" is eighteen characters) are cut again afterwards; this bounds the work before.
_MAX_RAW_CHARS = 4 * MAX_CHARS

_INVISIBLE = regex.compile(
    r"[\p{Cs}\p{Cf}\p{Co}\p{Cn}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]+"
)
_MARKS = regex.compile(r"\p{M}+")
_ADDRESS = regex.compile(r"(?i:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}")
_HANDLE = regex.compile(r"@[\w.]*")
_HASHTAG = regex.compile(r"#(\w+)")
# Where a written-together hashtag is cut: "NikdyVíc", "O2Fail", "FAILČesko" and "nikdy_vic".
CAMEL = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})|(?<=\p{N})(?=\p{Lu}\p{Ll})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|_+")
# "w" may: www.
_LETTERS = regex.compile(r"((?!w)\p{L})\1{2,}", regex.IGNORECASE)
_SIGNS = regex.compile(r"([^\p{L}\p{N}\s])\1{3,}")
_BLANKS = regex.compile(r"[^\S\n]+")
_LINES = regex.compile(r" ?\n[ \n]*")


def normalised(text: str) -> str:
    """The text without what says nothing: compatibility forms, accents stacked for show, addresses, handles.

    Hashtags become words ("#NikdyVíc" reads "Nikdy Víc"), a letter written three times or more stands twice, a sign
    at most three times. Case and accents stay. Doing it twice changes nothing. At most `MAX_CHARS` characters of the
    result are kept.
    """
    text = without_floods(text[:_MAX_RAW_CHARS].replace("\r", "\n"))
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
        # What did not melt into its letter by now stands there for show; compatibility forms may bring new ones.
        text = _INVISIBLE.sub("", _MARKS.sub("", text))
    else:
        text = _INVISIBLE.sub("", text)
    # Runs first: what they leave may be an address ("htttp://").
    text = _SIGNS.sub(r"\1\1\1", _LETTERS.sub(r"\1\1", text))
    text = _ADDRESS.sub(" ", text)
    text = _HANDLE.sub(" ", text)
    text = _HASHTAG.sub(lambda tag: " " + CAMEL.sub(" ", tag[1]) + " ", text).replace("#", " ")
    text = _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()
    return text[:MAX_CHARS].rstrip()
