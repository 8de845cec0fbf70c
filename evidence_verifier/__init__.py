"""Judges an evidence file offline: no hub, no network, only public keys.

Needs Python 3.11 or later and the ``cryptography`` package; imports nothing of the hub, so that it can be read
as a whole by an expert who trusts nobody. ``docs/specs/evidence.md`` says what the file holds.
"""
