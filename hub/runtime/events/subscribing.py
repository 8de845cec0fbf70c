"""Making, changing and removing subscriptions, each change on record with who wanted it."""

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import orjson
import structlog

from hub.contracts.descriptions.subscriptions import MOST_PER_CLIENT, WISH
from hub.contracts.schema_lint import check_schema
from hub.core import codes
from hub.core.contract import Pattern
from hub.core.errors import ExchangeError, FieldError, StateConflictError
from hub.core.events import (
    BEGINNING,
    DeliveryKind,
    EventForm,
    EventLog,
    RetryPolicy,
    SealedSecret,
    Subscription,
    Subscriptions,
    SubscriptionState,
    parse_position,
)
from hub.core.ports import ClientRecord, Sealer
from hub.core.values import US_PER_S, JsonValue, Text, Version, new_id
from hub.reading.json_text import read_json
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.events.interest import Interest
from hub.runtime.events.record import DeliveryRecord
from hub.security.access import Access

log = structlog.get_logger(__name__)

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - how Standard Webhooks' secrets begin
SECRET_BYTES: Final = 32
OVERLAP_S: Final = 24 * 3600
"""For how long a replaced secret goes on signing beside the new one, unless it is told otherwise."""
_RAW: Final = orjson.dumps(WISH)
_VALIDATOR: Final = check_schema(read_json(_RAW, "subscription"), _RAW)


