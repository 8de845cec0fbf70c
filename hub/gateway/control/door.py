"""Who may use the control API, and how its errors are answered."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.core import codes
from hub.core.actor import Actor, Decision, is_actor_name
from hub.core.errors import ExchangeError, NotRecordedError
from hub.gateway.json_request import Members
from hub.gateway.queries import problem_response
from hub.security.control_token import is_token

log = structlog.get_logger(__name__)

OPERATOR: Final = "operator"
_BEARER: Final = "bearer "
_LONGEST_ACTION: Final = 64
DECISION: Final = frozenset({"actor", "reason", "action"})
"""The members of a body that say who decides, and why."""

Handler = Callable[[Request], Awaitable[Response]]


class Door:
    """Lets in whoever has the token; whom they act for they say themselves, and it is recorded."""

    def __init__(self, token: str) -> None:
        self._token = token

    def admit(self, request: Request) -> frozenset[str]:
        """The roles that the caller has. Raises ExchangeError CONTROL_DENIED."""
        given = request.headers.get("authorization", "")
        if given[: len(_BEARER)].lower() != _BEARER or not is_token(
            given[len(_BEARER) :].strip(), self._token
        ):
            raise ExchangeError(codes.CONTROL_DENIED, headers={"WWW-Authenticate": "Bearer"})
        return frozenset({OPERATOR})

    def behind(self, method: str, handler: Handler) -> "_Guarded":
        """A handler as an application that nobody reaches without the token."""
        return _Guarded(self, method, handler)


def decision_of(members: Members, roles: frozenset[str]) -> Decision:
    """Who decides and why, as a body says; faults are noted in ``members``."""
    name = members.text("actor")
    if name and not is_actor_name(name):
        members.complain(
            "actor",
            "format",
            "نام باید از حرف و رقم و . - _ @ باشد، حداکثر ۶۴ نویسه",
            "a name is made of letters, digits and . - _ @, at most 64 characters",
        )
    reason = members.text("reason")
    action = members.text("action", is_required=False, most=_LONGEST_ACTION)
    return Decision(Actor(name, roles), reason, action)


class _Guarded:
    """Asks for the token before anything is read, and answers every error as a problem."""

    def __init__(self, door: Door, method: str, handler: Handler) -> None:
        self._door = door
        self._method = method
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            self._check(request)
            response = await self._handler(request)
        except ExchangeError as error:
            response = problem_response(error, request)
        except NotRecordedError:
            response = problem_response(ExchangeError(codes.NOT_RECORDED, retry_after_s=1), request)
        except Exception:
            log.exception("fault of the control API")
            response = problem_response(ExchangeError(codes.INTERNAL), request)
        await response(scope, receive, send)

    def _check(self, request: Request) -> None:
        self._door.admit(request)
        if request.method != self._method:
            raise ExchangeError(codes.METHOD_NOT_ALLOWED, headers={"Allow": self._method})
