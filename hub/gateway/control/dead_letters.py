"""``/admin/dead-letters``: dead letters looked at and dealt with, one or many."""

from collections.abc import Awaitable, Callable
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.contracts.json_body import JsonLimits
from hub.core import codes
from hub.core.actor import Decision
from hub.core.errors import ExchangeError
from hub.core.values import now_us
from hub.gateway.control.door import DECISION, Door, decision_of
from hub.gateway.control.views import (
    done_view,
    dry_run_view,
    group_view,
    listed_view,
    many_view,
    shown_view,
)
from hub.gateway.json_request import Members, read_object
from hub.gateway.problem import language_of
from hub.gateway.queries import page_limit
from hub.runtime.dead_letters.desk import DeadLetters, Done
from hub.runtime.dead_letters.many import MOST_AT_ONCE, act_on, chosen
from hub.runtime.outcomes import NOT_DONE

_FASTEST: Final = 10_000.0
_AS_FAST: Final = 10.0
_LATEST_US: Final = 1 << 53
_LONGEST_ID: Final = 36
_MANY: Final = DECISION | {"ids", "group", "after", "limit", "per_second", "not_before_us"}


class DeadLetterControl:
    """The handlers. Each is reached only through the door."""

    def __init__(self, desk: DeadLetters, door: Door, limits: JsonLimits) -> None:
        self._desk = desk
        self._door = door
        self._limits = limits

    def routes(self) -> list[BaseRoute]:
        """All of them, below ``/admin``."""
        one = "/dead-letters/{id}"
        handlers = {
            ("GET", "/dead-letters"): self.page,
            ("GET", "/dead-letters/groups"): self.groups,
            ("POST", "/dead-letters/redeliver"): self.redeliver_many,
            ("POST", "/dead-letters/discard"): self.discard_many,
            ("GET", one): self.show,
            ("POST", f"{one}/dry-run"): self.dry_run,
            ("POST", f"{one}/request"): self.request,
            ("POST", f"{one}/redeliver"): self.redeliver,
            ("POST", f"{one}/edit"): self.edit,
            ("POST", f"{one}/settle"): self.settle,
            ("POST", f"{one}/discard"): self.discard,
        }
        return [
            Route(path, self._door.behind(method, handler)) for (method, path), handler in handlers.items()
        ]

    # looking

    async def page(self, request: Request) -> Response:
        """``GET ?after=…&limit=…&group=…``: dead letters, those that came in earliest first."""
        parameters = request.query_params
        limit = page_limit(parameters.get("limit", "100"))
        found, following = await self._desk.page(
            parameters.get("after", "")[:_LONGEST_ID], limit, parameters.get("group", "")
        )
        return _json({"dead_letters": [listed_view(each) for each in found], "next": following or None})

    async def groups(self, _request: Request) -> Response:
        """``GET``: all dead letters by cause, the most frequent first."""
        return _json({"groups": [group_view(group) for group in await self._desk.groups()]})

    async def show(self, request: Request) -> Response:
        """``GET``: one exchange with its history."""
        return _json(shown_view(await self._desk.history(_id(request)), _language(request)))

    async def dry_run(self, request: Request) -> Response:
        """``POST {document?, documents?}``: what redelivering it, or a corrected form, would do.

        With ``documents`` the bodies are shown too; that needs actor and reason, and the reading is recorded.
        """
        members = await self._members(request)
        with_documents = members.flag("documents")
        decision = decision_of(members, frozenset()) if with_documents else None
        members.check(known=DECISION | {"document", "documents"})
        if "document" in members.given:
            run = await self._desk.dry_run_of_edit(_id(request), members.given["document"])
        else:
            run = await self._desk.dry_run(_id(request))
        if decision is not None:
            await self._desk.record_reading(_id(request), decision)
        return _json(dry_run_view(run, _language(request), with_documents=with_documents))

    async def request(self, request: Request) -> Response:
        """``POST {actor, reason}``: the request's newest form, to be corrected; the reading is recorded."""
        members = await self._members(request)
        decision = decision_of(members, self._door.admit(request))
        members.check(known=DECISION)
        return _json(
            {"exchange_id": _id(request), "document": await self._desk.request(_id(request), decision)}
        )

    # acting on one

    async def redeliver(self, request: Request) -> Response:
        """``POST {actor, reason, action?, outcome_known?}``: have it delivered now."""
        members = await self._members(request)
        decision = decision_of(members, self._door.admit(request))
        outcome_known = _outcome_known(members)
        members.check(known=DECISION | {"outcome_known"})
        done = await self._desk.redeliver(_id(request), decision, outcome_known=outcome_known)
        return _json(done_view(done))

    async def edit(self, request: Request) -> Response:
        """``POST {actor, reason, action?, document, outcome_known?}``: have a corrected request delivered."""
        members = await self._members(request)
        decision = decision_of(members, self._door.admit(request))
        document = members.document("document")
        outcome_known = _outcome_known(members)
        members.check(known=DECISION | {"document", "outcome_known"})
        done = await self._desk.edit(_id(request), decision, document, outcome_known=outcome_known)
        return _json(done_view(done))

    async def settle(self, request: Request) -> Response:
        """``POST {actor, reason, action?, reply}``: complete it with the reply that a person has found out."""
        members = await self._members(request)
        decision = decision_of(members, self._door.admit(request))
        reply = members.document("reply")
        members.check(known=DECISION | {"reply"})
        return _json(done_view(await self._desk.settle(_id(request), decision, reply)))

    async def discard(self, request: Request) -> Response:
        """``POST {actor, reason, action?}``: give it up for good."""
        members = await self._members(request)
        decision = decision_of(members, self._door.admit(request))
        members.check(known=DECISION)
        return _json(done_view(await self._desk.discard(_id(request), decision)))

    # acting on many

    async def redeliver_many(self, request: Request) -> Response:
        """``POST {actor, reason, action, ids | group, after?, limit?, per_second?, not_before_us?, outcome_known?}``.

        A page of them, in the order in which they came in. Ask again with ``after`` and ``not_before_us`` as the
        answer gives them until ``next`` is null.
        """
        members = await self._members(request)
        outcome_known = _outcome_known(members)

        async def act(id_: str, decision: Decision, at_us: int) -> Done:
            return await self._desk.redeliver(id_, decision, outcome_known=outcome_known, not_before_us=at_us)

        return await self._many(request, members, act, _MANY | {"outcome_known"})

    async def discard_many(self, request: Request) -> Response:
        """``POST {actor, reason, action, ids | group, after?, limit?}``: give a page of them up."""

        async def act(id_: str, decision: Decision, _at_us: int) -> Done:
            return await self._desk.discard(id_, decision)

        return await self._many(request, await self._members(request), act, _MANY)

    async def _many(
        self,
        request: Request,
        members: Members,
        act: Callable[[str, Decision, int], Awaitable[Done]],
        known: frozenset[str],
    ) -> Response:
        decision = decision_of(members, self._door.admit(request))
        ids = members.texts("ids", most=MOST_AT_ONCE)
        group = members.text("group", is_required=False)
        after = members.text("after", is_required=False, most=_LONGEST_ID)
        limit = members.integer("limit", least=1, most=MOST_AT_ONCE, default=100)
        per_second = members.number("per_second", most=_FASTEST, default=_AS_FAST)
        from_us = members.integer("not_before_us", least=0, most=_LATEST_US, default=0)
        if bool(ids) == bool(group):
            members.complain("ids", "oneOf", "یا ids یا group لازم است", "either ids or group is needed")
        members.check(known)
        page, following = await chosen(self._desk, ids, group, after, limit)
        result = await act_on(
            page,
            lambda id_, at_us: act(id_, decision, at_us),
            from_us=max(from_us, now_us()),
            per_second=per_second,
        )
        result.following = following
        return _json(many_view(result, _language(request)))

    async def _members(self, request: Request) -> Members:
        return Members(await read_object(request, self._limits, may_be_empty=True))


def _id(request: Request) -> str:
    exchange_id: str = request.path_params["id"]
    if len(exchange_id) > _LONGEST_ID or not exchange_id.isprintable():
        raise ExchangeError(codes.EXCHANGE_UNKNOWN)
    return exchange_id


def _outcome_known(members: Members) -> str:
    given = members.text("outcome_known", is_required=False)
    if given not in {"", NOT_DONE}:
        members.complain("outcome_known", "const", f"تنها {NOT_DONE} ممکن است", f"can only be {NOT_DONE}")
    return given


def _language(request: Request) -> str:
    return language_of(request.headers.get("accept-language", ""))


def _json(document: object) -> Response:
    return Response(orjson.dumps(document), media_type="application/json")
