"""What comes in over SOAP, and what is made of replies that are not what they should be."""

import pytest

from hub.core import codes
from hub.core.errors import Code, ExchangeError
from hub.core.values import JsonValue
from tests.adapters.soap.shapes import E11, E12, TWELVE, UNVALIDATED, answer, envelope, read

XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
LEAST = "<flag>1</flag><level>3</level><person/>"


def failure(wire: bytes, **how: object) -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        read(wire, **how)  # type: ignore[arg-type] # passed on as given
    return caught.value


def test_values_are_typed_by_the_schema() -> None:
    wire = answer(
        "<flag> true </flag><level>\n+3</level><day>2026-11-22</day><bytes>2LPZ\nhNin2YU=</bytes><ratio>1e3</ratio>"
        '<price>12.50</price><company>الف &amp; <![CDATA[<b>]]><!-- c -->!</company><b:City xmlns:b="urn:shapes:b">قم</b:City>'
        '<part id="1"/><part id="2"><note></note></part>'
    )
    assert read(wire) == {
        "flag": True,
        "level": 3,
        "day": "2026-11-22",
        "bytes": "2LPZhNin2YU=",
        "ratio": 1000.0,
        "price": 12.5,
        "company": "الف & <b>!",
        "City": "قم",
        "part": [{"@id": 1}, {"@id": 2, "note": ""}],
    }


def test_nil_is_null_empty_is_empty_and_what_may_repeat_is_always_an_array() -> None:
    assert read(answer('<flag>0</flag><level xsi:nil="true"/><person/>', XSI)) == {
        "flag": False, "level": None, "person": "", "part": [],
    }  # fmt: skip


def test_soap_12_is_read_and_another_version_is_not() -> None:
    body = '<a:Answer xmlns:a="urn:shapes:a">' + LEAST + "</a:Answer>"
    expected = {"flag": True, "level": 3, "person": "", "part": []}
    assert read(envelope(body, E12), TWELVE) == expected
    assert failure(envelope(body, E12)).code is codes.PARTNER_MALFORMED


@pytest.mark.parametrize(
    ("inner", "pointer"),
    [
        ("<flag>maybe</flag><level>3</level><person/>", "/flag"),
        ("<flag>1</flag><level>10</level><person/>", "/level"),
        ("<flag>1</flag><level>3</level><person/><company/>", "/company"),
        ("<flag>1</flag><level>3</level>", ""),
        (LEAST + '<part id="x"/>', "/part"),
        (LEAST + "<extra/>", "/extra"),
        ("<flag>1</flag><level>3</level><person><b/></person>", "/person"),
    ],
)
def test_a_reply_that_breaks_the_schema_is_refused_by_place_and_without_its_values(
    inner: str, pointer: str
) -> None:
    error = failure(answer(inner))
    assert error.code is codes.PARTNER_INVALID
    assert error.errors[0].pointer == pointer
    assert "maybe" not in str(error.errors)


@pytest.mark.parametrize(
    ("inner", "pointer"),
    [
        ("<flag>maybe</flag>", "/flag"),
        ("<level>99999999999</level>", "/level"),
        ("<price>0.1234567890123456789</price>", "/price"),
        ("<price>1e3</price>", "/price"),
        ("<ratio>INF</ratio>", "/ratio"),
        ("<ratio>1e999</ratio>", "/ratio"),
        ("<bytes>***</bytes>", "/bytes"),
        ("<person><b/></person>", "/person"),
        ("<flag>1</flag><flag>1</flag>", "/flag"),
        ('<part id="1"/><part id="x"/>', "/part/1/@id"),
        ('<part id="1" color="red"/>', "/part/0/@color"),
        ("<extra/>", ""),
    ],
)
def test_without_validation_types_and_names_still_hold(inner: str, pointer: str) -> None:
    with pytest.raises(ExchangeError) as caught:
        read(answer(inner), UNVALIDATED)
    assert caught.value.code is codes.PARTNER_INVALID
    assert [error.pointer for error in caught.value.errors] == [pointer]


def test_a_nil_that_the_schema_does_not_allow_is_refused() -> None:
    with pytest.raises(ExchangeError) as caught:
        read(answer('<person xsi:nil="true"/>', XSI), UNVALIDATED)
    assert caught.value.errors[0].code == "nil"


