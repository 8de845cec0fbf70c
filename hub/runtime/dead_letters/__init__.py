"""Dead letters: what needs a person, grouped by cause, and what a person can do about it."""
