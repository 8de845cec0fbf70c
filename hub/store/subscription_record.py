"""A subscription as the stores keep it: JSON, in which fields may be added and none is ever renamed."""

import base64
from typing import Any

import orjson

from hub.core.events import (
    DeliveryKind,
    EventForm,
    RetryPolicy,
    SealedSecret,
    Subscription,
    SubscriptionState,
)
from hub.core.values import Version


def encode_subscription(subscription: Subscription) -> bytes:
    """All of it but its position, which moves without a change of the rest."""
    retry = subscription.retry
    return orjson.dumps(
        {
            "contract": subscription.contract,
            "major": subscription.major,
            "version": str(subscription.version) if subscription.version else "",
            "kind": subscription.kind,
            "created_us": subscription.created_us,
            "filter": subscription.filter,
            "ordering_key": subscription.ordering_key,
            "url": subscription.url,
            "queue": subscription.queue,
            "form": subscription.form,
            "retry": [retry.first_s, retry.longest_s, retry.give_up_after_s],
            "secrets": [
                {"sealed": base64.b64encode(secret.sealed).decode(), "until_us": secret.until_us}
                for secret in subscription.secrets
            ],
            "state": subscription.state,
            "code": subscription.code,
            "changed_us": subscription.changed_us,
        }
    )


def decode_subscription(  # noqa: PLR0917 - a row, in the order of its columns
    id_: str, client: str, number: int, run_us: int, position: int, record: bytes
) -> Subscription:
    """Read what a store keeps."""
    held: dict[str, Any] = orjson.loads(record)
    return Subscription(
        id=id_,
        client=client,
        contract=held["contract"],
        major=held["major"],
        version=Version.parse(held["version"]) if held["version"] else None,
        kind=DeliveryKind(held["kind"]),
        created_us=held["created_us"],
        run_us=run_us,
        position=position,
        filter=held["filter"],
        ordering_key=held["ordering_key"],
        url=held["url"],
        queue=held["queue"],
        form=EventForm(held["form"]),
        retry=RetryPolicy(*held["retry"]),
        secrets=tuple(
            SealedSecret(base64.b64decode(secret["sealed"]), secret["until_us"]) for secret in held["secrets"]
        ),
        state=SubscriptionState(held["state"]),
        code=held["code"],
        changed_us=held["changed_us"],
        number=number,
    )
