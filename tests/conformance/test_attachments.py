"""What every registry of attachments promises."""

import asyncio
from dataclasses import replace

from hub.core.attachments import AttachmentRegistry, Part, Upload, Use
from hub.core.exchange import State
from hub.core.ports import Journal
from hub.core.values import US_PER_S, new_id, now_us
from tests.conformance.samples import begin

DAY_US = 86_400 * US_PER_S
T0 = now_us()
LATER = T0 + DAY_US
DIGEST, OTHER = "a" * 64, "b" * 64


def upload(client: str = "portal", size: int = 10, until_us: int = LATER) -> Upload:
    return Upload(new_id(), client, size, "application/pdf", until_us)


def part() -> str:
    return new_id().replace("-", "")


async def store(
    attachments: AttachmentRegistry, digest: str = DIGEST, client: str = "portal", *, until_us: int = LATER
) -> Part:
    """Upload ten bytes in one go; gives the part that they are in."""
    begun = upload(client)
    await attachments.begin(begun)
    piece = Part(part(), 10)
    assert await attachments.open_part(begun.id, client, 0, piece.id) is not None
    assert await attachments.grow(begun.id, piece.id, (piece,), LATER)
    assert await attachments.complete(
        begun.id, piece.id, digest=digest, media_type="application/pdf", since_us=T0, until_us=until_us
    )
    return piece


async def wasted(attachments: AttachmentRegistry, now: int = T0) -> set[str]:
    return {waste.part for waste in await attachments.collect(now)}


class TestUploading:
    async def test_an_upload_grows_part_by_part(self, attachments: AttachmentRegistry) -> None:
        begun = upload()
        await attachments.begin(begun)
        one, two = part(), part()

        assert await attachments.open_part(begun.id, "portal", 0, one)
        assert await attachments.grow(begun.id, one, (Part(one, 4),), LATER)
        opened = await attachments.open_part(begun.id, "portal", 4, two)
        assert opened is not None
        assert opened.parts == (Part(one, 4), Part(two, 0))
        assert await attachments.grow(begun.id, two, (Part(one, 4), Part(two, 6)), LATER + 1)

        found = await attachments.upload(begun.id, "portal")
        assert found is not None
        assert (found.offset, found.size, found.until_us, found.digest) == (10, 10, LATER + 1, "")

    async def test_nobody_else_sees_or_continues_it(self, attachments: AttachmentRegistry) -> None:
        begun = upload()
        await attachments.begin(begun)

        assert await attachments.upload(begun.id, "bank") is None
        assert await attachments.open_part(begun.id, "bank", 0, part()) is None
        assert not await attachments.abandon(begun.id, "bank", T0)

    async def test_it_goes_on_only_where_it_stands(self, attachments: AttachmentRegistry) -> None:
        begun = upload()
        await attachments.begin(begun)
        assert await attachments.open_part(begun.id, "portal", 3, part()) is None
        assert await attachments.open_part(new_id(), "portal", 0, part()) is None

    async def test_of_two_writers_only_the_later_goes_on(self, attachments: AttachmentRegistry) -> None:
        begun = upload()
        await attachments.begin(begun)
        first, second = part(), part()
        await attachments.open_part(begun.id, "portal", 0, first)
        await attachments.open_part(begun.id, "portal", 0, second)

        assert not await attachments.grow(begun.id, first, (Part(first, 9),), LATER)
        assert not await attachments.complete(
            begun.id, first, digest=DIGEST, media_type="application/pdf", since_us=T0, until_us=LATER
        )
        assert await attachments.grow(begun.id, second, (Part(first, 0), Part(second, 10)), LATER)
        assert await attachments.complete(
            begun.id, second, digest=DIGEST, media_type="application/pdf", since_us=T0, until_us=LATER
        )

    async def test_a_complete_upload_tells_its_digest_and_takes_no_more(
        self, attachments: AttachmentRegistry
    ) -> None:
        begun = upload(size=-1)
        await attachments.begin(begun)
        piece = Part(part(), 7)
        await attachments.open_part(begun.id, "portal", 0, piece.id)
        await attachments.grow(begun.id, piece.id, (piece,), LATER)
        assert await attachments.complete(
            begun.id, piece.id, digest=DIGEST, media_type="application/pdf", since_us=T0, until_us=LATER
        )

        found = await attachments.upload(begun.id, "portal")
        assert found is not None
        assert (found.digest, found.size) == (DIGEST, 7)
        assert await attachments.open_part(begun.id, "portal", 7, part()) is None
        assert not await attachments.grow(begun.id, piece.id, (), LATER)

    async def test_what_is_given_up_becomes_waste(self, attachments: AttachmentRegistry) -> None:
        begun = upload()
        await attachments.begin(begun)
        opened = part()
        await attachments.open_part(begun.id, "portal", 0, opened)

        assert await attachments.abandon(begun.id, "portal", T0)
        assert await attachments.upload(begun.id, "portal") is None
        assert await wasted(attachments) == {opened}

    async def test_what_is_left_unfinished_becomes_waste_in_its_time(
        self, attachments: AttachmentRegistry
    ) -> None:
        begun = upload(until_us=T0 + 100)
        await attachments.begin(begun)
        opened = part()
        await attachments.open_part(begun.id, "portal", 0, opened)

        assert await wasted(attachments, T0 + 100) == set()
        assert await wasted(attachments, T0 + 101) == {opened}

    async def test_waste_is_told_until_it_is_forgotten(self, attachments: AttachmentRegistry) -> None:
        begun = upload()
        await attachments.begin(begun)
        opened = part()
        await attachments.open_part(begun.id, "portal", 0, opened)
        await attachments.abandon(begun.id, "portal", T0)

        assert [waste.since_us for waste in await attachments.collect(T0 + 5)] == [T0]
        await attachments.forget([opened])
        assert await wasted(attachments) == set()


