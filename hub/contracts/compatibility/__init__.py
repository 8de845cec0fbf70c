"""Whether documents that were valid stay valid: one schema held against another, in both directions."""
