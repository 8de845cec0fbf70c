"""``peyvand evidence``: the log's key and checkpoints, evidence files, and checks of the whole store."""

from hub.app.cli.evidence.checking import check
from hub.app.cli.evidence.exporting import export
from hub.app.cli.evidence.judging import verifier, verify
from hub.app.cli.evidence.publishing import checkpoint, cosign, key

__all__ = ["check", "checkpoint", "cosign", "export", "key", "verifier", "verify"]
