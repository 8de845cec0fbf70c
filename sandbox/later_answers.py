"""The registry office's asynchronous form: an acknowledgement with a tracking code now, the answer posted later.

Served beside the control API. Where the answers go, and how the partner behaves, is set while it runs.
"""

import asyncio
import contextlib
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import aiohttp
from aiohttp import web
from lxml import etree

from sandbox import estates
from sandbox.clock import Clock
from sandbox.ownership_answer import NAMESPACE, Receipt, negative, positive
from sandbox.people import is_national_code

PLACE = "/registry-office-async"
TRY_AGAIN_S = 0.5
TRIES = 240
_NS = f"{{{NAMESPACE}}}"
_LISTS = frozenset({"Owner", "Arrest", "Restriction"})
_NUMBERS = frozenset({"Of", "Total", "AmountRial", "Area"})
_BOOLEANS = frozenset({"Successful", "MainPlaqueRemaining", "SecondaryPlaqueRemaining"})
_REFUSED_FOR_GOOD = range(400, 500)


class Timing(StrEnum):
    """When, and how often, the answer comes."""

    PROMPT = "prompt"  # as soon as the acknowledgement is out
    EARLY = "early"  # before the acknowledgement is
    LATE = "late"  # when it is told to
    TWICE = "twice"
    OTHER = "other"  # a second time, with another content
    NOBODY = "nobody"  # under a code that nobody was given
    NEVER = "never"


@dataclass(frozen=True)
class Posted:
    """One answer as it was posted, and what the receiver said to it."""

    tracking_code: str
    status: int
    answer: Any


@dataclass
class LaterAnswers:
    """The partner. A repeated request id gets its tracking code again, and no second answer."""

    key: str
    rule_id: str
    clock: Clock
    timing: Timing = Timing.NEVER
    receiver: str = ""
    receiver_key: str = ""
    posted: list[Posted] = field(default_factory=list)
    _codes: "OrderedDict[str, str]" = field(default_factory=OrderedDict)
    _held: list[tuple[str, Any]] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def routes(self) -> list[web.RouteDef]:
        """The partner's own address, and what steers it."""
        return [
            web.post(f"{PLACE}/ownership-inquiries", self._inquire),
            web.post(f"{PLACE}/settings", self._set),
            web.post(f"{PLACE}/release", self._release),
            web.get(f"{PLACE}/posted", self._show_posted),
        ]

    async def close(self) -> None:
        """Post nothing any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _inquire(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Api-Key") != self.key:
            return web.json_response({"code": "201", "message": "کلید نادرست است"})
        inquiry = await request.json()
        complaint = self._complaint(inquiry)
        if complaint:
            return web.json_response({"code": "203", "message": complaint})
        request_id = inquiry["RequestId"]
        known = self._codes.get(request_id)
        code = known or f"RA-{len(self._codes) + 1:08d}"
        self._codes[request_id] = code
        if known is None:
            await self._answer(code, self._result(inquiry["EstateNoteNumber"], code))
        return web.json_response({"code": "200", "trackingCode": code, "message": "ثبت شد"})

    def _complaint(self, inquiry: Any) -> str:
        if not isinstance(inquiry, dict) or not inquiry.get("RequestId"):
            return "RequestId: مقدار الزامی است"
        if inquiry.get("RuleId") != self.rule_id:
            return "RuleId: شناسه قاعده نامعتبر است"
        if not is_national_code(str(inquiry.get("Requester", {}).get("NationalCode", ""))):
            return "Requester.NationalCode: کد ملی نامعتبر است"
        return "" if inquiry.get("EstateNoteNumber") else "EstateNoteNumber: مقدار الزامی است"

    def _result(self, note_number: str, code: str) -> Any:
        estate = estates.find(note_number)
        if estate is None:
            return as_json(negative("000", "ملکی با این شماره دفتر املاک الکترونیک یافت نشد"))
        return as_json(positive(estate, Receipt(f"14-{code[-8:]}", self.clock.now())))

    async def _answer(self, code: str, result: Any) -> None:
        match self.timing:
            case Timing.NEVER:
                return
            case Timing.LATE:
                self._held.append((code, result))
            case Timing.EARLY:
                await self._post(code, result)
            case Timing.NOBODY:
                self._later((f"{code}-X", result))
            case Timing.PROMPT:
                self._later((code, result))
            case Timing.TWICE:
                self._later((code, result), (code, result))
            case Timing.OTHER:
                self._later((code, result), (code, as_json(negative("000", "ملکی یافت نشد"))))

    def _later(self, *answers: tuple[str, Any]) -> None:
        async def post_all() -> None:
            for code, result in answers:
                await self._post(code, result)

        task = asyncio.ensure_future(post_all())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, code: str, result: Any) -> None:
        """Post one answer, again and again until the receiver has taken or refused it."""
        headers = {"Authorization": f"Bearer {self.receiver_key}"}
        document = {"trackingCode": code, "answer": result}
        async with aiohttp.ClientSession(headers=headers) as session:
            for _ in range(TRIES):
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.post(self.receiver, json=document) as response:
                        said = await response.json(content_type=None)
                        if response.ok or response.status in _REFUSED_FOR_GOOD:
                            self.posted.append(Posted(code, response.status, said))
                            return
                await asyncio.sleep(TRY_AGAIN_S)

    async def _set(self, request: web.Request) -> web.Response:
        document = await request.json()
        self.timing = Timing(document["timing"])
        self.receiver = document.get("url", self.receiver)
        self.receiver_key = document.get("key", self.receiver_key)
        return web.json_response({"timing": self.timing})

    async def _release(self, request: web.Request) -> web.Response:
        del request
        held, self._held = self._held, []
        for code, result in held:
            await self._post(code, result)
        return web.json_response({"released": len(held)})

    async def _show_posted(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(
            {
                "posted": [
                    {"code": p.tracking_code, "status": p.status, "answer": p.answer} for p in self.posted
                ]
            }
        )


def as_json(element: etree._Element) -> Any:
    """An answer in JSON: the same names, numbers and booleans as such, an attribute as ``@name`` beside ``#``."""
    name = etree.QName(element).localname
    children = list(element)
    if not children and (name in {"Owners", "Arrests", "Restrictions"}):
        return {}
    if not children:
        value = _value(element, name)
        unit = element.get("unit")
        return value if unit is None else {"@unit": unit, "#": value}
    made: dict[str, Any] = {}
    for child in children:
        child_name = etree.QName(child).localname
        if child_name in _LISTS:
            made.setdefault(child_name, []).append(as_json(child))
        else:
            made[child_name] = as_json(child)
    return made


def _value(element: etree._Element, name: str) -> Any:
    text, parent = element.text or "", element.getparent()
    in_flags = parent is not None and etree.QName(parent).localname == "Flags"
    if name in _BOOLEANS or (in_flags and text in {"true", "false"}):
        return text == "true"
    if name in _NUMBERS:
        return int(text) if text.isdigit() else float(text)
    return text
