"""Puts together what takes partners' later replies in."""

from dataclasses import dataclass

from hub.core.ports import Idempotency
from hub.runtime.codec import RecordedRequests
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.early_replies import EarlyReplies
from hub.runtime.later_replies import LaterReplies
from hub.runtime.matching import Matching
from hub.runtime.recorder import Recorder
from hub.runtime.settling import Settler
from hub.security.access import Access


@dataclass(frozen=True, slots=True)
class Answering:
    """How exchanges that wait for an answer get one."""

    settler: Settler
    early_replies: EarlyReplies
    later_replies: LaterReplies


def answering(
    configuration: CurrentConfiguration,
    access: Access,
    recorder: Recorder,
    idempotency: Idempotency,
    recorded: RecordedRequests,
) -> Answering:
    """Everything that settles waiting exchanges, on one store."""
    settler = Settler(recorder, configuration, recorded)
    matching = Matching(recorder, idempotency, settler)
    early = EarlyReplies(configuration, recorder, matching)
    later = LaterReplies(
        configuration=configuration,
        access=access,
        recorder=recorder,
        idempotency=idempotency,
        matching=matching,
    )
    return Answering(settler, early, later)
