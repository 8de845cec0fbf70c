"""Texts inside other encodings: BASE64 of UTF-8, and Windows-1256."""

import base64
import binascii

from hub.core.values import Text
from hub.persian.errors import IdentifierError
from hub.persian.text import STORED, ascii_digits, normalise


def base64_text(encoded: str) -> str:
    """The text in BASE64 of UTF-8 (RFC 4648 section 4, padded; line breaks ignored). Raises IdentifierError."""
    try:
        raw = base64.b64decode("".join(encoded.split()).encode("ascii"), validate=True)
        return raw.decode("utf-8")
    except (binascii.Error, UnicodeError) as error:
        raise IdentifierError(
            "base64-text.form",
            Text("این متن BASE64 از UTF-8 نیست", "The text is not BASE64 of UTF-8"),
        ) from error


def to_base64_text(text: str) -> str:
    """BASE64 of the text's UTF-8, padded, on one line. Raises IdentifierError on half a surrogate pair."""
    try:
        return base64.b64encode(text.encode("utf-8")).decode("ascii")
    except UnicodeEncodeError as error:
        raise IdentifierError(
            "base64-text.unicode",
            Text("متن نویسه‌ی ناقص یونی‌کد دارد", "The text holds half a Unicode character"),
        ) from error


def cp1256_to_text(raw: bytes) -> str:
    """Text of Windows-1256 bytes, with the Persian yeh and kaf. Raises IdentifierError on an undefined byte."""
    try:
        return normalise(raw.decode("cp1256"), STORED)
    except UnicodeDecodeError as error:
        raise IdentifierError(
            "cp1256.undefined", Text("این بایت‌ها Windows-1256 نیست", "The bytes are not Windows-1256")
        ) from error


def text_to_cp1256(text: str) -> bytes:
    """Windows-1256 bytes of a text. That code page has no ی and no Persian digits: ي and ASCII digits stand in.

    Raises IdentifierError where another character cannot be written; nothing is replaced by a question mark.
    """
    try:
        return ascii_digits(normalise(text, STORED)).replace("ی", "ي").encode("cp1256")
    except UnicodeEncodeError as error:
        raise IdentifierError(
            "cp1256.unmappable",
            Text(
                "متن نویسه‌ای دارد که در Windows-1256 نیست",
                "The text holds a character that Windows-1256 lacks",
            ),
        ) from error
