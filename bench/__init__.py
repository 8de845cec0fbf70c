"""Measurements: ``make bench`` (``QUICK=1`` for the short form). Never run as tests."""
