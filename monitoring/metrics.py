"""Prometheus metrics of one process. Labels are of bounded number by construction (`hub.core.observer`)."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


_CIRCUIT = {"closed": 0, "half_open": 1, "open": 2}


class _Circuits(Collector):
    """Asked anew for each scrape: which endpoints have a breaker changes with a reload."""

    def __init__(self, circuits: Callable[[], Mapping[str, str]]) -> None:
        self._circuits = circuits

    def collect(self) -> Iterator[Metric]:
        """Give one gauge with a sample for each endpoint."""
        family = GaugeMetricFamily(
            "peyvand_partner_circuit",
            "This node's circuit breaker of an endpoint: 0 closed, 1 half open, 2 open",
            labels=("partner", "endpoint"),
        )
        for endpoint, state in self._circuits().items():
            family.add_metric((endpoint.partition(".")[0], endpoint), _CIRCUIT[state])
        yield family


def _count_of(counts: Callable[[], Mapping[str, int]], name: str) -> float:
    return float(counts().get(name, 0))


class Metrics:
    """An observer that counts."""

    def __init__(self, in_flight: Callable[[], int]) -> None:
        """``in_flight`` tells how many exchanges are being carried right now."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._exchanges = Counter(
            "peyvand_exchanges",
            "Exchanges that reached a final state",
            ("contract", "version", "client", "state", "code"),
            registry=self.registry,
        )
        self._duration = Histogram(
            "peyvand_exchange_duration_seconds",
            "From the first entry of an exchange to its last",
            ("contract", "state"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._calls = Histogram(
            "peyvand_partner_call_duration_seconds",
            "Calls to partners; code is empty for those that went well",
            ("partner", "endpoint", "code"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._reminders = Counter(
            "peyvand_reminders",
            "Answers that were still missing when their deadline came near; `to` is whom that was escalated to",
            ("contract", "version", "to"),
            registry=self.registry,
        )
        self._unrecorded = Counter(
            "peyvand_refused_unrecorded",
            "Callers turned away without a record: hub full, stopping, or unable to record",
            ("code",),
            registry=self.registry,
        )
        Gauge(
            "peyvand_exchanges_in_flight", "Exchanges being carried right now", registry=self.registry
        ).set_function(in_flight)

    def watch_evidence(self, unstamped_s: Callable[[], float], is_in_trouble: Callable[[], bool]) -> None:
        """Show how long entries have been without an independent time, and whether evidence can be kept."""
        Gauge(
            "peyvand_evidence_unstamped_seconds",
            "For how long there have been signed entries without a time stamp",
            registry=self.registry,
        ).set_function(unstamped_s)
        Gauge(
            "peyvand_evidence_trouble",
            "1 while a log is not what was signed, or no checkpoint can be made",
            registry=self.registry,
        ).set_function(lambda: float(is_in_trouble()))

    def watch_circuits(self, circuits: Callable[[], Mapping[str, str]]) -> None:
        """Show how the breakers of this node stand: ``closed``, ``half_open`` or ``open`` for each endpoint."""
        self.registry.register(_Circuits(circuits))

    def watch_subscriptions(self, states: Callable[[], Mapping[str, int]]) -> None:
        """Show how many subscriptions stand where: whatever is ``parked`` or ``disabled`` needs somebody."""
        gauge = Gauge(
            "peyvand_subscriptions", "Subscriptions by their state", ("state",), registry=self.registry
        )
        for state in ("active", "paused", "parked", "disabled"):
            gauge.labels(state).set_function(partial(_count_of, states, state))

    def exchange_ended(
        self, *, contract: str, version: str, sender: str, state: str, code: str, seconds: float
    ) -> None:
        """Count an exchange that has ended."""
        self._exchanges.labels(contract, version, sender, state, code).inc()
        self._duration.labels(contract, state).observe(seconds)

    def partner_called(self, *, partner: str, endpoint: str, code: str, seconds: float) -> None:
        """Count a call to a partner."""
        self._calls.labels(partner, endpoint, code).observe(seconds)

    def reminded(self, *, contract: str, version: str, to: str) -> None:
        """See ``hub.core.observer.Observer``."""
        self._reminders.labels(contract, version, to).inc()

    def refused_unrecorded(self, code: str) -> None:
        """Count a caller that was turned away without a record."""
        self._unrecorded.labels(code).inc()

    def render(self) -> tuple[bytes, str]:
        """All metrics in Prometheus' text format, with its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
