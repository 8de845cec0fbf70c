"""Contracts as data: load, check and serve them, and translate between their versions."""
