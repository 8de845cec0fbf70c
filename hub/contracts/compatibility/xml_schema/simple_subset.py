"""Whether every text of one simple type is a text of another."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from hub.contracts.compatibility.language.emptiness import Lengths, share_no_word
from hub.contracts.compatibility.language.expression import Expression, choice
from hub.contracts.compatibility.language.pattern import ANY_TEXT, Dialect, literal, pattern_language
from hub.contracts.compatibility.xml_schema.moments import moment_reader
from hub.contracts.compatibility.xml_schema.simple_types import SimpleType, Variety

_UNIQUE: Final = frozenset({"ID", "IDREF", "ENTITY", "NOTATION"})
"""Types that ask for more than a text can tell."""
_ANYTHING: Final = frozenset({"anySimpleType", "anyAtomicType"})
_LENGTHS: Final = ("length", "minLength", "maxLength")
_TEXTS: Final = "string"
_NUMBERS: Final = "decimal"
_LEXICAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "integer": "[+\\-]?[0-9]+",
        "decimal": "[+\\-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)",
        "boolean": "true|false|1|0",
    }
)
_ONE_WORD: Final = frozenset(
    {"decimal", "boolean", "float", "double", "duration", "dateTime", "time", "date", "gYear", "gYearMonth",
     "gMonth", "gMonthDay", "gDay"}
)  # fmt: skip
_WIDER_PRIMITIVES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"decimal": frozenset({"float", "double"}), "float": frozenset({"double"})}
)


def is_simple_subset(old: SimpleType, new: SimpleType) -> bool:
    """Tell whether every text that is valid under ``old`` is valid under ``new``. True is proven."""
    if old == new or (new.builtin in _ANYTHING and new.is_plain):
        return True
    if old.variety is Variety.UNION:
        members = (_narrowed(member, old) for member in old.members)
        return all(is_simple_subset(member, new) for member in members)
    if new.variety is Variety.UNION:
        return new.is_plain and any(is_simple_subset(old, member) for member in new.members)
    if Variety.LIST in (old.variety, new.variety):
        return _is_list_subset(old, new)
    return _is_atomic_subset(old, new)


def _narrowed(member: SimpleType, union: SimpleType) -> SimpleType:
    """A member as the facets of the union around it leave it, or a little wider."""
    if union.enumeration is None or member.enumeration is not None or member.primitive != _TEXTS:
        return member
    return replace(member, enumeration=union.enumeration)


def _is_list_subset(old: SimpleType, new: SimpleType) -> bool:
    if new.variety is Variety.LIST and old.variety is Variety.ATOMIC:
        return _is_list_of_one(old, new)
    if old.variety is not new.variety:
        return _is_unlimited_text(new)
    if old.item is None or new.item is None or not is_simple_subset(old.item, new.item):
        return False
    same = old.patterns == new.patterns or not new.patterns
    return same and new.enumeration in (None, old.enumeration) and _lengths_fit(old, new)


def _is_list_of_one(old: SimpleType, new: SimpleType) -> bool:
    """Tell whether each text is a list of just one item: it is never empty, and has no blanks inside."""
    given = new.facets
    low, high = (int(given.get("length", given.get(name, 1))) for name in ("minLength", "maxLength"))
    is_free = not new.patterns and new.enumeration is None and low <= 1 <= high
    is_one = old.white_space == "collapse" and old.primitive in _ONE_WORD
    return is_one and is_free and new.item is not None and is_simple_subset(old, new.item)


def _is_unlimited_text(new: SimpleType) -> bool:
    return new.builtin in {"string", "normalizedString", "token"} and new.is_plain


def _is_atomic_subset(old: SimpleType, new: SimpleType) -> bool:
    if old.builtin in _ANYTHING:
        return False
    if _is_unlimited_text(new):
        return True
    if new.builtin in _UNIQUE and new.builtin not in old.ancestors:
        return False
    if old.primitive != new.primitive:
        is_wider = new.primitive in _WIDER_PRIMITIVES.get(old.primitive, ())
        return (is_wider and new.is_plain) or (new.primitive == _TEXTS and _is_text_subset(old, new))
    if new.primitive == _NUMBERS:
        return _is_number_subset(old, new)
    if new.primitive == _TEXTS:
        return _is_text_subset(old, new)
    return _is_other_subset(old, new)


# Texts


def _is_text_subset(old: SimpleType, new: SimpleType) -> bool:
    """Of texts, or of other values by the way they are written."""
    if old.white_space != new.white_space and not _is_unlimited_text(new):
        return False  # what one takes for blanks around the value the other takes for part of it
    is_kin = new.builtin in old.ancestors or new.builtin in {"string", "normalizedString", "token"}
    if not is_kin:
        return False
    if new.enumeration is not None and (old.primitive != _TEXTS or not _enumeration_fits(old, new)):
        return False
    return (
        _patterns_fit(old, new) and (old.primitive == _TEXTS or not _lengths(new)) and _lengths_fit(old, new)
    )


def _enumeration_fits(old: SimpleType, new: SimpleType) -> bool:
    return old.enumeration is not None and set(old.enumeration) <= set(new.enumeration or ())


def _patterns_fit(old: SimpleType, new: SimpleType) -> bool:
    """Tell whether every text of the old type matches the patterns of the new one."""
    missing = [step for step in new.patterns if step not in old.patterns]
    if not missing:
        return True
    within = [ANY_TEXT, *_language(old)]
    for step in missing:
        languages = [pattern_language(pattern, Dialect.XML_SCHEMA) for pattern in step]
        if None in languages:
            return False
        together = choice(*(language for language in languages if language is not None))
        if not share_no_word(within, [together], _lengths_of(old)):
            return False
    return True


def _language(of: SimpleType) -> Iterator[Expression]:
    """Languages that all texts of a type belong to."""
    if of.enumeration is not None and of.primitive == _TEXTS:
        yield choice(*(literal(text) for text in of.enumeration))
    named = next((name for name in of.ancestors if name in _LEXICAL), None)
    steps = [*of.patterns, *([(_LEXICAL[named],)] if named else [])]
    for step in steps:
        languages = [pattern_language(pattern, Dialect.XML_SCHEMA) for pattern in step]
        if None not in languages:
            yield choice(*(language for language in languages if language is not None))


def _lengths(of: SimpleType) -> dict[str, int]:
    return {name: int(of.facets[name]) for name in _LENGTHS if name in of.facets}


def _lengths_of(of: SimpleType) -> Lengths:
    found = _lengths(of) if of.primitive == _TEXTS or of.variety is Variety.LIST else {}
    exact = found.get("length")
    if exact is not None:
        return Lengths(exact, exact)
    return Lengths(found.get("minLength", 0), found.get("maxLength"))


def _lengths_fit(old: SimpleType, new: SimpleType) -> bool:
    asked = _lengths(new)
    if not asked:
        return True
    low = asked.get("length", asked.get("minLength", 0))
    high = asked.get("length", asked.get("maxLength"))
    given = _lengths_of(old)
    is_text = old.primitive == _TEXTS
    within = [ANY_TEXT, *_language(old)] if is_text else []
    is_long_enough = given.low >= low or (
        is_text and share_no_word(within, [], Lengths(given.low, min(low - 1, given.high or low - 1)))
    )
    is_short_enough = (
        high is None
        or (given.high is not None and given.high <= high)
        or (is_text and share_no_word(within, [], Lengths(max(given.low, high + 1), given.high)))
    )
    return is_long_enough and is_short_enough


# Numbers


def _is_number_subset(old: SimpleType, new: SimpleType) -> bool:
    if "integer" in new.ancestors and "integer" not in old.ancestors:
        return False  # 1.0 is written as no integer is
    if new.enumeration is not None:
        allowed = {Fraction(text.strip()) for text in new.enumeration}
        if old.enumeration is None or not {Fraction(text.strip()) for text in old.enumeration} <= allowed:
            return False
    bounds = _bounds_fit(old, new, Fraction)
    return bounds and _digits_fit(old, new) and _patterns_fit(old, new)


def _bounds_fit(old: SimpleType, new: SimpleType, number: Callable[[str], Fraction]) -> bool:
    for inclusive, exclusive, sign in (
        ("minInclusive", "minExclusive", 1),
        ("maxInclusive", "maxExclusive", -1),
    ):
        asked = _bound(new, inclusive, exclusive, sign, number)
        if asked is None:
            continue
        values = [number(text.strip()) * sign for text in old.enumeration or ()]
        given = _bound(old, inclusive, exclusive, sign, number)
        if given is not None and given >= asked:
            continue
        is_integer = "integer" in old.ancestors
        if given is not None and is_integer and given[1] and asked == (given[0] + 1, False):
            continue  # above 0 and from 1 on are the same for integers
        if not values or any((value, False) < asked for value in values):
            return False
    return True


def _bound(
    of: SimpleType, inclusive: str, exclusive: str, sign: int, number: Callable[[str], Fraction]
) -> tuple[Fraction, bool] | None:
    """A bound as something that is greater the narrower it is."""
    if exclusive in of.facets:
        return number(of.facets[exclusive]) * sign, True
    return (number(of.facets[inclusive]) * sign, False) if inclusive in of.facets else None


def _digits_fit(old: SimpleType, new: SimpleType) -> bool:
    total, fraction = new.facets.get("totalDigits"), new.facets.get("fractionDigits")
    given_fraction = 0 if "integer" in old.ancestors else old.facets.get("fractionDigits")
    if fraction is not None and (given_fraction is None or int(given_fraction) > int(fraction)):
        return False
    if total is None:
        return True
    given = old.facets.get("totalDigits")
    if given is not None and int(given) <= int(total):
        return True
    limit = Fraction(10) ** int(total)
    low = _bound(old, "minInclusive", "minExclusive", 1, Fraction)
    high = _bound(old, "maxInclusive", "maxExclusive", 1, Fraction)
    is_bounded = low is not None and high is not None and low[0] > -limit and high[0] < limit
    return is_bounded and "integer" in old.ancestors


# All other types: dates, floating point, addresses, binary data


def _is_other_subset(old: SimpleType, new: SimpleType) -> bool:
    if new.builtin not in old.ancestors:
        return False
    if new.enumeration is not None and not _enumeration_fits(old, new):
        return False
    asked = {name: value for name, value in new.facets.items() if name not in _LENGTHS}
    if any(old.facets.get(name) != value for name, value in asked.items()):
        number = _floating if new.primitive in {"float", "double"} else moment_reader(old, new)
        if number is None or not _bounds_fit(old, new, number):
            return False
    return _patterns_fit(old, new) and _other_lengths_fit(old, new)


def _floating(text: str) -> Fraction:
    number = float(text.replace("INF", "inf"))
    if number - number != 0:
        return Fraction(10) ** 400 * (1 if number > 0 else -1)
    return Fraction(number)


def _other_lengths_fit(old: SimpleType, new: SimpleType) -> bool:
    given, asked = _lengths(old), _lengths(new)
    low = given.get("length", given.get("minLength", 0))
    high = given.get("length", given.get("maxLength"))
    wanted = asked.get("length", asked.get("maxLength"))
    is_long_enough = low >= asked.get("length", asked.get("minLength", 0))
    return is_long_enough and (wanted is None or (high is not None and high <= wanted))
