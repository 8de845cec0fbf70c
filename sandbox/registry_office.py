"""The registry office's ownership inquiry (استعلام مالکیت)."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from sandbox import estates
from sandbox.clock import Clock
from sandbox.modes import ClosedReason, Mode
from sandbox.ownership_answer import NAMESPACE, Receipt, negative, positive
from sandbox.partner import Answer, Identity
from sandbox.people import is_national_code
from sandbox.soap import SoapCall, SoapFaultError, text_of

RULE_ID = "ssaa-own-01"
REMEMBERED_REQUESTS = 100_000

_NS = f"{{{NAMESPACE}}}"
_NOTE_NUMBER = re.compile(r"[0-9]{1,19}")
_REQUEST_ID = re.compile(r"[!-~]{1,64}")
_REQUESTER_FIELDS = ("Name", "Family", "NationalCode", "ProvinceCode", "OfficeCode", "OfficeNumber")
_REFUSALS = {
    Mode.QUOTA: "سقف تعداد استعلام روزانه به پایان رسیده است",
    Mode.CLOSED: "سامانه خارج از ساعت کاری پاسخگو نیست",
}


@dataclass(frozen=True)
class _Remembered:
    note_number: str
    response_number: str
    answered_at: datetime


class RegistryOffice:
    """Answers inquiries from the invented parcels; a repeated request id gets the same answer again."""

    name = "registry_office"
    title = "سازمان ثبت اسناد و املاک / registry office"
    path = "/services/ownership"
    soap_action: str | None = f"{NAMESPACE}/OwnershipInquiry"

    def __init__(self, user_name: str, password: str, clock: Clock) -> None:
        self.flavours: dict[str, bool] = {}
        self._user_name = user_name
        self._password = password
        self._clock = clock
        self._remembered: OrderedDict[str, _Remembered] = OrderedDict()
        self._issued = 0

    def identify(self, call: SoapCall) -> Identity:
        return Identity(
            request_id=text_of(call.payload, f"{_NS}RequestId"),
            subject=text_of(call.payload, f"{_NS}EstateNoteNumber"),
        )

    def reset(self) -> None:
        self._remembered.clear()
        self._issued = 0

    def refuse(self, call: SoapCall, mode: Mode, reason: ClosedReason) -> Answer:
        self._expect_operation(call)
        text = _REFUSALS[mode]
        if mode is Mode.CLOSED and reason is ClosedReason.HOLIDAY:
            text = "سامانه در روز تعطیل پاسخگو نیست"
        return Answer(negative("000", text), outcome="refused")

    def serve(self, call: SoapCall) -> Answer:
        self._expect_operation(call)
        if not self._is_authentic(call.header):
            return _refused("201", "نام کاربری یا رمز عبور نادرست است")
        complaint = self._complaint(call.payload)
        if complaint:
            return _refused("203", complaint)
        return self._inquire(call.payload)

    def _expect_operation(self, call: SoapCall) -> None:
        if call.payload.tag != f"{_NS}OwnershipInquiry":
            raise SoapFaultError("Client", f"unknown operation {call.payload.tag}")

    def _is_authentic(self, header: etree._Element | None) -> bool:
        credentials = None if header is None else header.find(f"{_NS}AuthHeader")
        given = text_of(credentials, f"{_NS}UserName"), text_of(credentials, f"{_NS}Password")
        return given == (self._user_name, self._password)

    def _complaint(self, inquiry: etree._Element) -> str:
        """Why the inquiry is not valid; empty when it is."""
        requester = inquiry.find(f"{_NS}Requester")
        for name in _REQUESTER_FIELDS:
            if not text_of(requester, f"{_NS}{name}"):
                return f"Requester.{name}: مقدار الزامی است"
        if not is_national_code(text_of(requester, f"{_NS}NationalCode")):
            return "Requester.NationalCode: کد ملی نامعتبر است"
        if text_of(inquiry, f"{_NS}RuleId") != RULE_ID:
            return "RuleId: شناسه قاعده نامعتبر است"
        if not _REQUEST_ID.fullmatch(text_of(inquiry, f"{_NS}RequestId")):
            return "RequestId: شناسه یکتای درخواست نامعتبر است"
        if not _NOTE_NUMBER.fullmatch(text_of(inquiry, f"{_NS}EstateNoteNumber")):
            return "EstateNoteNumber: شماره دفتر املاک الکترونیک نامعتبر است"
        parcel = inquiry.find(f"{_NS}Parcel")
        if parcel is not None and not text_of(parcel, f"{_NS}MainPlaque"):
            return "Parcel.MainPlaque: مقدار الزامی است"
        remembered = self._remembered.get(text_of(inquiry, f"{_NS}RequestId"))
        if remembered and remembered.note_number != text_of(inquiry, f"{_NS}EstateNoteNumber"):
            return "RequestId: شناسه درخواست تکراری است"
        return ""

    def _inquire(self, inquiry: etree._Element) -> Answer:
        note_number = text_of(inquiry, f"{_NS}EstateNoteNumber")
        estate = estates.find(note_number)
        if estate is None:
            return _refused("000", "ملکی با این شماره دفتر املاک الکترونیک یافت نشد")
        if not _parcel_matches(inquiry.find(f"{_NS}Parcel"), estate):
            return _refused("000", "پلاک ثبتی با شماره دفتر املاک الکترونیک مطابقت ندارد")
        request_id = text_of(inquiry, f"{_NS}RequestId")
        known = self._remembered.get(request_id)
        remembered = known or self._remember(request_id, note_number)
        receipt = Receipt(remembered.response_number, remembered.answered_at)
        return Answer(positive(estate, receipt), outcome="200", side_effect=known is None)

    def _remember(self, request_id: str, note_number: str) -> _Remembered:
        self._issued += 1
        remembered = _Remembered(note_number, f"14-{self._issued:08d}", self._clock.now())
        self._remembered[request_id] = remembered
        if len(self._remembered) > REMEMBERED_REQUESTS:
            self._remembered.popitem(last=False)
        return remembered


def _refused(code: str, text: str) -> Answer:
    return Answer(negative(code, text), outcome=code)


def _parcel_matches(parcel: etree._Element | None, estate: estates.Estate) -> bool:
    if parcel is None:
        return True
    secondary = text_of(parcel, f"{_NS}SecondaryPlaque")
    return text_of(parcel, f"{_NS}MainPlaque") == estate.main_plaque and secondary in (
        "",
        estate.secondary_plaque,
    )
