"""``python -m bench.evidence [--exchanges N]``: what evidence costs, over a journal of 4 × N entries.

CPU time is the steady measure. The last part carries exchanges with checkpoints every second and without, in turn.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from evidence_verifier.program import run as judge
from hub.core.exchange import Exchange, Opening, State, Transition
from hub.core.message import JSON, Document, Role
from hub.core.values import ContractRef, new_id, now_us
from hub.security.evidence.checking import Check
from hub.security.evidence.checkpointing import Checkpointer
from hub.security.evidence.export import Exporter, Request
from hub.security.evidence.keeping import EvidenceKeeper, Rhythm
from hub.security.evidence.log_key import LogSigner
from hub.security.sealing import EnvelopeSealer
from hub.store.embedded import EmbeddedStore

REF = ContractRef.parse("registry.title-inquiry@1.2")
AT_ONCE = 500
CLIENTS = 16
WINDOWS, WINDOW_S = 12, 5.0


@contextmanager
def measured(what: str, per: int = 1) -> Iterator[None]:
    """Print wall and CPU time of a block, and CPU time for each of so many things."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what:<44} {wall:8.2f} s wall {cpu:8.2f} s CPU {cpu / per * 1e6:9.1f} µs CPU each")


def whole_exchange() -> list[Transition]:
    """Four entries, two documents."""
    opening = Opening(REF.name, str(REF.version), "portal", "request-reply", case_id="bench")
    request = Document(Role.REQUEST, REF, JSON, b'{"parcel": "12/345", "note": "%s"}' % (b"x" * 900))
    exchange, first = Exchange.start(
        new_id(), opening, state=State.RECEIVED, at_us=now_us(), cause="client:portal", documents=(request,)
    )
    moves = [exchange.advance(s, at_us=now_us(), cause="hub") for s in (State.ACCEPTED, State.DELIVERING)]
    reply = Document(Role.REPLY, REF, JSON, b'{"owner": "x"}')
    end = exchange.advance(State.COMPLETED, at_us=now_us(), cause="partner:registry", documents=(reply,))
    return [first, *moves, end]


async def fill(store: EmbeddedStore, exchanges: int) -> list[str]:
    """Record so many exchanges; gives their ids."""
    ids: list[str] = []
    for _ in range(0, exchanges, AT_ONCE):
        appends = [whole_exchange() for _ in range(min(AT_ONCE, exchanges - len(ids)))]
        await asyncio.gather(*(store.journal.append(append) for append in appends))
        ids += [append[0].entry.exchange_id for append in appends]
    return ids


async def beside_traffic(store: EmbeddedStore, checkpointer: Checkpointer) -> None:
    """Latency of recording a whole exchange, with checkpoints every second and without, in turn."""
    latencies: dict[bool, list[float]] = {False: [], True: []}
    is_keeping = False

    async def client() -> None:
        while True:
            begun = time.perf_counter()
            for transition in whole_exchange():
                await store.journal.append([transition])
            latencies[is_keeping].append(time.perf_counter() - begun)
            await asyncio.sleep(0.01)

    clients = [asyncio.ensure_future(client()) for _ in range(CLIENTS)]
    for window in range(WINDOWS):
        is_keeping = window % 2 == 1
        await checkpointer.checkpoint()
        keeper = EvidenceKeeper((checkpointer,), None, Rhythm(checkpoint_every_s=1))
        keeping = asyncio.ensure_future(keeper.run() if is_keeping else asyncio.sleep(WINDOW_S))
        await asyncio.sleep(WINDOW_S)
        keeping.cancel()
    for task in clients:
        task.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    for kept, each in latencies.items():
        each.sort()
        p50, p99 = (each[int(len(each) * part)] * 1000 for part in (0.5, 0.99))
        what = "checkpoints every second" if kept else "no checkpoints"
        print(f"{what:<44} {len(each)} exchanges, p50 {p50:.2f} ms, p99 {p99:.2f} ms")


async def main(exchanges: int, exported: int) -> None:
    """Fill a store of its own, then measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with EmbeddedStore(folder / "store", lambda keys: EnvelopeSealer(b"m" * 32, keys)) as store:
            entries = exchanges * 4
            with measured(f"record {entries} entries", entries):
                ids = await fill(store, exchanges)
            checkpointer = Checkpointer(store.journal_log, LogSigner(b"s" * 32, "bench/journal"))
            with measured("first checkpoint", entries):
                await checkpointer.checkpoint()
            await fill(store, 1)
            with measured("checkpoint over 4 new entries"):
                await checkpointer.checkpoint()
            with measured("check the whole store, bodies too", entries):
                checked = await Check(store.journal_log).run()
            assert not checked.findings
            exporter = Exporter(checkpointer, store.evidence_source, store.body_readings, store.claim_check)
            for count in (1, exported):
                file = folder / "file.zip"
                with (
                    measured(f"export {count * 4} entries, {count * 2} documents", count * 4),
                    file.open("w+b") as out,
                ):
                    await exporter.export(Request(ids[:count], "operator:bench", "bench"), "now", out)
                with measured(f"verify {count * 4} entries, {count * 2} documents", count * 4):
                    _, code = judge(file, [], [], [], as_json=True)
                assert code == 0
            await beside_traffic(store, checkpointer)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exchanges", type=int, default=25_000)
    parser.add_argument("--exported", type=int, default=2_500)
    given = parser.parse_args()
    uvloop.run(main(given.exchanges, given.exported))
