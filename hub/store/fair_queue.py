"""A queue in which nobody's heap holds up anybody else's first: by urgency, then by sender in turn."""

from collections import OrderedDict
from typing import Final

from hub.core.ports import ANYBODY, Turn
from hub.core.route import Urgency

_H, _N, _L = Urgency.HIGH, Urgency.NORMAL, Urgency.LOW
ROUND: Final = (_H, _H, _N, _H, _H, _N, _L)
"""Whose turn it is, take by take: of seven, the urgent have four, the normal two, the rest one. An urgency that
nothing waits in gives its turn to the next one."""
_ORDER: Final = (_H, _N, _L)


class FairQueue:
    """References without doubles. Each step costs the same, however much waits."""

    def __init__(self, most: int) -> None:
        """Beyond ``most`` references only a sender that has little waiting may add to it."""
        self._most = most
        self._turns: dict[str, Turn] = {}
        self._classes: dict[Urgency, OrderedDict[str, dict[str, None]]] = {
            urgency: OrderedDict() for urgency in Urgency
        }
        self._place = 0

    def __len__(self) -> int:
        return len(self._turns)

    def put(self, exchange_id: str, turn: Turn = ANYBODY) -> bool:
        """Add a reference to the end of its sender's; False if it waits already, or there is no room."""
        if exchange_id in self._turns or not self._has_room(turn):
            return False
        self._turns[exchange_id] = turn
        self._classes[turn.urgency].setdefault(turn.sender, {})[exchange_id] = None
        return True

    def take(self) -> tuple[str, Turn]:
        """Take the next reference, the first of the sender whose turn it is. Raises IndexError if none waits."""
        wanted = ROUND[self._place]
        self._place = (self._place + 1) % len(ROUND)
        for urgency in (wanted, *_ORDER):
            senders = self._classes[urgency]
            if senders:
                sender, waiting = senders.popitem(last=False)
                exchange_id = next(iter(waiting))  # dicts keep their order
                del waiting[exchange_id]
                if waiting:
                    senders[sender] = waiting  # behind all others
                return exchange_id, self._turns.pop(exchange_id)
        raise IndexError("nothing waits")

    def clear(self) -> None:
        """Forget everything."""
        self._turns.clear()
        for senders in self._classes.values():
            senders.clear()

    def _has_room(self, turn: Turn) -> bool:
        if len(self._turns) < self._most:
            return True
        senders = self._classes[turn.urgency]
        own = len(senders.get(turn.sender, ()))
        return len(self._turns) < 2 * self._most and own * (len(senders) + 1) < self._most
