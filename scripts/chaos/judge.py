"""The verdict: pure, from the ledger alone."""

from collections import Counter
from dataclasses import dataclass, field

from scripts.chaos.ledger import Kind, Ledger
from scripts.chaos.messages import PARTNERS

FINAL = frozenset({"completed", "rejected", "failed", "expired", "dead_lettered", "cancelled"})
_OK = 200
_SHOWN = 10


@dataclass(slots=True)
class Verdict:
    """What became of everything that was promised."""

    accepted: int = 0
    """Exchanges that a client was promised: a 2xx answer with an Exchange-Id."""
    final: int = 0
    """Those of them that have reached a final state."""
    lost: int = 0
    """Those of them that the hub does not know, has not ended, or ends otherwise than it said."""
    duplicates: int = 0
    """Calls beyond the first that a partner saw of one message, where it takes repetitions; known by their id."""
    repeated: int = 0
    """Calls beyond the first that a partner saw which takes no repetitions."""
    unrecognisable: int = 0
    """Messages that a partner saw under more than one message id, or under one that no exchange has."""
    open: int = 0
    """Exchanges that no client was told of, and that have not ended."""
    ends: dict[str, int] = field(default_factory=dict)
    """The promised exchanges by their state."""
    findings: list[str] = field(default_factory=list)
    """Some of what is wrong, in words."""

    @property
    def is_good(self) -> bool:
        """Whether everything holds that must."""
        return self.accepted == self.final and not (
            self.lost or self.repeated or self.unrecognisable or self.open
        )

    def complain(self, finding: str) -> None:
        """Remember what is wrong, up to a number that a person reads."""
        if len(self.findings) < _SHOWN:
            self.findings.append(finding)


def judge(ledger: Ledger) -> Verdict:
    """Compare what was promised with what is recorded and with what partners saw."""
    verdict = Verdict(accepted=len(ledger.promises))
    seen = {call.message_id for call in ledger.calls if call.partner == PARTNERS[Kind.INQUIRY]}
    states: Counter[str] = Counter()
    for exchange_id, promise in ledger.promises.items():
        state = ledger.ends.get(exchange_id, "unknown")
        states[state] += 1
        verdict.final += state in FINAL
        if state not in FINAL:
            _lose(verdict, f"exchange {exchange_id} was promised ({promise.status}) and is {state}")
        elif promise.status == _OK and state != "completed":
            _lose(verdict, f"exchange {exchange_id} was answered 200 and is {state}")
    verdict.ends = dict(states)
    for number, times in Counter(promise.number for promise in ledger.promises.values()).items():
        if times > 1:
            _lose(verdict, f"message {number} was promised as {times} exchanges")
    _judge_open(ledger, verdict)
    _judge_calls(ledger, verdict, seen)
    return verdict


def _lose(verdict: Verdict, finding: str) -> None:
    verdict.lost += 1
    verdict.complain(finding)


def _judge_open(ledger: Ledger, verdict: Verdict) -> None:
    for exchange_id, state in ledger.ends.items():
        if state not in FINAL and exchange_id not in ledger.promises:
            verdict.open += 1
            verdict.complain(f"exchange {exchange_id}, of which no client was told, is still {state}")


def _judge_calls(ledger: Ledger, verdict: Verdict, seen: set[str]) -> None:
    for partner, subject, calls in ledger.calls_by_subject():
        repetitions = len(calls) - 1
        if partner == PARTNERS[Kind.PAYMENT]:
            verdict.repeated += repetitions
            if repetitions:
                verdict.complain(f"{partner} saw {subject} {len(calls)} times, and takes no repetitions")
            continue
        verdict.duplicates += repetitions
        ids = {call.message_id for call in calls}
        if len(ids) > 1 or not ids <= ledger.ends.keys():
            verdict.unrecognisable += 1
            verdict.complain(f"{partner} saw {subject} under {', '.join(sorted(ids)) or 'no id'}")
    for exchange_id, promise in ledger.promises.items():
        if promise.status == _OK and promise.kind is Kind.INQUIRY and exchange_id not in seen:
            _lose(verdict, f"exchange {exchange_id} was answered, and its partner has never seen it")
