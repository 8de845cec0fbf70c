"""Which macro a comprehension was: the checker expands macros, and only their known expansions have a meaning here."""

from dataclasses import dataclass
from typing import TypeAlias

from hub.expressions.syntax_tree import Call, Comprehension, Const, Ident, Listing, Node


@dataclass(frozen=True, slots=True)
class Loop:
    """What is gone through, under which name, and with which predicate."""

    source: Node
    variable: str
    predicate: Node | None


@dataclass(frozen=True, slots=True)
class Quantifier:
    """``exists`` (``decisive`` is True) or ``all``."""

    loop: Loop
    decisive: bool


@dataclass(frozen=True, slots=True)
class Search:
    """``exists_one``."""

    loop: Loop


@dataclass(frozen=True, slots=True)
class Fold:
    """``map`` and ``filter``: a list of what ``transform`` gives."""

    loop: Loop
    transform: Node


@dataclass(frozen=True, slots=True)
class Let:
    """``then``, computed with a name for a value."""

    name: str
    value: Node
    then: Node


@dataclass(frozen=True, slots=True)
class OptionalLet:
    """``optMap``, or with ``is_flat`` ``optFlatMap``."""

    name: str
    value: Node
    then: Node
    is_flat: bool


Shape: TypeAlias = Quantifier | Search | Fold | Let

_TRUE, _FALSE = Const(True), Const(False)


def comprehension_shape(node: Comprehension) -> Shape | None:
    """The macro, or None where it is none that is known."""
    if len(node.variables) != 1:
        return None
    result, variable = Ident(node.accumulator), node.variables[0]
    if node.source == Listing(()) and node.condition == _FALSE and node.step == result:
        return Let(node.accumulator, node.start, node.result)

    match node.step:
        case Call("_&&_", (accumulated, predicate)) if accumulated == result:
            if node.start == _TRUE and node.condition == _going_on(result) and node.result == result:
                return Quantifier(Loop(node.source, variable, predicate), decisive=False)
        case Call("_||_", (accumulated, predicate)) if accumulated == result:
            negated = Call("!_", (result,))
            if node.start == _FALSE and node.condition == _going_on(negated) and node.result == result:
                return Quantifier(Loop(node.source, variable, predicate), decisive=True)
        case _ if node.condition == _TRUE:
            return _fold(node, result)
    return None


def _fold(node: Comprehension, result: Ident) -> Shape | None:
    step, predicate = node.step, None
    match step:
        case Call("_?_:_", (condition, then, otherwise)) if otherwise == result:
            step, predicate = then, condition
    loop = Loop(node.source, node.variables[0], predicate)
    match step:
        case Call("_+_", (accumulated, Listing((transform,)))) if accumulated == result:
            if node.start == Listing(()) and node.result == result:
                return Fold(loop, transform)
        case Call("_+_", (accumulated, Const(1))) if accumulated == result and predicate is not None:
            if node.start == Const(0) and node.result == Call("_==_", (result, Const(1))):
                return Search(loop)
    return None


def _going_on(node: Node) -> Call:
    return Call("@not_strictly_false", (node,))


def let_shape(node: Node) -> OptionalLet | None:
    """``optMap`` or ``optFlatMap``: the macro names its value twice, to ask whether it is there and to take it."""
    match node:
        case Call("_?_:_", (Call("hasValue", (asked,)), then, Call("optional.none", ()))):
            is_flat = isinstance(then, Comprehension)
            inner = then.args[0] if isinstance(then, Call) and then.function == "optional.of" else then
            shape = comprehension_shape(inner) if isinstance(inner, Comprehension) else None
            if isinstance(shape, Let) and shape.value == Call("value", (asked,)):
                return OptionalLet(shape.name, asked, shape.then, is_flat)
    return None
