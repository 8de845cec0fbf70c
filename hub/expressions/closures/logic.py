"""``&&``, ``||``, ``!`` and ``? :``. Only real bools count; where one side decides, the other may err."""

from hub.expressions.closures.frame import Closure, Frame
from hub.expressions.failures import EvaluationError, fail
from hub.expressions.kinds import Value


def conjunction(one: Closure, other: Closure) -> Closure:
    """``one && other``."""

    def both(frame: Frame) -> bool:
        try:
            first = one(frame)
        except EvaluationError as error:
            return _absorbed(error, other, frame, deciding=False)
        if first is False:
            return False
        second = other(frame)
        if first is True and (second is True or second is False):
            return second
        if second is False:
            return False
        raise fail("type")

    return both


def disjunction(one: Closure, other: Closure) -> Closure:
    """``one || other``."""

    def either(frame: Frame) -> bool:
        try:
            first = one(frame)
        except EvaluationError as error:
            return _absorbed(error, other, frame, deciding=True)
        if first is True:
            return True
        second = other(frame)
        if first is False and (second is True or second is False):
            return second
        if second is True:
            return True
        raise fail("type")

    return either


def _absorbed(error: EvaluationError, other: Closure, frame: Frame, *, deciding: bool) -> bool:
    """What the other side decides, if it does; the first side's error if not."""
    try:
        second: object = other(frame)
    except EvaluationError:
        raise error from None
    if second is deciding:
        return deciding
    raise error


def negation(operand: Closure) -> Closure:
    """``!operand``."""

    def negate(frame: Frame) -> bool:
        value = operand(frame)
        if value is True or value is False:
            return not value
        raise fail("type")

    return negate


def choice(condition: Closure, then: Closure, otherwise: Closure) -> Closure:
    """``condition ? then : otherwise``; only the side that is chosen is computed."""

    def choose(frame: Frame) -> Value:
        decided = condition(frame)
        if decided is True:
            return then(frame)
        if decided is False:
            return otherwise(frame)
        raise fail("type")

    return choose
