"""Drafts of contracts, mappings and manifests, made from what a partner gives. Pure: texts and decisions, no files."""
