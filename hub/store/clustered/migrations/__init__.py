"""The clustered store's schema, as forward migrations that run while hubs run (ADR 0007)."""
