"""The faults, by name."""

from collections.abc import Mapping

from scripts.chaos.faults import broker, clock, database, disk, lines, nodes, partner
from scripts.chaos.faults.fault import Fault

CATALOGUE: Mapping[str, Fault] = {
    each.name: each
    for each in (
        *nodes.FAULTS,
        *lines.FAULTS,
        *partner.FAULTS,
        *disk.FAULTS,
        *clock.FAULTS,
        *broker.FAULTS,
        *database.FAULTS,
    )
}
