"""Regular languages: what patterns, lengths and content models are compared as."""
