"""Persian data: text, identifiers, dates, money. Pure functions on strings.

A function named after an identifier takes it as people and partners write it and returns its canonical form,
or raises ``IdentifierError`` with a rule id and a text for the clerk.
"""

from hub.persian.banking import card, sheba
from hub.persian.bills import (
    barcode,
    barcode_ids,
    bill_amount_rial,
    bill_barcode,
    bill_id,
    bill_service,
    payment_id,
    payment_id_of_bill,
)
from hub.persian.encodings import base64_text, cp1256_to_text, text_to_cp1256, to_base64_text
from hub.persian.errors import IdentifierError
from hub.persian.identity import legal_id, mobile, national_code
from hub.persian.jalali import (
    JalaliForm,
    iso_to_jalali,
    jalali_date,
    jalali_to_iso,
    tehran_date,
    tehran_instant,
)
from hub.persian.money import rial_from_toman, toman_from_rial, whole_amount
from hub.persian.places import (
    estate_note_number,
    postal_code,
    postal_code_doubts,
    registry_parcel,
    renovation_code,
)
from hub.persian.plates import (
    motorcycle_plate,
    numeric_plate,
    plate,
    plate_from_numeric,
    plate_to_numeric,
)
from hub.persian.text import (
    COMPARED,
    IDENTIFIER,
    STORED,
    TextRules,
    ascii_digits,
    normalise,
    persian_digits,
)

__all__ = [
    "COMPARED",
    "IDENTIFIER",
    "STORED",
    "IdentifierError",
    "JalaliForm",
    "TextRules",
    "ascii_digits",
    "barcode",
    "barcode_ids",
    "base64_text",
    "bill_amount_rial",
    "bill_barcode",
    "bill_id",
    "bill_service",
    "card",
    "cp1256_to_text",
    "estate_note_number",
    "iso_to_jalali",
    "jalali_date",
    "jalali_to_iso",
    "legal_id",
    "mobile",
    "motorcycle_plate",
    "national_code",
    "normalise",
    "numeric_plate",
    "payment_id",
    "payment_id_of_bill",
    "persian_digits",
    "plate",
    "plate_from_numeric",
    "plate_to_numeric",
    "postal_code",
    "postal_code_doubts",
    "registry_parcel",
    "renovation_code",
    "rial_from_toman",
    "sheba",
    "tehran_date",
    "tehran_instant",
    "text_to_cp1256",
    "to_base64_text",
    "toman_from_rial",
    "whole_amount",
]
