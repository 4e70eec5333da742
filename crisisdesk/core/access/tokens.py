"""The text of an API token: prefix, 190 random bits, checksum. No database here.

`cd_live_` + 32 characters of [0-9A-Za-z] + 6 characters of CRC-32 in the same alphabet. The prefix lets secret
scanners find a leaked token, the checksum lets them (and us) tell one from noise without asking the database.
"""

import hashlib
import re
import secrets
import string
import zlib

PREFIX = "cd_live_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
# 32 × log2(62) = 190.5 bits; at least 160 are asked for.
SECRET_LENGTH = 32
# 62⁶ > 2³², so six characters hold any CRC-32.
CHECKSUM_LENGTH = 6

_SHAPE = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})")


def generate() -> str:
    """A new token."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    return f"{PREFIX}{secret}{_checksum(secret)}"


def is_wellformed(token: str) -> bool:
    """Whether the text has the shape and the checksum of a token."""
    shape = _SHAPE.fullmatch(token)
    return shape is not None and _checksum(shape[1]) == shape[2]


def digest(token: str) -> str:
    """SHA-256 of the token, hexadecimal: all that is stored. The token is random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def hint(token: str) -> str:
    """The last four characters, by which people tell their tokens apart."""
    return token[-4:]


def _checksum(secret: str) -> str:
    rest, letters = zlib.crc32(secret.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(ALPHABET))
        letters = ALPHABET[digit] + letters
    return letters