class TestHolding:
    async def test_whoever_stored_it_may_have_it_and_nobody_else(
        self, attachments: AttachmentRegistry
    ) -> None:
        piece = await store(attachments)

        found = await attachments.find(DIGEST, "portal")
        assert found is not None
        assert (found.size, found.media_type, found.parts) == (10, "application/pdf", (piece,))
        assert await attachments.find(DIGEST, "bank") is None
        assert await attachments.find(OTHER, "portal") is None

    async def test_equal_content_is_stored_once(self, attachments: AttachmentRegistry) -> None:
        first = await store(attachments)
        second = await store(attachments, client="bank")

        assert await wasted(attachments) == {second.id}
        for client in ("portal", "bank"):
            found = await attachments.find(DIGEST, client)
            assert found is not None
            assert found.parts == (first,)

    async def test_twins_at_once_are_stored_once(self, attachments: AttachmentRegistry) -> None:
        pieces = await asyncio.gather(*(store(attachments, client=f"c{n}") for n in range(6)))

        assert len(await wasted(attachments)) == 5
        found = await attachments.find(DIGEST, "c3")
        assert found is not None
        assert found.parts[0] in pieces

    async def test_what_a_client_has_is_counted(self, attachments: AttachmentRegistry) -> None:
        assert await attachments.held_bytes("portal") == 0
        await store(attachments)
        await store(attachments, client="bank")
        await attachments.begin(upload(size=100))
        assert await attachments.held_bytes("portal") == 110

    async def test_nobody_keeps_it_after_its_time(self, attachments: AttachmentRegistry) -> None:
        piece = await store(attachments, until_us=T0 + 100)
        other = await store(attachments, OTHER)

        assert await wasted(attachments, T0 + 100) == set()
        assert await wasted(attachments, T0 + 101) == {piece.id}
        assert await attachments.find(DIGEST, "portal") is None
        assert await attachments.find(OTHER, "portal") is not None
        assert other.id not in await wasted(attachments, T0 + 101)

    async def test_storing_again_keeps_it_longer_and_never_shorter(
        self, attachments: AttachmentRegistry
    ) -> None:
        await store(attachments, until_us=T0 + 100)
        await store(attachments, until_us=T0 + 200)
        await store(attachments, until_us=T0 + 50)
        await attachments.collect(T0 + 150)
        assert await attachments.find(DIGEST, "portal") is not None

    async def test_a_removed_one_is_gone_for_everybody(self, attachments: AttachmentRegistry) -> None:
        piece = await store(attachments)
        await attachments.remove(DIGEST, T0)
        await attachments.remove(OTHER, T0)

        assert await attachments.content(DIGEST) is None
        assert await wasted(attachments) == {piece.id}


