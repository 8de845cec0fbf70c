"""When no text can meet some statements."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from hub.contracts.compatibility.json_schema.formats import PATTERNS
from hub.contracts.compatibility.json_schema.literals import HasFormat, Matches, OneOf, Size, Statement
from hub.contracts.compatibility.json_schema.proving import Proving
from hub.contracts.compatibility.language.emptiness import Lengths, share_no_word
from hub.contracts.compatibility.language.expression import Expression, choice
from hub.contracts.compatibility.language.pattern import (
    ANY_TEXT,
    JSON_DIALECTS,
    Dialect,
    literal,
    pattern_language,
)

_MAX_EXCLUDED = 500
"""Up to how many single texts are taken out of a language."""


@dataclass(slots=True)
class _Texts:
    """What the statements ask of length and patterns, and the texts that are out of the question."""

    low: int = 0
    high: int | None = None
    patterns: list[tuple[str, bool]] = field(default_factory=list)
    excluded: set[str] = field(default_factory=set)


def no_text(statements: Iterable[Statement], proving: Proving) -> bool:
    """Tell whether no text meets all the statements. True is proven."""
    texts = _gather(statements)
    if texts.high is not None and texts.low > texts.high:
        return True
    if not texts.patterns and not (texts.excluded and texts.high is not None):
        return False
    # A dot is all that the two readers of patterns read differently.
    dialects = JSON_DIALECTS if any("." in pattern for pattern, _ in texts.patterns) else JSON_DIALECTS[:1]
    return all(_no_text(texts, dialect, proving) for dialect in dialects)


def _gather(statements: Iterable[Statement]) -> _Texts:
    texts = _Texts()
    for statement in statements:
        match statement:
            case Size(low, high):
                texts.low = max(texts.low, low)
                texts.high = (
                    high if texts.high is None else texts.high if high is None else min(texts.high, high)
                )
            case Matches(pattern, holds):
                texts.patterns.append((pattern, holds))
            case HasFormat(name, True) if name in PATTERNS:
                texts.patterns.append((PATTERNS[name], True))
            case OneOf(values, False):
                texts.excluded |= _texts(values)
    return texts


def _no_text(texts: _Texts, dialect: Dialect, proving: Proving) -> bool:
    languages = {True: [ANY_TEXT], False: list[Expression]()}
    for pattern, holds in texts.patterns:
        language = pattern_language(pattern, dialect)
        if language is not None:  # what is left out leaves more texts
            languages[holds].append(language)
    if texts.excluded:
        kept = sorted(texts.excluded)[:_MAX_EXCLUDED]
        languages[False].append(choice(*(literal(text) for text in kept)))
    return share_no_word(
        languages[True], languages[False], Lengths(texts.low, texts.high), spend=proving.step
    )


def _texts(values: frozenset[Hashable]) -> set[str]:
    return {value for value in values if isinstance(value, str)}
