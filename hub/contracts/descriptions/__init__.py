"""Descriptions that are generated from contracts: OpenAPI, AsyncAPI, and sample documents. Pure; nothing is served here."""