class TestUses:
    async def recorded(self, journal: Journal, *states: State) -> str:
        exchange, first = begin()
        await journal.append([first])
        for state in states:
            await journal.append([exchange.advance(state, at_us=T0, cause="hub")])
        return exchange.id

    def use(self, exchange_id: str, client: str = "portal", until_us: int = T0 + 500) -> Use:
        return Use(exchange_id, client, T0, until_us)

    async def test_an_exchange_keeps_what_it_refers_to(
        self, attachments: AttachmentRegistry, journal: Journal
    ) -> None:
        piece = await store(attachments, until_us=T0 + 100)
        id_ = await self.recorded(journal, State.ACCEPTED, State.DELIVERING, State.COMPLETED)
        assert await attachments.claim(self.use(id_), [DIGEST, DIGEST])

        assert await wasted(attachments, T0 + 400) == set()
        found = await attachments.find(DIGEST, "portal")
        assert found is not None
        assert found.exchange_id == id_
        assert [each.digest for each in await attachments.uses(id_)] == [DIGEST]
        assert await wasted(attachments, T0 + 501) == {piece.id}

    async def test_one_that_has_not_ended_keeps_it_beyond_its_time(
        self, attachments: AttachmentRegistry, journal: Journal
    ) -> None:
        await store(attachments, until_us=T0 + 100)
        id_ = await self.recorded(journal, State.ACCEPTED)
        await attachments.claim(self.use(id_), [DIGEST])

        assert await wasted(attachments, T0 + 501) == set()

    async def test_one_that_never_came_to_be_keeps_nothing_for_long(
        self, attachments: AttachmentRegistry, journal: Journal
    ) -> None:
        piece = await store(attachments, until_us=T0 + 100)
        await attachments.claim(self.use(new_id(), until_us=T0 + 100 * DAY_US), [DIGEST])

        assert await wasted(attachments, T0 + DAY_US // 2) == set()
        assert await wasted(attachments, T0 + 2 * DAY_US) == {piece.id}

    async def test_one_that_is_recorded_keeps_it_to_its_end(
        self, attachments: AttachmentRegistry, journal: Journal
    ) -> None:
        await store(attachments, until_us=T0 + 100)
        id_ = await self.recorded(journal, State.ACCEPTED, State.DELIVERING, State.COMPLETED)
        await attachments.claim(self.use(id_, until_us=T0 + 100 * DAY_US), [DIGEST])

        assert await wasted(attachments, T0 + 2 * DAY_US) == set()
        assert await wasted(attachments, T0 + 3 * DAY_US) == set()

    async def test_all_or_nothing_is_claimed(self, attachments: AttachmentRegistry) -> None:
        await store(attachments)
        id_ = new_id()
        assert not await attachments.claim(self.use(id_), [DIGEST, OTHER])
        assert await attachments.uses(id_) == ()

    async def test_what_others_have_cannot_be_claimed(self, attachments: AttachmentRegistry) -> None:
        await store(attachments, client="bank")
        assert not await attachments.claim(self.use(new_id()), [DIGEST])

    async def test_its_readers_may_have_it_from_then_on(self, attachments: AttachmentRegistry) -> None:
        await store(attachments)
        id_ = new_id()
        assert await attachments.find(DIGEST, "bank") is None
        assert await attachments.claim(replace(self.use(id_), readers=("bank",)), [DIGEST])
        found = await attachments.find(DIGEST, "bank")
        assert found is not None
        assert found.exchange_id == id_
        assert await attachments.find(DIGEST, "police") is None

    async def test_an_exchange_of_ones_own_is_as_good_as_an_upload(
        self, attachments: AttachmentRegistry
    ) -> None:
        await store(attachments, until_us=T0 + 100)
        await attachments.claim(self.use(new_id()), [DIGEST])
        await attachments.collect(T0 + 200)
        assert await attachments.claim(self.use(new_id()), [DIGEST])

    async def test_collecting_and_claiming_at_once_never_loses_what_was_claimed(
        self, attachments: AttachmentRegistry
    ) -> None:
        for _ in range(10):
            await store(attachments, until_us=T0 - 1)
            id_ = new_id()
            claimed, waste = await asyncio.gather(
                attachments.claim(self.use(id_), [DIGEST]), attachments.collect(T0)
            )
            assert (await attachments.content(DIGEST) is not None) == claimed
            await attachments.remove(DIGEST, T0)
            await attachments.forget([each.part for each in waste])
