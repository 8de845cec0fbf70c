"""The body of a cancellation: nothing, or a JSON object with the reason."""

from typing import Final

from starlette.requests import Request

from hub.contracts.json_body import JsonLimits
from hub.gateway.json_request import Members, read_object

_LIMITS: Final = JsonLimits(4096, 4)


async def reason_given(request: Request) -> str:
    """The reason; empty if none is given. Raises ExchangeError for a body that is something else."""
    members = Members(await read_object(request, _LIMITS, may_be_empty=True))
    reason = members.text("reason", is_required=False)
    members.check(known={"reason"})
    return reason
