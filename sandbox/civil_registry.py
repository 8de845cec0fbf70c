"""The civil registry's getEstelam3 (استعلام ثبت احوال)."""

import base64
import re
from datetime import datetime, timedelta

from lxml import etree

from sandbox import people
from sandbox.clock import Clock
from sandbox.modes import ClosedReason, Mode
from sandbox.partner import Answer, Identity
from sandbox.people import Condition, Person
from sandbox.soap import SoapCall, SoapFaultError, text_of

NAMESPACE = "http://est"
NIN_AS_NUMBER = "nin_as_number"
WRONG_CREDENTIALS_BEFORE_LOCK = 5
LOCK_TIME = timedelta(minutes=30)

_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
_NUMBER = re.compile(r"[0-9]{1,10}")
_NIN_DIGITS = 10

# The bean's fields in the order of the wire; the second part belongs to its subclass.
_FIELDS = (
    "birthDate",
    "bookNo",
    "bookRow",
    "deathStatus",
    "family",
    "fatherName",
    "gender",
    "message",
    "name",
    "nin",
    "officeCode",
    "officeName",
    "shenasnameNo",
    "shenasnameSeri",
    "shenasnameSerial",
    "deathDate",
    "exceptionMessage",
)
_NUMERIC_FIELDS = frozenset(
    {
        "birthDate",
        "bookNo",
        "bookRow",
        "deathStatus",
        "gender",
        "officeCode",
        "shenasnameNo",
        "shenasnameSerial",
    }
)


class CivilRegistry:
    """Answers who a person is. Every refusal is a text inside a successful SOAP answer."""

    name = "civil_registry"
    title = "سازمان ثبت احوال / civil registry"
    path = "/services/Estelam3"
    soap_action: str | None = None

    def __init__(self, credentials: tuple[str, str, str, str], clock: Clock) -> None:
        """``credentials`` are arg0 to arg3: user name, password, organisation code, service code."""
        self.flavours = {NIN_AS_NUMBER: False}
        self._credentials = credentials
        self._clock = clock
        self._wrong_credentials = 0
        self._locked_until: datetime | None = None

    def identify(self, call: SoapCall) -> Identity:
        return Identity(subject=text_of(call.payload.find("arg4"), "nin"))

    def reset(self) -> None:
        self.flavours[NIN_AS_NUMBER] = False
        self._wrong_credentials = 0
        self._locked_until = None

    def refuse(self, call: SoapCall, mode: Mode, reason: ClosedReason) -> Answer:
        _expect_operation(call)
        if mode is Mode.QUOTA:
            text = "inquiry.outof.max.daily.request"
        elif reason is ClosedReason.HOLIDAY:
            text = "login.holyday.diny"
        else:
            text = "login.time.diny"
        return Answer(_failure("message", text), outcome=text)

    def serve(self, call: SoapCall) -> Answer:
        _expect_operation(call)
        refusal = self._log_in(call.payload)
        if refusal is not None:
            return refusal
        asked = call.payload.find("arg4")
        nin, birth_date = text_of(asked, "nin"), text_of(asked, "birthDate")
        if self.flavours[NIN_AS_NUMBER] and _NUMBER.fullmatch(nin):
            nin = nin.zfill(_NIN_DIGITS)
        if not people.is_national_code(nin) or not _EIGHT_DIGITS.fullmatch(birth_date):
            return _no("Nin.Not.Valid")
        person = people.find(nin)
        if person is None or person.birth_date != birth_date:
            return _no("err.record.not.found")
        if person.condition is not Condition.NORMAL:
            return _no(person.condition.value)
        return Answer(self._found(person), outcome="found", side_effect=True)

    def _log_in(self, payload: etree._Element) -> Answer | None:
        """None for the right credentials; five wrong ones in a row lock the user for half an hour."""
        now = self._clock.now()
        if self._locked_until is not None and now < self._locked_until:
            return _no("login.lock.user")
        given = tuple(text_of(payload, f"arg{place}") for place in range(4))
        if given == self._credentials:
            self._wrong_credentials, self._locked_until = 0, None
            return None
        self._wrong_credentials += 1
        if self._wrong_credentials % WRONG_CREDENTIALS_BEFORE_LOCK == 0:
            self._locked_until = now + LOCK_TIME
        return Answer(_failure("exceptionMessage", "login.user.invalid"), outcome="login.user.invalid")

    def _found(self, person: Person) -> etree._Element:
        nin = str(int(person.national_code)) if self.flavours[NIN_AS_NUMBER] else person.national_code
        return _answer(
            {
                "birthDate": person.birth_date,
                "bookNo": "218",
                "bookRow": str(person.identity_number % 100),
                "deathStatus": "1" if person.death_date else "0",
                "family": _base64(person.family),
                "fatherName": _base64(person.father_name),
                "gender": "1" if person.is_man else "0",
                "name": _base64(person.name),
                "nin": nin,
                "officeCode": "1027",
                "officeName": "نیک‌شهر نمونه",
                "shenasnameNo": str(person.identity_number),
                "shenasnameSeri": "الف24",
                "shenasnameSerial": "417283",
                "deathDate": person.death_date,
            }
        )


def _expect_operation(call: SoapCall) -> None:
    if call.payload.tag != f"{{{NAMESPACE}}}getEstelam3":
        raise SoapFaultError("Client", f"Cannot find dispatch method for {call.payload.tag}")


def _no(text: str) -> Answer:
    return Answer(_failure("message", text), outcome=text)


def _failure(field: str, text: str) -> etree._Element:
    return _answer({field: text})


def _answer(values: dict[str, str]) -> etree._Element:
    """The response bean: a number without a value is 0, a text without one is left out."""
    root = etree.Element(f"{{{NAMESPACE}}}getEstelam3Response", nsmap={"ns2": NAMESPACE})
    bean = etree.SubElement(root, "return")
    for name in _FIELDS:
        value = values.get(name) or ("0" if name in _NUMERIC_FIELDS else "")
        if value:
            etree.SubElement(bean, name).text = value
    return root


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
