"""Proves that one JSON Schema (2020-12) accepts only what another accepts."""
