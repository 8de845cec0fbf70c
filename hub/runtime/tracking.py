"""Partners' tracking codes: which exchange has one, and which later reply came under it.

Both are claims, so that they are taken in the same commit as the entries they belong to, by one exchange each,
on whatever node.
"""

import hashlib

import orjson

from hub.core.ports import Claim
from hub.core.values import US_PER_S, JsonValue

REMEMBERED_S = 30 * 24 * 3600
"""How long after an exchange's deadline its tracking code still tells a late reply from one for nobody."""


def tracking_owner(partner: str) -> str:
    """Under whom the codes stand that a partner gave with its acknowledgements."""
    return f"partner:{partner}/tracking"


def reply_owner(partner: str) -> str:
    """Under whom the codes stand that a partner's later replies came under."""
    return f"partner:{partner}/reply"


def tracking_claim(partner: str, code: str, exchange_id: str, until_us: int) -> Claim:
    """An exchange's claim on the code under which its partner will answer."""
    fingerprint = hashlib.sha256(code.encode()).hexdigest()
    return Claim(tracking_owner(partner), code, fingerprint, exchange_id, until_us + REMEMBERED_S * US_PER_S)


def reply_claim(partner: str, code: str, document: JsonValue, exchange_id: str, at_us: int) -> Claim:
    """A later reply's claim on its code: the same document again is the same reply, however it is written."""
    fingerprint = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Claim(reply_owner(partner), code, fingerprint, exchange_id, at_us + REMEMBERED_S * US_PER_S)
