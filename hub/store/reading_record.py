"""The canonical bytes of a reading: who read an exchange's bodies (ADR 0009). Kept as entries of the journal are."""

import orjson

from hub.core.evidence import BodyReading
from hub.store.record import RecordError, UnrecordableError

READING_VERSION = 1


def encode_reading(reading: BodyReading) -> bytes:
    """Give the one byte form: JSON (UTF-8), keys sorted, no spaces. Raises UnrecordableError."""
    fields = {
        "v": READING_VERSION,
        "read": reading.exchange_id,
        "at_us": reading.at_us,
        "reader": reading.reader,
        "purpose": reading.purpose,
    }
    try:
        return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:  # orjson's JSONEncodeError
        raise UnrecordableError(f"a reading of exchange {reading.exchange_id!r}: {error}") from error


def decode_reading(record: bytes) -> BodyReading:
    """Read it back. Raises RecordError."""
    try:
        fields = orjson.loads(record)
        if fields["v"] != READING_VERSION:
            raise RecordError(f"version {fields['v']} of a reading is not known to this version of the hub")
        return BodyReading(fields["at_us"], fields["read"], fields["reader"], fields["purpose"])
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(f"not a record of a reading: {error!r}") from error
