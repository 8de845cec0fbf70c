"""What every adapter builds on: manifests, the HTTP client, limits, outcomes, and the conformance suite."""
