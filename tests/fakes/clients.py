"""A client registry in memory."""

from dataclasses import replace

from hub.core.ports import ClientExistsError, ClientRecord


class FakeClientRegistry:
    def __init__(self, *records: ClientRecord) -> None:
        self.records = list(records)

    def by_prefix(self, key_prefix: str) -> ClientRecord | None:
        return next((record for record in self.records if record.key_prefix == key_prefix), None)

    async def add(self, record: ClientRecord) -> None:
        if self.by_prefix(record.key_prefix) is not None:
            raise ClientExistsError(record.key_prefix)
        if any(other.name == record.name and not other.revoked_us for other in self.records):
            raise ClientExistsError(record.name)
        self.records.append(record)

    async def list(self) -> tuple[ClientRecord, ...]:
        return tuple(sorted(self.records, key=lambda record: record.name))

    async def revoke(self, name: str, at_us: int) -> bool:
        for place, record in enumerate(self.records):
            if record.name == name and not record.revoked_us:
                self.records[place] = replace(record, revoked_us=at_us)
                return True
        return False
