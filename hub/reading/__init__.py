"""Strict reading of YAML and JSON, with positions; everything wrong becomes a finding."""
