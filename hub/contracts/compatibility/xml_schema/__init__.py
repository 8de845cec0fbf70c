"""Proves that one XML Schema (1.0) accepts only what another accepts."""
