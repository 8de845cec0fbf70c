"""Attachments at rest: the registry's statements, the places segments lie in, and the claim check over both."""
