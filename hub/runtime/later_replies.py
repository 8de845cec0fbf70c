"""What partners answer later: matched to the exchange that waits, whenever and however often it comes.

Each later reply is an exchange of its own, recorded before its sender is told anything (G1):

- its exchange waits: both end in one commit;
- early, before the acknowledgement is on disk: it waits (``waiting_retry``) until the tracking code appears;
- twice: the same document gets the first answer again, another one is refused;
- late, or for nobody: refused, and recorded.

Whatever is recorded is recorded in one append, so that a process that dies leaves either nothing, and the partner
sends again, or everything, and the partner is told the same again.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import structlog

from hub.core import codes
from hub.core.canonical import canonical
from hub.core.errors import AlreadyClaimedError, ExchangeError, NotRecordedError, StateConflictError
from hub.core.exchange import FINAL, Entry, State
from hub.core.message import Kind
from hub.core.ports import Claim, Idempotency, Query
from hub.core.values import US_PER_S, new_id
from hub.runtime.configuration import Configuration, CurrentConfiguration
from hub.runtime.fault_points import FaultPoint, reach
from hub.runtime.matching import Matching, along_with, too_late
from hub.runtime.outcomes import endpoint_called
from hub.runtime.partner_call import PartnerAnswer, PartnerCall, PartnerIntake, Reading
from hub.runtime.recorder import Recorder
from hub.runtime.replay import end_of
from hub.runtime.settling import AnswerInvalidError, NotWaitingError
from hub.security.access import Access

log = structlog.get_logger(__name__)

KEPT_EARLY_S: Final = 3600
"""How long an early reply waits for its tracking code before a person must look."""
LOOK_AGAIN_S: Final = 1
_TRIES: Final = 5
_MAY_STILL_GET_A_CODE: Final = frozenset(
    {State.ACCEPTED, State.DELIVERING, State.WAITING_RETRY, State.UNCERTAIN}
)
_UNSURE: Final = frozenset({State.FAILED, State.DEAD_LETTERED})


class LaterReplies:
    """Takes later replies in and matches them. Safe for concurrent calls, on any number of nodes."""

    def __init__(
        self,
        *,
        configuration: CurrentConfiguration,
        access: Access,
        recorder: Recorder,
        idempotency: Idempotency,
        matching: Matching,
    ) -> None:
        self._configuration = configuration
        self._access = access
        self._recorder = recorder
        self._journal = recorder.journal
        self._clock_us = recorder.clock_us
        self._idempotency = idempotency
        self._matching = matching

    async def take(self, call: PartnerCall) -> PartnerAnswer:
        """Take one later reply in. Never raises for anything that a partner or the store does."""
        intake = PartnerIntake(call, new_id(), self._clock_us())
        configuration = self._configuration.now
        try:
            readings = await self._read(intake, configuration)
            answer = await self._admit(intake, readings)
        except ExchangeError as refusal:
            answer = await self._refuse(intake, refusal)
        except NotRecordedError:
            answer = _unrecorded(intake)
        except Exception:
            log.exception("fault while taking a later reply in", exchange_id=intake.exchange_id)
            answer = await self._refuse(intake, ExchangeError(codes.INTERNAL))
        reach(FaultPoint.AFTER_LATER_REPLY)
        return answer

    # taking in

    async def _read(self, intake: PartnerIntake, configuration: Configuration) -> list[Reading]:
        """Who sends it, and what it says to those of the partner's endpoints that can read it."""
        call = intake.call
        intake.client = self._access.authenticate(call.authorization)
        forms = {
            name: form
            for name, form in configuration.later_replies.items()
            if name.partition(".")[0] == call.partner
        }
        self._access.speak_for(intake.client, call.partner, {call.partner} if forms else ())
        intake.wire = await call.receive()
        readings: list[Reading] = []
        trouble: list[ExchangeError] = []
        for name, form in forms.items():
            try:
                readings.append(Reading(name, form, form.read(intake.wire, call.media_type)))
            except ExchangeError as error:
                trouble.append(error)
        if not readings:
            raise trouble[0]
        intake.reading = readings[0]
        return readings

    async def _admit(self, intake: PartnerIntake, readings: Sequence[Reading]) -> PartnerAnswer:
        partner = intake.call.partner
        for _ in range(_TRIES):
            reading, target = await self._addressed(partner, readings)
            intake.reading = reading
            claim = intake.claim(reading)
            earlier = await self._idempotency.find(claim.owner, claim.key, intake.begun_us)
            if earlier is not None:
                return await self._told_before(earlier.exchange_id, earlier.fingerprint, claim)
            try:
                if target and target[-1].state is State.WAITING_REPLY:
                    return await self._settle(intake, reading, target)
                if target and target[-1].state in FINAL:
                    raise too_late(target)
                if target or await self._may_get_a_code(partner):
                    return await self._keep(intake, readings, reading)
            except AlreadyClaimedError as first:
                return await self._told_before(first.exchange_id, first.fingerprint, claim)
            except (NotWaitingError, StateConflictError):
                continue  # it has moved on meanwhile: look again
            if not await self._matching.target(partner, reading.reply.tracking_code):
                detail = f"no exchange with {partner} has the tracking code, or could still get it"
                raise ExchangeError(codes.REPLY_FOR_NOBODY, detail)
        raise NotRecordedError("the exchange moved on too often while its reply was taken in")

    async def _addressed(
        self, partner: str, readings: Sequence[Reading]
    ) -> tuple[Reading, tuple[Entry, ...]]:
        """The exchange that a reading's code belongs to, and the reading of the endpoint it was sent to."""
        for reading in readings:
            target = await self._matching.target(partner, reading.reply.tracking_code)
            called = endpoint_called(target) if target else ""
            for own in readings:
                if own.endpoint == called and own.reply.tracking_code == reading.reply.tracking_code:
                    return own, target
        return readings[0], ()

    async def _may_get_a_code(self, partner: str) -> bool:
        query = Query(channel=partner, states=_MAY_STILL_GET_A_CODE, limit=1)
        return bool(await self._journal.find(query))

    async def _settle(
        self, intake: PartnerIntake, reading: Reading, target: tuple[Entry, ...]
    ) -> PartnerAnswer:
        exchange, received = intake.begin(State.RECEIVED)
        accepted = exchange.advance(State.ACCEPTED, at_us=intake.begun_us, cause="hub")
        along = along_with(exchange, target[0].exchange_id, self._clock_us(), received, accepted)
        try:
            await self._matching.settle(
                target, reading, intake.call.partner, replace(along, claim=intake.claim(reading))
            )
        except AnswerInvalidError as invalid:
            raise invalid.problem from invalid
        except (NotWaitingError, NotRecordedError, StateConflictError, AlreadyClaimedError):
            raise
        except Exception:
            # Whatever keeps its exchange from being taken up now is no fault of the reply: it is kept.
            log.exception("a later reply is kept for now", exchange_id=intake.exchange_id)
            return await self._keep(intake, (reading,), reading)
        return PartnerAnswer(exchange.id, exchange.state)

    async def _keep(
        self, intake: PartnerIntake, readings: Sequence[Reading], reading: Reading
    ) -> PartnerAnswer:
        """Keep an early reply: valid by one of the partner's endpoints, and waiting for its code."""
        reading = self._valid(readings, reading)
        intake.reading = reading
        exchange, received = intake.begin(State.RECEIVED, kept_s=KEPT_EARLY_S)
        detail = {"tracking_code": reading.reply.tracking_code}
        accepted = exchange.advance(State.ACCEPTED, at_us=intake.begun_us, cause="hub")
        waits = exchange.advance(
            State.WAITING_RETRY,
            at_us=intake.begun_us,
            cause="hub",
            detail=detail,
            due_us=intake.begun_us + LOOK_AGAIN_S * US_PER_S,
        )
        await self._recorder.record_together([exchange], [received, accepted, waits], intake.claim(reading))
        return PartnerAnswer(exchange.id, exchange.state)

    def _valid(self, readings: Sequence[Reading], first: Reading) -> Reading:
        """The first reading that is valid, best ``first``; raises ExchangeError with what is wrong with that one."""
        refusal: ExchangeError | None = None
        for reading in sorted(readings, key=lambda other: other is not first):
            ref = reading.form.contract
            schema = self._configuration.now.contracts[ref.name].versions[ref.version].schemas[Kind.REPLY]
            body, _ = canonical(reading.reply.message.body, schema.normaliser)
            if schema.validator.is_valid(body):
                return reading
            refusal = refusal or ExchangeError(codes.REQUEST_INVALID, errors=schema.validator.errors(body))
        raise refusal or ExchangeError(codes.REQUEST_INVALID)

    async def _told_before(self, first: str, fingerprint: str, claim: Claim) -> PartnerAnswer:
        """The same document again is told the same again; another one under the same code is refused."""
        if fingerprint != claim.fingerprint:
            facts = {"first_reply": first}
            detail = f"the reply {first} came first, with another content"
            raise ExchangeError(codes.REPLY_OTHER_CONTENT, detail, facts=facts)
        entries = await self._journal.history(first)
        problem = None
        if entries[-1].state in _UNSURE:
            _, problem = await end_of(self._journal, entries)
        return PartnerAnswer(first, entries[-1].state, problem)

    async def _refuse(self, intake: PartnerIntake, refusal: ExchangeError) -> PartnerAnswer:
        """A refusal is recorded too (G6)."""
        exchange, rejected = intake.begin(State.REJECTED, error=refusal)
        try:
            await self._recorder.record_together([exchange], [rejected], None)
        except NotRecordedError:
            return _unrecorded(intake)
        return PartnerAnswer(exchange.id, exchange.state, refusal)


def _unrecorded(intake: PartnerIntake) -> PartnerAnswer:
    return PartnerAnswer(intake.exchange_id, None, ExchangeError(codes.NOT_RECORDED, retry_after_s=1))
