"""Why an expression cannot be evaluated, or not even compiled, in words that repeat no value (G10)."""

import difflib
import re
from collections.abc import Iterable

from hub.core.expressions import ExpressionSyntaxError
from hub.core.values import Text

FAILURES = {
    "missing-variable": Text("یک متغیر عبارت داده نشده است", "a variable of the expression is not given"),
    "missing-field": Text(
        "فیلدی که عبارت می‌خواهد در پیام نیست", "a field that the expression reads is missing"
    ),
    "not-an-object": Text(
        "عبارت فیلدی از چیزی می‌خواهد که شیء نیست", "a field is read from something that is not an object"
    ),
    "index": Text("شماره بیرون از فهرست است", "an index is outside of its list"),
    "type": Text(
        "نوع مقدارها با عملگر نمی‌خواند", "an operator or function does not take values of these types"
    ),
    "division": Text("تقسیم بر صفر", "division by zero"),
    "range": Text("عدد از بازه بیرون می‌زند", "a number is out of range"),
    "conversion": Text(
        "مقدار به نوع خواسته‌شده برنمی‌گردد", "a value cannot be converted to the type asked for"
    ),
    "regex": Text("الگوی matches درست نیست", "the pattern of matches() is not valid"),
    "too-much-work": Text("عبارت بیش از اندازه تکرار می‌کند", "the expression repeats too often"),
    "not-bool": Text("نتیجه‌ی شرط درست یا نادرست نیست", "the condition gives neither true nor false"),
    "function": Text("یک تابع مقدار را نپذیرفت", "a function refused its value"),
    "value": Text("عدد صحیح در ۶۴ بیت جا نمی‌شود", "an integer beyond 64 bits"),
    "no-value": Text("مقدار اختیاری خالی است", "an optional holds no value"),
}
"""Every code an ExpressionError may have, but ``result``, whose texts say what is wrong with it."""


class EvaluationError(Exception):
    """An evaluation that failed, on its way out of the closures; see ``hub.core.expressions.ExpressionError``.

    Never holds a value, nor does anything it was raised from (G10).
    """

    def __init__(self, code: str, text: Text, function: str = "", rule: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.function = function
        self.rule = rule


def fail(code: str, text: Text | None = None) -> EvaluationError:
    """The error of a code, with that code's text if none is given."""
    return EvaluationError(code, FAILURES[code] if text is None else text)


def missing_field(field: str) -> Text:
    """The text for a missing field whose name the expression itself holds."""
    text = FAILURES["missing-field"]
    return Text(f"{text.fa}: {field}", f"{text.en}: {field}")


_COMPILE_ERROR = re.compile(r"ERROR: <input>:(-?[0-9]+):(-?[0-9]+): ([^\n]*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '([^']*)'")


def syntax_error(message: str, text: str, known_names: Iterable[str]) -> ExpressionSyntaxError:
    """What the compiler says, with the first error's place and a hint on how to mend it."""
    if "recursion" in message:
        return ExpressionSyntaxError("too-deep", "the expression is nested too deeply", hint="split it up")
    match = _COMPILE_ERROR.search(message)
    if match is None:
        return ExpressionSyntaxError("syntax", message.split("\n", 1)[0])
    line, column, detail = (
        max(int(match[1]), 0),
        max(int(match[2]), 0),
        match[3].removesuffix(" [INVALID_ARGUMENT]"),
    )
    if undeclared := _UNDECLARED.search(detail):
        name = undeclared[1]
        near = difflib.get_close_matches(name.split(".")[0], list(known_names), n=1)
        hint = f"did you mean {near[0]}?" if near else ""
        return ExpressionSyntaxError(
            "unknown-name", f"there is no {name} here", line=line, column=column, hint=hint
        )
    if overload := _OVERLOAD.search(detail):
        return ExpressionSyntaxError(
            "type",
            f"{overload[1].strip('_@')} does not take {overload[2]}",
            line=line,
            column=column,
            hint="convert with string(), int() or double()",
        )
    return ExpressionSyntaxError(
        "syntax", detail.removeprefix("Syntax error: "), line=line, column=column, hint=_hint(text)
    )


_SYMBOLS = {"and": "&&", "or": "||", "not": "!"}


def _hint(text: str) -> str:
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "''", text)
    if re.search(r"(?<![=!<>])=(?!=)", bare):
        return "compare with =="
    if word := re.search(r"\b(and|or|not)\b", bare):
        return f"write {_SYMBOLS[word[1]]} for {word[1]}"
    if bare.count("'") % 2 or bare.count('"') % 2:
        return "a quotation mark is missing"
    if any(bare.count(opened) != bare.count(closed) for opened, closed in ("()", "[]", "{}")):
        return "a bracket is missing"
    if not bare.isascii():
        return "field names beyond ASCII go in brackets: source['نام']"
    return ""
