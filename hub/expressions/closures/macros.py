"""Comprehensions: ``all``, ``exists``, ``exists_one``, ``map``, ``filter``.

Each element costs one of the evaluation's iterations, and an error that another element outweighs is absorbed, as
``&&`` and ``||`` absorb theirs.
"""

from typing import Any

from hub.expressions.closures.frame import BUDGET, Closure, Frame
from hub.expressions.failures import EvaluationError, fail
from hub.expressions.kinds import Value, from_map_key


def quantifier(source: Closure, place: int, predicate: Closure, *, decisive: bool) -> Closure:
    """``exists`` (``decisive`` is True: one true element decides) and ``all`` (one false element decides)."""

    def ask(frame: Frame) -> bool:
        trouble: EvaluationError | None = None
        for element in _elements(source(frame)):
            left = frame[BUDGET]
            if not left:
                raise OutOfWorkError
            frame[BUDGET] = left - 1
            frame[place] = element
            try:
                answer: object = predicate(frame)
            except EvaluationError as error:
                trouble = trouble or error
                continue
            if answer is decisive:
                return decisive
            if answer is not (not decisive):
                trouble = trouble or fail("type")
        if trouble is not None:
            raise trouble
        return not decisive

    return ask


def one_holds(source: Closure, place: int, predicate: Closure) -> Closure:
    """``exists_one``."""

    def ask(frame: Frame) -> bool:
        holding = 0
        for element in _counted(frame, source(frame)):
            frame[place] = element
            holding += _holds(predicate(frame))
        return holding == 1

    return ask


def mapping(source: Closure, place: int, predicate: Closure | None, transform: Closure) -> Closure:
    """``map``, with a predicate or without."""

    def build(frame: Frame) -> list[Any]:
        found = []
        for element in _counted(frame, source(frame)):
            frame[place] = element
            if predicate is None or _holds(predicate(frame)):
                found.append(transform(frame))
        return found

    return build


def filtering(source: Closure, place: int, predicate: Closure) -> Closure:
    """``filter``."""

    def build(frame: Frame) -> list[Any]:
        found = []
        for element in _counted(frame, source(frame)):
            frame[place] = element
            if _holds(predicate(frame)):
                found.append(element)
        return found

    return build


def let(value: Closure, place: int, then: Closure) -> Closure:
    """``then``, computed with a value at a place."""

    def compute(frame: Frame) -> Value:
        frame[place] = value(frame)
        return then(frame)

    return compute


def _elements(value: Value) -> list[Any]:
    """What is gone through: a list's elements, a map's keys."""
    if type(value) is list:
        return value
    if type(value) is dict:
        return [from_map_key(key) for key in value]
    raise fail("type")


def _counted(frame: Frame, value: Value) -> list[Any]:
    """The same, where none of them will be left out: all are counted at once."""
    elements = _elements(value)
    left = frame[BUDGET] - len(elements)
    if left < 0:
        raise OutOfWorkError
    frame[BUDGET] = left
    return elements


def _holds(answer: Value) -> bool:
    if answer is True or answer is False:
        return bool(answer)
    raise fail("type")


class OutOfWorkError(Exception):
    """The evaluation repeats too often; unlike an EvaluationError, no operator absorbs this."""
