"""The wrong answers, made from a genuine one: pure functions from bytes to bytes."""

import random
from collections.abc import Iterator

from lxml import etree

from sandbox.soap import parse_document

RUBBISH_BYTES = 2048

# Two gigabytes when expanded: two characters through nine levels of ten.
_BOMB_LEVELS = 9
_BOMB_DTD = '<!DOCTYPE bomb [<!ENTITY e0 "ha">{}]>'.format(
    "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, _BOMB_LEVELS + 1))
)
_XXE_DTD = '<!DOCTYPE xxe [<!ENTITY file SYSTEM "file:///etc/hostname">]>'
_PLACE = "entity-goes-here"
_PADDING_CHARACTERS = 1000

HTML_PAGE = """<!DOCTYPE html>
<html lang="fa" dir="rtl"><head><meta charset="utf-8"><title>خطا در پردازش درخواست</title></head>
<body><h1>درخواست شما قابل پردازش نیست</h1>
<p>لطفاً بعداً دوباره تلاش کنید. Your request could not be processed. Support ID: 5142510</p>
<br><hr></body></html>
"""


def rubbish(rng: random.Random) -> bytes:
    """Bytes that are no XML; the first is 0xFF, which begins no UTF-8 text."""
    return b"\xff" + rng.randbytes(RUBBISH_BYTES - 1)


def truncated(answer: bytes) -> bytes:
    """The first half of an answer."""
    return answer[: len(answer) // 2]


def bomb(answer: bytes) -> bytes:
    """An answer whose first value is an entity that would expand to two gigabytes."""
    return _with_entity(answer, _BOMB_DTD, f"&e{_BOMB_LEVELS};")


def xxe(answer: bytes) -> bytes:
    """An answer whose first value is an external entity: a file of whoever parses it."""
    return _with_entity(answer, _XXE_DTD, "&file;")


def wrong_namespace(answer: bytes) -> bytes:
    """An answer whose payload came from another version: ``/unannounced`` ends its namespace."""
    root = parse_document(answer)
    payload = _payload(root)
    old = etree.QName(payload).namespace or ""
    # iter() would also meet comments, whose tag is no string
    for element in payload.iter(tag=etree.Element):
        name = etree.QName(element)
        if name.namespace == old:
            element.tag = f"{{{old}/unannounced}}{name.localname}"
    return _serialised(root)


def extra_element(answer: bytes) -> bytes:
    """An answer with one element more, at the payload's end, that no contract knows."""
    root = parse_document(answer)
    payload = _payload(root)
    etree.SubElement(payload, _child_tag(payload, "Unannounced")).text = "از نسخه بعد"
    return _serialised(root)


def huge(answer: bytes, size_mb: int) -> Iterator[bytes]:
    """The pieces of an answer blown up by ``size_mb`` megabytes of repeated elements; well-formed XML.

    The first piece is the head, the last the tail; each one between is less than 1.1 MB.
    """
    root = parse_document(answer)
    payload = _payload(root)
    tag = _child_tag(payload, "Padding")
    etree.SubElement(payload, tag).text = _PLACE
    etree.cleanup_namespaces(root)
    document = _serialised(root)
    at = document.index(_PLACE.encode())
    opening = document.rindex(b"<", 0, at)
    closing = document.index(b">", at) + 1
    element = document[opening:closing].replace(_PLACE.encode(), b"x" * _PADDING_CHARACTERS)
    megabyte = element * 1000
    yield document[:opening]
    for _ in range(size_mb):
        yield megabyte
    yield document[closing:]


def _with_entity(answer: bytes, dtd: str, reference: str) -> bytes:
    root = parse_document(answer)
    leaf = next((each for each in _payload(root).iter(tag=etree.Element) if len(each) == 0), root)
    leaf.text = _PLACE
    document = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    declaration = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    return declaration + dtd.encode() + document.replace(_PLACE.encode(), reference.encode(), 1)


def _payload(root: etree._Element) -> etree._Element:
    return root[-1][0]


def _child_tag(payload: etree._Element, local_name: str) -> str:
    """A new child's tag in the style of its siblings: qualified or not."""
    namespace = etree.QName(payload[0]).namespace if len(payload) else None
    return f"{{{namespace}}}{local_name}" if namespace else local_name


def _serialised(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
