"""Peyvand (پیوند): the exchange hub of a municipality."""
