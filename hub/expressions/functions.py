"""The hub's own functions in expressions: those of ``hub.persian``, under the same names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cel_expr_python import cel

from hub import persian
from hub.core.values import JsonValue, Text
from hub.expressions.geojson import geojson_polygon
from hub.persian import IdentifierError, JalaliForm


@dataclass(frozen=True, slots=True)
class Function:
    """One function of expressions: its name there, types of its parameters and of its result (``str``, ``int`` or ``dict``)."""

    name: str
    parameters: tuple[type, ...]
    result: type
    call: Callable[..., str | int | dict[str, JsonValue]]


def _form(name: str) -> JalaliForm:
    try:
        return JalaliForm(name)
    except ValueError as error:
        known = "، ".join(form.value for form in JalaliForm)
        raise IdentifierError(
            "jalali-form.unknown",
            Text(f"شکل تاریخ باید یکی از این‌ها باشد: {known}", f"the form of a date is one of {known}"),
        ) from error


def _compared(text: str) -> str:
    return persian.normalise(text, persian.COMPARED)


def _of_century(text: str, century: int) -> str:
    return persian.jalali_to_iso(text, century=century)


def _in_form(text: str, form: str) -> str:
    return persian.iso_to_jalali(text, _form(form))


_TEXT = (str,)
FUNCTIONS = (
    Function("normalise", _TEXT, str, persian.normalise),
    Function("compared", _TEXT, str, _compared),
    Function("digits", _TEXT, str, persian.ascii_digits),
    Function("persian_digits", _TEXT, str, persian.persian_digits),
    Function("national_code", _TEXT, str, persian.national_code),
    Function("legal_id", _TEXT, str, persian.legal_id),
    Function("mobile", _TEXT, str, persian.mobile),
    Function("sheba", _TEXT, str, persian.sheba),
    Function("card", _TEXT, str, persian.card),
    Function("postal_code", _TEXT, str, persian.postal_code),
    Function("plate", _TEXT, str, persian.plate),
    Function("plate_to_numeric", _TEXT, str, persian.plate_to_numeric),
    Function("plate_from_numeric", _TEXT, str, persian.plate_from_numeric),
    Function("motorcycle_plate", _TEXT, str, persian.motorcycle_plate),
    Function("registry_parcel", _TEXT, str, persian.registry_parcel),
    Function("estate_note_number", _TEXT, str, persian.estate_note_number),
    Function("renovation_code", _TEXT, str, persian.renovation_code),
    Function("bill_id", _TEXT, str, persian.bill_id),
    Function("payment_id", _TEXT, str, persian.payment_id),
    Function("payment_id_of_bill", (str, str), str, persian.payment_id_of_bill),
    Function("bill_barcode", (str, str), str, persian.bill_barcode),
    Function("bill_amount_rial", _TEXT, int, persian.bill_amount_rial),
    Function("rial_from_toman", (int,), int, persian.rial_from_toman),
    Function("toman_from_rial", (int,), int, persian.toman_from_rial),
    Function("whole_amount", _TEXT, int, persian.whole_amount),
    Function("jalali_date", _TEXT, str, persian.jalali_date),
    Function("jalali_to_iso", _TEXT, str, persian.jalali_to_iso),
    Function("jalali_to_iso", (str, int), str, _of_century),
    Function("iso_to_jalali", _TEXT, str, persian.iso_to_jalali),
    Function("iso_to_jalali", (str, str), str, _in_form),
    Function("tehran_date", _TEXT, str, persian.tehran_date),
    Function("tehran_instant", (str, str), str, persian.tehran_instant),
    Function("base64_text", _TEXT, str, persian.base64_text),
    Function("to_base64_text", _TEXT, str, persian.to_base64_text),
    Function("geojson_polygon", _TEXT, dict, geojson_polygon),
)
"""All of them, overloads one by one."""

_TYPES = {str: cel.Type.STRING, int: cel.Type.INT, dict: cel.Type.MAP}


def declarations() -> list[Any]:
    """The functions as the checker of types takes them."""
    by_name: dict[str, list[Any]] = {}
    for function in FUNCTIONS:
        parameters = [_TYPES[kind] for kind in function.parameters]
        overload_id = "_".join([function.name, *(kind.__name__ for kind in function.parameters)])
        by_name.setdefault(function.name, []).append(
            cel.Overload(overload_id, _TYPES[function.result], parameters)
        )
    return [cel.FunctionDecl(name, overloads) for name, overloads in by_name.items()]
