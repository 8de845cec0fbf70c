"""The check-digit arithmetic of the Iranian identifiers. All take ASCII digits only."""

_NATIONAL_CODE_LENGTH = 10
_LEGAL_ID_WEIGHTS = (29, 27, 23, 19, 17, 29, 27, 23, 19, 17)
_BILL_WEIGHTS = (2, 3, 4, 5, 6, 7)


def national_code_check_digit(first_nine: str) -> int:
    """Weights 10 to 2, modulo 11; the remainders 10 and 1 share a digit, so that not every slip is seen."""
    remainder = sum(int(digit) * (_NATIONAL_CODE_LENGTH - i) for i, digit in enumerate(first_nine)) % 11
    return remainder if remainder < 2 else 11 - remainder  # noqa: PLR2004 - the scheme's own number


def legal_id_check_digit(first_ten: str) -> int:
    """The tenth digit plus two is added to every digit; modulo 11, and 10 becomes 0."""
    shift = int(first_ten[9]) + 2
    weighted = zip(first_ten, _LEGAL_ID_WEIGHTS, strict=True)
    return sum((int(digit) + shift) * weight for digit, weight in weighted) % 11 % 10


def iban_remainder(iban: str) -> int:
    """ISO 7064 mod 97-10 over an IBAN in ASCII capitals and digits; 1 where it is sound."""
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97


def luhn_remainder(number: str) -> int:
    """ISO/IEC 7812-1 Annex B; 0 where the number is sound."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) << (place & 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - sum of the two digits
    return total % 10


def bill_check_digit(digits: str) -> int:
    """Weights 2 to 7, repeating from the right, modulo 11; the remainders 0 and 1 both give 0."""
    remainder = sum(int(digit) * _BILL_WEIGHTS[i % 6] for i, digit in enumerate(reversed(digits))) % 11
    return 0 if remainder < 2 else 11 - remainder  # noqa: PLR2004 - the scheme's own number
