"""The XML form of a contract's documents: an XML Schema, and what reads and writes XML, from its JSON Schemas.

Begin at ``binding``; the rules are in ``docs/adr/0010-xml-binding.md``.
"""
