"""``/work-items``: officers find, claim and answer what waits in their partner's inbox."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.contracts.json_body import JsonLimits
from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.values import US_PER_S
from hub.gateway.http import bad_header
from hub.gateway.json_request import Members, read_object
from hub.gateway.queries import Endpoint, Handler, page_limit
from hub.gateway.work_item_views import item_view, listed_view, opened_view
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.inbox.answering import Ending
from hub.runtime.inbox.desk import Desk
from hub.runtime.inbox.listing import Listed, Wish
from hub.runtime.inbox.officers import Officer
from hub.runtime.inbox.work_item import WorkItem
from hub.security.access import Access

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_CURSOR: Final = re.compile(r"([0-9]{1,19})\.([0-9a-f-]{36})\Z")
_LONGEST_NAME: Final = 100
_DIGEST_LENGTH: Final = 64
_LONGEST_REASON: Final = 500
"""As much as an entry keeps of an error's detail."""
_STATES: Final[Mapping[str, bool | None]] = {"": None, "open": False, "claimed": True}


class WorkItems:
    """The endpoints. Each officer sees the work items of the own office alone."""

    def __init__(
        self,
        access: Access,
        configuration: CurrentConfiguration,
        desk: Desk,
        ending: Ending,
        limits: JsonLimits,
    ) -> None:
        self._access = access
        self._configuration = configuration
        self._desk = desk
        self._ending = ending
        self._limits = limits

    def routes(self) -> list[Route]:
        """All of them, each answering errors as problem details."""
        one = "/work-items/{id}"
        table: dict[tuple[str, str], Handler] = {
            ("GET", "/work-items"): self.list,
            ("GET", one): self.show,
            ("POST", f"{one}/claim"): self.claim,
            ("POST", f"{one}/release"): self.release,
            ("POST", f"{one}/reassign"): self.reassign,
            ("POST", f"{one}/draft"): self.draft,
            ("POST", f"{one}/note"): self.note,
            ("POST", f"{one}/attach"): self.attach,
            ("POST", f"{one}/answer"): self.answer,
            ("POST", f"{one}/return"): self.give_back,
        }
        return [Route(path, Endpoint(method, handler)) for (method, path), handler in table.items()]

    async def list(self, request: Request) -> Response:
        """``GET /work-items?state=…&claimed_by=me&due_before=…&after=…&limit=…``: open ones, nearest deadline first."""
        officer = self._officer(request)
        asked = request.query_params
        mine = asked.get("claimed_by", "")
        if mine not in {"", "me"}:
            raise bad_header("claimed_by", "تنها me ممکن است", "claimed_by can only be me")
        if asked.get("state", "") not in _STATES:
            raise bad_header("state", "state یا open است یا claimed", "state is open or claimed")
        wish = Wish(
            is_claimed=_STATES[asked.get("state", "")],
            claimed_by=officer.name if mine else "",
            due_before_us=_moment(asked.get("due_before", "")),
            after=_place(asked.get("after", "")),
            limit=page_limit(asked.get("limit", "50")),
        )
        page, has_more = await self._desk.page(officer, wish)
        inboxes = self._desk.inboxes
        items = [listed_view(item, inboxes.get(item.standing.inbox)) for item in page]
        return _json({"work_items": items, "next": _cursor(page[-1]) if has_more else None})

    async def show(self, request: Request) -> Response:
        """``GET /work-items/{id}``: what is asked, the form, and the history; the reading is recorded."""
        officer = self._officer(request)
        item = await self._desk.item(officer, _id(request))
        bodies = await self._desk.opened(item, officer)
        contract = self._configuration.now.contracts.get(item.inbox.contract.name)
        return _json(opened_view(item, bodies, contract))

    async def claim(self, request: Request) -> Response:
        """``POST …/claim``: one officer at a time."""
        officer, members = await self._asked(request)
        members.check(known=())
        return _done(await self._desk.claim(officer, _id(request)))

    async def release(self, request: Request) -> Response:
        """``POST …/release``: back to the office."""
        officer, members = await self._asked(request)
        members.check(known=())
        return _done(await self._desk.release(officer, _id(request)))

    async def reassign(self, request: Request) -> Response:
        """``POST …/reassign {to_officer | to_office, reason}``."""
        officer, members = await self._asked(request)
        to_officer = members.text("to_officer", is_required=False, most=_LONGEST_NAME)
        to_office = members.text("to_office", is_required=False, most=_LONGEST_NAME)
        reason = members.text("reason", most=_LONGEST_REASON)
        if bool(to_officer) == bool(to_office):
            fa, en = "یا to_officer یا to_office لازم است", "either to_officer or to_office is needed"
            members.complain("to_officer", "oneOf", fa, en)
        members.check(known={"to_officer", "to_office", "reason"})
        return _done(
            await self._desk.reassign(
                officer, _id(request), to_officer=to_officer, to_office=to_office, reason=reason
            )
        )

    async def draft(self, request: Request) -> Response:
        """``POST …/draft {answer}``: kept as it is, complete or not."""
        officer, members = await self._asked(request)
        document = members.document("answer")
        members.check(known={"answer"})
        return _done(await self._desk.draft(officer, _id(request), document))

    async def note(self, request: Request) -> Response:
        """``POST …/note {text}``."""
        officer, members = await self._asked(request)
        text = members.text("text", most=2000)
        members.check(known={"text"})
        return _done(await self._desk.note(officer, _id(request), text))

    async def attach(self, request: Request) -> Response:
        """``POST …/attach {digest}``: a document that the officer has stored at ``/attachments`` goes with the answer."""
        officer, members = await self._asked(request)
        digest = members.text("digest", most=_DIGEST_LENGTH)
        members.check(known={"digest"})
        return _done(await self._desk.attach(officer, _id(request), digest))

    async def answer(self, request: Request) -> Response:
        """``POST …/answer {answer}``: the document that the form describes; its sender gets it."""
        officer, members = await self._asked(request)
        document = members.document("answer")
        members.check(known={"answer"})
        return _done(await self._ending.answer(officer, _id(request), document))

    async def give_back(self, request: Request) -> Response:
        """``POST …/return {reason}``: it cannot be answered; its sender is told why."""
        officer, members = await self._asked(request)
        reason = members.text("reason", most=_LONGEST_REASON)
        members.check(known={"reason"})
        return _done(await self._ending.give_back(officer, _id(request), reason))

    def _officer(self, request: Request) -> Officer:
        client = self._access.authenticate(request.headers.get("authorization", ""))
        return self._desk.officer(client)

    async def _asked(self, request: Request) -> tuple[Officer, Members]:
        officer = self._officer(request)
        return officer, Members(await read_object(request, self._limits, may_be_empty=True))


def _id(request: Request) -> str:
    exchange_id: str = request.path_params["id"]
    if not _ID.match(exchange_id):
        raise ExchangeError(codes.WORK_ITEM_UNKNOWN)
    return exchange_id


def _moment(text: str) -> int:
    if not text:
        return 0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        fa, en = "زمان با اختلاف ساعت لازم است", "a time with its offset is needed, like 2026-11-22T10:00:00Z"
        raise bad_header("due_before", fa, en)
    return int(moment.timestamp() * US_PER_S)


def _cursor(last: Listed) -> str:
    deadline_us, exchange_id = last.place
    return f"{deadline_us}.{exchange_id}"


def _place(cursor: str) -> tuple[int, str]:
    if not cursor:
        return (0, "")
    match = _CURSOR.match(cursor)
    if match is None:
        raise bad_header("after", "after همان next صفحه‌ی پیش است", "after is the next of the page before")
    return (int(match[1]), match[2])


def _done(item: WorkItem) -> Response:
    return _json(item_view(item))


def _json(document: object) -> Response:
    return Response(orjson.dumps(document), media_type="application/json")