class Subscribing:
    """What may be done to subscriptions, by their clients and by persons. Raises NotRecordedError throughout."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        event_log: EventLog,
        record: DeliveryRecord,
        sealer: Sealer,
    ) -> None:
        self._subscriptions = subscriptions
        self._event_log = event_log
        self._record = record
        self._sealer = sealer

    async def create(self, wish: JsonValue, client: ClientRecord, terms: "Terms") -> tuple[Subscription, str]:
        """Subscribe; gives the signing secret of a webhook too, which is shown this once.

        Raises ExchangeError: SUBSCRIPTION_INVALID, SUBSCRIPTION_LIMIT, and what authorising raises.
        """
        errors = _VALIDATOR.errors(wish)
        if errors:
            raise ExchangeError(codes.SUBSCRIPTION_INVALID, errors=errors)
        wished: dict[str, Any] = dict(wish)
        delivery = wished["delivery"]
        terms.check(delivery)
        now_us = self._record.clock_us()
        subscription = Subscription(
            id=new_id(),
            client=client.name,
            contract=wished["contract"],
            major=wished["major"],
            version=Version.parse(wished["version"]) if "version" in wished else None,
            kind=DeliveryKind(delivery["kind"]),
            created_us=now_us,
            run_us=now_us,
            position=BEGINNING,
            filter=wished.get("filter", ""),
            ordering_key=wished.get("ordering_key", ""),
            url=delivery.get("url", ""),
            queue=delivery.get("queue", ""),
            form=EventForm(delivery.get("form", EventForm.STRUCTURED)),
            retry=RetryPolicy(**delivery.get("retry", {})),
            changed_us=now_us,
        )
        terms.judge(subscription, client)
        if len(await self._subscriptions.list(client.name)) >= MOST_PER_CLIENT:
            raise ExchangeError(codes.SUBSCRIPTION_LIMIT, f"at most {MOST_PER_CLIENT}")
        position = await self.position(subscription.contract, wished.get("from", "now"))
        secret, sealed = self._new_secret(subscription.id)
        secrets = (sealed,) if subscription.kind is DeliveryKind.WEBHOOK else ()
        subscription = replace(subscription, position=position, secrets=secrets)
        await self._record.changed(
            subscription, "create", f"client:{client.name}", {"kind": subscription.kind}
        )
        await self._subscriptions.add(subscription)
        return subscription, secret if secrets else ""

    async def pause(self, subscription: Subscription, cause: str, reason: str = "") -> Subscription:
        """Deliver nothing until it is resumed; what comes meanwhile waits in the log."""
        return await self._change(
            replace(subscription, state=SubscriptionState.PAUSED, code=""), "pause", cause, reason
        )

    async def resume(self, subscription: Subscription, cause: str, reason: str = "") -> Subscription:
        """Serve it again, from where it stands."""
        return await self._change(
            replace(subscription, state=SubscriptionState.ACTIVE, code=""), "resume", cause, reason
        )

    async def replay(
        self, subscription: Subscription, start: str, cause: str, reason: str = ""
    ) -> Subscription:
        """Begin a new run from a time or position: what was delivered is delivered again, as new exchanges.

        Raises ExchangeError SUBSCRIPTION_INVALID.
        """
        position = await self.position(subscription.contract, start)
        run_us = max(self._record.clock_us(), subscription.run_us + 1)
        again = replace(subscription, position=position, run_us=run_us)
        changed = await self._change(again, "replay", cause, reason)
        await self._record.cancel_undelivered(changed, cause)  # the new run has exchanges of its own
        return changed

    async def rotate(
        self, subscription: Subscription, overlap_s: float, cause: str
    ) -> tuple[Subscription, str]:
        """Give it a new secret; the old one signs beside it for a while, so that its owner can change over."""
        if subscription.kind is not DeliveryKind.WEBHOOK:
            raise _wrong("/delivery/kind", "webhook", "تنها وب‌هوک رمز دارد", "only a webhook has a secret")
        secret, sealed = self._new_secret(subscription.id)
        now_us = self._record.clock_us()
        until_us = now_us + int(overlap_s * US_PER_S)
        old = [
            replace(kept, until_us=min(kept.until_us or until_us, until_us)) for kept in subscription.secrets
        ]
        secrets = (sealed, *(kept for kept in old if kept.until_us > now_us))
        return await self._change(replace(subscription, secrets=secrets), "rotate-secret", cause), secret

    async def remove(self, subscription: Subscription, cause: str, reason: str = "") -> None:
        """Forget it; what it has not been given is cancelled."""
        await self._record.changed(subscription, "remove", cause, {"reason": reason} if reason else {})
        await self._subscriptions.remove(subscription.id)
        await self._record.cancel_undelivered(subscription, cause)

    async def stop(self, subscription: Subscription, state: SubscriptionState, code: str) -> None:
        """The hub takes it out of service, with an alarm; it goes on from its position when it is resumed."""
        current = await self._subscriptions.get(subscription.id)
        if current is None or current.number != subscription.number:
            return
        try:
            stopped = replace(current, state=state, code=code)
            await self._change(stopped, state, "hub", code=code)
        except StateConflictError:
            return
        log.error(
            "a subscription is out of service",
            subscription=subscription.id, client=subscription.client, state=state, code=code,
        )  # fmt: skip

    async def position(self, contract: str, start: str) -> int:
        """The position that ``now``, ``beginning``, a position or a time stands for. Raises ExchangeError."""
        if start == "now":
            return await self._event_log.end(contract)
        if start == "beginning":
            return BEGINNING
        try:
            return parse_position(start)
        except ValueError:
            pass
        try:
            moment = datetime.fromisoformat(start)
            if moment.tzinfo is None:
                raise ValueError  # noqa: TRY301 - as any other text that is no moment
        except ValueError:
            fa, en = (
                "now، beginning، یک position یا زمانی با اختلاف ساعت",
                "now, beginning, a position, or a time with its offset",
            )
            raise _wrong("/from", "position", fa, en) from None
        return await self._event_log.position_at(contract, int(moment.timestamp() * US_PER_S))

    async def _change(
        self, changed: Subscription, action: str, cause: str, reason: str = "", code: str = ""
    ) -> Subscription:
        """Record, then change. Raises StateConflictError where somebody else was quicker."""
        changed = replace(changed, number=changed.number + 1, changed_us=self._record.clock_us())
        told = {name: value for name, value in (("reason", reason), ("code", code)) if value}
        await self._subscriptions.replace(changed)
        await self._record.changed(changed, action, cause, told)
        return changed

    def _new_secret(self, subscription_id: str) -> tuple[str, SealedSecret]:
        raw = os.urandom(SECRET_BYTES)
        sealed = self._sealer.seal(raw, secret_context(subscription_id))
        return SECRET_PREFIX + base64.b64encode(raw).decode(), SealedSecret(sealed, 0)


class Terms:
    """What the running hub asks of a new subscription, beyond its form."""

    def __init__(
        self,
        configuration: CurrentConfiguration,
        access: Access,
        complaint_about: Callable[[str], Text | None],
        *,
        has_queues: bool,
    ) -> None:
        """``complaint_about`` judges a webhook's address."""
        self._configuration = configuration
        self._access = access
        self._complaint_about = complaint_about
        self._has_queues = has_queues

    def check(self, delivery: Mapping[str, JsonValue]) -> None:
        """What its form cannot say. Raises ExchangeError SUBSCRIPTION_INVALID."""
        kind = delivery["kind"]
        needed = {"webhook": "url", "queue": "queue"}.get(kind)
        for name in ("url", "queue"):
            if (name in delivery) != (name == needed):
                fa, en = ("لازم است", "is needed") if name == needed else ("جا ندارد", "has no place")
                raise _wrong(f"/delivery/{name}", "required", f"{name} {fa}", f"{name} {en} with {kind}")
        if kind == "queue" and not self._has_queues:
            fa, en = "این سامانه صف ندارد", "this hub has no queues: it runs without RabbitMQ"
            raise _wrong("/delivery/kind", "queue", fa, en)
        if needed == "url":
            complaint = self._complaint_about(delivery["url"])
            if complaint is not None:
                raise _wrong("/delivery/url", "address", complaint.fa, complaint.en)

    def judge(self, subscription: Subscription, client: ClientRecord) -> Interest:
        """Whether its client may have it, and its filter compiles. Raises ExchangeError."""
        interest = self.interest(subscription, client)
        contract = self._configuration.now.contracts[subscription.contract]
        if contract.pattern is not Pattern.PUBLISH_SUBSCRIBE:
            fa, en = "این قرارداد رویداد نیست", f"{contract.name} is {contract.pattern}: it has no events"
            raise _wrong("/contract", "publish-subscribe", fa, en)
        return interest

    def interest(self, subscription: Subscription, client: ClientRecord) -> Interest:
        """The subscription, compiled. Raises ExchangeError."""
        return Interest(subscription, client, self._configuration.now, self._access)


def secret_context(subscription_id: str) -> bytes:
    """What a secret is sealed for: it opens for its own subscription alone."""
    return f"webhook-secret\x1f{subscription_id}".encode()


def _wrong(pointer: str, code: str, fa: str, en: str) -> ExchangeError:
    return ExchangeError(codes.SUBSCRIPTION_INVALID, en, errors=(FieldError(pointer, code, Text(fa, en)),))
