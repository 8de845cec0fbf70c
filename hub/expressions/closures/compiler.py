"""From a checked syntax tree to one closure.

The compiler knows the language's forms; what each does stands in the module of its subject. What runs often gets a
form of its own: fields below a variable, comparisons with a literal, optionals that nobody keeps.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from hub.core.expressions import ExpressionSyntaxError
from hub.expressions.closures import comparing, literals, logic, macros, numbers, optionals, paths, patterns
from hub.expressions.closures.frame import BUDGET, Closure, Frame, OptionalClosure
from hub.expressions.closures.functions import COMPUTATIONS, Computation
from hub.expressions.closures.shapes import (
    Fold,
    Let,
    Loop,
    Quantifier,
    Search,
    Shape,
    comprehension_shape,
    let_shape,
)
from hub.expressions.kinds import TYPE_NAMES, TypeName, UnsignedInt
from hub.expressions.syntax_tree import (
    Call,
    Comprehension,
    Const,
    Entry,
    Ident,
    Listing,
    Node,
    Select,
    Table,
)

_ORDERS: dict[str, Computation] = {
    "_<_": comparing.less,
    "_<=_": comparing.less_or_equal,
    "_>_": comparing.greater,
    "_>=_": comparing.greater_or_equal,
}
_BINARY: dict[str, Computation] = {**_ORDERS, **numbers.BINARY, "@in": comparing.contains}
_OPERATORS: dict[str, Callable[..., Closure]] = {
    "_&&_": logic.conjunction,
    "_||_": logic.disjunction,
    "!_": logic.negation,
    "_?_:_": logic.choice,
    "_==_": comparing.equality,
    "_!=_": comparing.inequality,
    "_[_]": paths.element,
}
_OF_OPTIONALS: dict[str, Callable[..., Closure]] = {
    "hasValue": optionals.has_value,
    "value": optionals.value_of,
    "orValue": optionals.or_value,
}
_GIVE_OPTIONALS = frozenset(
    {
        "_?._",
        "_[?_]",
        "optional.of",
        "optional.none",
        "optional.ofNonZeroValue",
        "or",
        "first",
        "last",
    }
)


_MAY_LEAVE_JSON = frozenset({*numbers.BINARY, "uint", "double", "bytes", "type", "timestamp", "duration"})


class Compiled(NamedTuple):
    """A closure and what it needs to run."""

    closure: Closure
    size: int
    """Places in its frame."""
    counts: bool
    """Whether it goes through lists, and needs a budget of iterations."""
    is_json: bool
    """Whether what it gives is certainly plain JSON."""


def compile_tree(tree: Node, places: Mapping[str, int], *, is_optional: bool) -> Compiled:
    """Compile a tree over variables that lie at these places of the frame, for a value or an optional one.

    Raises ExpressionSyntaxError ``unsupported`` for a form that is not known here, and ``regex`` for a pattern that
    can never match.
    """
    compiler = _Compiler(places)
    closure = compiler.optional(tree) if is_optional else compiler.value(tree)
    return Compiled(closure, compiler.size, compiler.counts, compiler.is_json)


def gives_optional(node: Node) -> bool:
    """Whether the node is, by its form, an optional value."""
    match node:
        case Call("_?:_" | "_?_:_", (_, then, otherwise)):
            return gives_optional(then) and gives_optional(otherwise)
        case Call(function):
            return function in _GIVE_OPTIONALS
        case Select(operand, _, test_only=False):
            return gives_optional(operand)
        case Comprehension():
            shape = comprehension_shape(node)
            return isinstance(shape, Let) and gives_optional(shape.then)
        case _:
            return False


class _Compiler:
    """Compiles one tree; gives every comprehension's variable a place of its own."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self._roots = places
        self._places = dict(places)
        self.size = max(places.values(), default=BUDGET) + 1
        self.counts = False
        self.is_json = True

    def value(self, node: Node) -> Closure:
        """The closure of a value; an optional one is wrapped."""
        match node:
            case Const(constant):
                self.is_json = self.is_json and _is_json(node)
                return literals.constant(constant)
            case Ident(name):
                return self._ident(name)
            case Comprehension() if not gives_optional(node):
                return self._comprehension(node)
            case Listing():
                return self._listing(node)
            case Table(entries):
                return self._table(entries)
            case Select(operand, field, test_only=True):
                return self._has(operand, field)
            case _ if gives_optional(node):
                self.is_json = False
                return optionals.wrapped(self.optional(node))
            case Select():
                return self._select(node)
            case Call(function, args):
                return self._call(function, args)
            case _:
                raise _unsupported("this form")

    def optional(self, node: Node) -> OptionalClosure:
        """The closure of an optional value, unwrapped."""
        if not gives_optional(node):
            return optionals.unwrapped(self.value(node))
        match node:
            case Select() | Call("_?._"):
                return self._optional_field(node)
            case Call("_?_:_", (condition, then, otherwise)):
                return self._optional_choice(node, condition, then, otherwise)
            case Call(function, args):
                return self._optional_call(function, args)
            case Comprehension():
                return self._let(comprehension_shape(node))
            case _:
                raise _unsupported("this optional form")

    def _optional_call(self, function: str, args: tuple[Node, ...]) -> OptionalClosure:
        match function, args:
            case "_[?_]", (operand, key):
                return self._optional_index(operand, key)
            case "optional.of", (operand,):
                return self.value(operand)
            case "optional.none", ():
                return optionals.nothing
            case "optional.ofNonZeroValue", (Call("orValue", (operand, Const(zero))),) if not zero:
                return optionals.unless_absent_or_zero(self.optional(operand))
            case "optional.ofNonZeroValue", (operand,):
                return optionals.unless_zero(self.value(operand))
            case "or", (operand, other):
                return optionals.or_optional(self.optional(operand), self.optional(other))
            case "first" | "last", (operand,):
                return optionals.at_end(self.value(operand), 0 if function == "first" else -1)
            case _:
                raise _unsupported(f"{function}()")

    def _ident(self, name: str) -> Closure:
        place = self._place(name)
        if place is not None:
            return paths.variable(place) if place in self._roots.values() else paths.local(place)
        if name in TYPE_NAMES:
            self.is_json = False
            return literals.constant(TypeName(name))
        raise _unsupported(name)

    def _place(self, name: str) -> int | None:
        return self._roots.get(name[1:]) if name.startswith(".") else self._places.get(name)

    def _select(self, node: Select) -> Closure:
        names, operand = [node.field], node.operand
        while isinstance(operand, Select) and not operand.test_only:
            names.append(operand.field)
            operand = operand.operand
        if isinstance(operand, Ident) and (place := self._place(operand.name)) is not None:
            return paths.fields(place, names[::-1])
        return paths.field(self.value(node.operand), node.field)

    def _has(self, operand: Node, field: str) -> Closure:
        if gives_optional(operand):
            return paths.has_optional_field(self.optional(operand), field)
        return paths.has_field(self.value(operand), field)

    def _optional_field(self, node: Node) -> OptionalClosure:
        """``x.?a``, and what is selected from it: all fields from the first ``.?`` on at once."""
        names: list[str] = []
        while True:
            match node:
                case Select(operand, field) if gives_optional(operand):
                    names.append(field)
                case Call("_?._", (operand, Const(str(field)))):
                    names.append(field)
                case _:
                    break
            node = operand
        names.reverse()
        if not gives_optional(node):
            return optionals.optional_fields(self.value(node), names)
        closure = self.optional(node)
        for name in names:
            closure = optionals.optional_field(closure, name)
        return closure

    def _optional_index(self, operand: Node, key: Node) -> OptionalClosure:
        if gives_optional(operand):
            return optionals.optional_element(self.optional(operand), self.value(key))
        return optionals.element_if_there(self.value(operand), self.value(key))

    def _optional_choice(self, node: Node, condition: Node, then: Node, otherwise: Node) -> OptionalClosure:
        shape = let_shape(node)
        if shape is None:
            return logic.choice(self.value(condition), self.optional(then), self.optional(otherwise))
        optional = self.optional(shape.value)
        with self._variable(shape.name) as place:
            body = self.optional(shape.then) if shape.is_flat else self.value(shape.then)
        return optionals.mapped(optional, place, body)

    def _let(self, shape: Shape | None) -> OptionalClosure:
        if not isinstance(shape, Let):
            raise _unsupported("this comprehension")
        value = self.value(shape.value)
        with self._variable(shape.name) as place:
            body = self.optional(shape.then) if gives_optional(shape.then) else self.value(shape.then)
        return macros.let(value, place, body)

    @contextmanager
    def _variable(self, name: str) -> Iterator[int]:
        """A place for a comprehension's variable while its parts are compiled."""
        place, self.size = self.size, self.size + 1
        outer = self._places.get(name)
        self._places[name] = place
        yield place
        if outer is None:
            del self._places[name]
        else:
            self._places[name] = outer

    def _comprehension(self, node: Comprehension) -> Closure:
        shape = comprehension_shape(node)
        if isinstance(shape, Let):
            return self._let(shape)
        self.counts = True
        match shape:
            case Quantifier(loop, decisive):
                return macros.quantifier(*self._loop(loop), decisive=decisive)
            case Search(loop):
                return macros.one_holds(*self._loop(loop))
            case Fold(loop, transform):
                source = self.value(loop.source)
                with self._variable(loop.variable) as place:
                    predicate = None if loop.predicate is None else self.value(loop.predicate)
                    if predicate is not None and transform == Ident(loop.variable):
                        return macros.filtering(source, place, predicate)
                    return macros.mapping(source, place, predicate, self.value(transform))
        raise _unsupported("this comprehension")

    def _loop(self, loop: Loop) -> tuple[Closure, int, Closure]:
        source = self.value(loop.source)
        if loop.predicate is None:
            raise _unsupported("this comprehension")
        with self._variable(loop.variable) as place:
            return source, place, self.value(loop.predicate)

    def _listing(self, node: Listing) -> Closure:
        if all(isinstance(item, Const) and _is_json(item) for item in node.items):
            return literals.constant([item.value for item in node.items if isinstance(item, Const)])
        if not node.optionals:
            return literals.listing([self.value(item) for item in node.items])
        return literals.listing_with_optionals(
            [
                (self.optional(item), True) if place in node.optionals else (self.value(item), False)
                for place, item in enumerate(node.items)
            ]
        )

    def _table(self, entries: tuple[Entry, ...]) -> Closure:
        names = [
            entry.key.text for entry in entries if isinstance(entry.key, Const) and not entry.is_optional
        ]
        texts = [name for name in names if name is not None]
        if len(set(texts)) == len(entries):
            return literals.table(texts, [self.value(entry.value) for entry in entries])
        self.is_json = False
        return literals.computed_table(
            [
                literals.EntryClosures(
                    self.value(entry.key),
                    self.optional(entry.value) if entry.is_optional else self.value(entry.value),
                    entry.is_optional,
                )
                for entry in entries
            ]
        )

    def _call(self, function: str, args: tuple[Node, ...]) -> Closure:
        closure = self._with_literal(function, args)
        if closure is not None:
            return closure
        if function in _OF_OPTIONALS:
            return _OF_OPTIONALS[function](self.optional(args[0]), *map(self.value, args[1:]))
        values = [self.value(arg) for arg in args]
        if function in _OPERATORS:
            return _OPERATORS[function](*values)
        self.is_json = self.is_json and function not in _MAY_LEAVE_JSON
        computation = _BINARY.get(function) or COMPUTATIONS.get((function, len(args)))
        if computation is None:
            raise _unsupported(f"{function}()")
        return _computed(computation, values)

    def _with_literal(self, function: str, args: tuple[Node, ...]) -> Closure | None:
        """What is done with a literal, of which something can be known before it runs."""
        match function, args:
            case "_==_", (one, Const(constant)):
                return comparing.equality_to(self.value(one), constant)
            case "_!=_", (one, Const(constant)):
                return comparing.inequality_to(self.value(one), constant)
            case "@in", (element, Listing(items)) if all(isinstance(item, Const) for item in items):
                constants = [item.value for item in items if isinstance(item, Const)]
                return comparing.membership_in(self.value(element), constants)
            case "_[_]", (operand, Const(str(name))):
                return paths.named_element(self.value(operand), name)
            case "matches", (text, Const(str(pattern))):
                return _search(self.value(text), pattern)
            case _:
                return None


def _is_json(node: Const) -> bool:
    return not isinstance(node.value, UnsignedInt | bytes)


def _computed(computation: Computation, args: list[Closure]) -> Closure:
    match args:
        case [one]:
            return _of_one(computation, one)
        case [one, other]:
            return _of_two(computation, one, other)
        case _:
            return lambda frame: computation(*[arg(frame) for arg in args])


def _of_one(computation: Computation, one: Closure) -> Closure:
    return lambda frame: computation(one(frame))


def _of_two(computation: Computation, one: Closure, other: Closure) -> Closure:
    return lambda frame: computation(one(frame), other(frame))


def _search(text: Closure, pattern: str) -> Closure:
    try:
        compiled = patterns.compiled(pattern)
    except patterns.PatternError:
        raise ExpressionSyntaxError("regex", "the pattern of matches() is not valid") from None

    def search(frame: Frame) -> bool:
        return patterns.found(compiled, text(frame))

    return search


def _unsupported(what: str) -> ExpressionSyntaxError:
    return ExpressionSyntaxError("unsupported", f"{what} is not available here")
