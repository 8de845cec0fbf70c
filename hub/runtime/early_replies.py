"""Replies that came before their tracking code did, until it comes."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from hub.core import codes
from hub.core.endpoint import LaterReply, LaterReplyForm
from hub.core.errors import AlreadyClaimedError, ExchangeError, NotRecordedError, StateConflictError
from hub.core.exchange import FINAL, Entry, Exchange, State
from hub.core.message import Role
from hub.core.ports import Claim
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.matching import Matching, along_with, too_late
from hub.runtime.partner_call import Reading
from hub.runtime.recorder import Recorder
from hub.runtime.replay import facts_of
from hub.runtime.settling import AnswerInvalidError, NotWaitingError
from hub.runtime.tracking import reply_owner

log = structlog.get_logger(__name__)


class EarlyReplies:
    """Matches early replies: at once when the acknowledgement is recorded, and by workers, who look again."""

    def __init__(self, configuration: CurrentConfiguration, recorder: Recorder, matching: Matching) -> None:
        self._configuration = configuration
        self._recorder = recorder
        self._journal = recorder.journal
        self._clock_us = recorder.clock_us
        self._matching = matching

    async def acknowledged(self, partner: str, tracking_code: str) -> None:
        """Match what came early for an exchange whose acknowledgement has just been recorded."""
        try:
            early = await self._matching.holder(reply_owner(partner), tracking_code)
            if early:
                await self.take_up(early)
        except (NotRecordedError, StateConflictError, AlreadyClaimedError):
            log.info("an early reply is matched by the sweeper", partner=partner)

    async def take_up(self, entries: Sequence[Entry]) -> None:
        """Match an early reply if its tracking code is known by now; a worker calls this as long as it waits.

        Raises NotRecordedError, StateConflictError.
        """
        exchange = Exchange.replay(entries)
        if exchange.state not in {State.WAITING_RETRY, State.ACCEPTED}:  # accepted: a person took it up again
            return
        endpoint = str(entries[0].detail.get("endpoint", ""))
        partner = endpoint.partition(".")[0]
        form = self._configuration.now.later_replies.get(endpoint)
        reply = await self._recorded(entries, form) if form is not None else None
        if form is not None and reply is not None:
            reading = Reading(endpoint, form, reply)
            if await self._match(entries, partner, reading):
                return
        if self._clock_us() >= exchange.deadline_us:
            detail = "no exchange got this tracking code in time"
            error = ExchangeError(codes.REPLY_FOR_NOBODY, detail)
            await self._recorder.end(exchange, State.DEAD_LETTERED, cause="hub", error=error)

    async def _match(self, entries: Sequence[Entry], partner: str, reading: Reading) -> bool:
        """Bring an early reply and the exchange that has its code to their ends; False if that cannot be yet."""
        target = await self._matching.target(partner, reading.reply.tracking_code)
        if not target:
            return False
        exchange, at_us = Exchange.replay(entries), self._clock_us()
        claim = reading.claim(partner, exchange.id, at_us)
        if target[-1].state in FINAL:
            await self._recorder.end(exchange, State.FAILED, cause="hub", error=too_late(target))
            return True
        along = replace(along_with(exchange, target[0].exchange_id, at_us), claim=claim)
        try:
            await self._matching.settle(target, reading, partner, along)
        except NotWaitingError:
            return False
        except AnswerInvalidError as invalid:
            await self._give_up(Exchange.replay(entries), claim, invalid.problem)
        except ExchangeError as error:
            log.warning("an early reply cannot be matched yet", exchange_id=exchange.id, code=error.code.id)
            return False
        return True

    async def _give_up(self, exchange: Exchange, claim: Claim, problem: ExchangeError) -> None:
        """End an early reply that proved invalid; its code is free again, for the partner to send a better one."""
        failed = exchange.advance(
            State.FAILED, at_us=self._clock_us(), cause="hub", code=problem.code.id, detail=facts_of(problem)
        )
        freed = replace(claim, expires_us=failed.entry.at_us)
        await self._recorder.record_together([exchange], [failed], freed)

    async def _recorded(self, entries: Sequence[Entry], form: LaterReplyForm) -> LaterReply | None:
        """The reply as the journal has it; None if the manifest no longer reads it."""
        for _, document in await self._journal.documents(entries[0].exchange_id):
            if document.role is Role.REQUEST:
                try:
                    return form.read(document.body, document.media_type)
                except ExchangeError:
                    log.warning("an early reply cannot be read any more", exchange_id=entries[0].exchange_id)
        return None