BOMB = "<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (f"<!DOCTYPE x [{BOMB}]>".encode() + answer("<flag>&i;</flag>"), codes.PARTNER_UNSAFE),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + answer(LEAST), codes.PARTNER_UNSAFE),
        (b'<?xml version="1.0"?>\n<!-- c -->\n<!DOCTYPE x>' + answer(LEAST), codes.PARTNER_UNSAFE),
        (b'<?xml-stylesheet href="x"?>' + answer(LEAST), codes.PARTNER_UNSAFE),
        (answer(LEAST.replace("<person/>", "<person>a<?x y?>b</person>")), codes.PARTNER_UNSAFE),
        (answer(LEAST) + b"<?x y?>", codes.PARTNER_UNSAFE),
        (b"<a>" * 300 + b"</a>" * 300, codes.PARTNER_UNSAFE),
        (answer("<flag>&unknown;</flag>"), codes.PARTNER_MALFORMED),
        (b"", codes.PARTNER_MALFORMED),
        (b"rubbish", codes.PARTNER_MALFORMED),
        (b"<html><body><br></html>", codes.PARTNER_MALFORMED),
        (b"<html/>", codes.PARTNER_MALFORMED),
        (answer(LEAST)[:-3], codes.PARTNER_MALFORMED),
        (answer(LEAST).decode().encode("utf-16"), codes.PARTNER_MALFORMED),
        (
            answer(LEAST.replace("<person/>", "<person>علي</person>")).decode().encode("cp1256"),
            codes.PARTNER_MALFORMED,
        ),
        (envelope(""), codes.PARTNER_MALFORMED),
        (envelope("<a/><b/>"), codes.PARTNER_MALFORMED),
        (f'<e:Envelope xmlns:e="{E11}"/>'.encode(), codes.PARTNER_MALFORMED),
        (envelope("<x/>", "urn:other"), codes.PARTNER_MALFORMED),
        (envelope('<a:Ask xmlns:a="urn:shapes:a"/>'), codes.PARTNER_INVALID),
        (envelope("<Answer/>"), codes.PARTNER_INVALID),
    ],
)
def test_hostile_and_broken_replies_have_their_codes(wire: bytes, code: Code) -> None:
    assert failure(wire).code is code


def test_a_document_type_inside_a_text_is_only_a_text() -> None:
    wire = answer("<flag>1</flag><level>3</level><person><![CDATA[<!DOCTYPE html><?php ?>]]></person>")
    document: JsonValue = read(wire)
    assert document["person"] == "<!DOCTYPE html><?php ?>"


def test_an_encoding_that_the_document_itself_declares_is_followed() -> None:
    text = answer("<flag>1</flag><level>3</level><person>علي</person>").decode()
    wire = f'<?xml version="1.0" encoding="windows-1256"?>{text}'.encode("cp1256")
    assert read(wire, charset="")["person"] == "علي"


FAULT_11 = (
    f'<e:Fault xmlns:e="{E11}"><faultcode>e:Server.Quota</faultcode><faultstring>0499370899 is unknown</faultstring>'
    "<detail><x>0499370899</x></detail></e:Fault>"
)
FAULT_12 = (
    f'<e:Fault xmlns:e="{E12}"><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>p:Busy</e:Value></e:Subcode>'
    "</e:Code><e:Reason><e:Text>0499370899</e:Text></e:Reason></e:Fault>"
)


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_fault_is_told_by_its_code_and_never_by_its_text(status: int) -> None:
    eleven = failure(envelope(FAULT_11), status=status)
    assert (eleven.code, eleven.facts) == (codes.PARTNER_FAULT, {"fault_code": "Server.Quota"})
    twelve = failure(envelope(FAULT_12, E12), by=TWELVE, status=status)
    assert (twelve.code, twelve.facts) == (
        codes.PARTNER_FAULT,
        {"fault_code": "Sender", "fault_subcode": "Busy"},
    )
    assert "0499370899" not in f"{eleven} {eleven.detail} {twelve} {twelve.detail}"


def test_a_fault_code_that_is_no_code_is_not_repeated() -> None:
    fault = FAULT_11.replace("e:Server.Quota", "کد ملی 0499370899 یافت نشد")
    assert failure(envelope(fault)).facts == {"fault_code": "unreadable"}


def test_an_http_error_without_a_fault_is_an_http_error() -> None:
    assert failure(answer(LEAST), status=500).code is codes.PARTNER_HTTP
    assert failure(b"<html>", status=500).code is codes.PARTNER_HTTP
