"""The case that the demo tells: what is asked, and how each step must end. Persons and parcels are invented."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.core.exchange import State
from hub.core.values import JsonValue, Text

CASE = "1405-0017"
TITLE = Text(
    "پرونده‌ی ۱۴۰۵-۰۰۱۷: انتقال ملک مریم کاظمی‌نژاد و پرداخت عوارض نوسازی",
    "Case 1405-0017: Maryam Kazeminezhad's property changes hands, and her renovation charge is paid",
)
REGISTRY_OFFICE = "registry_office"
"""The simulated partner that goes down and comes back."""


@dataclass(frozen=True, slots=True)
class Step:
    """One exchange of the case."""

    title: Text
    contract: str
    version: str
    example: str
    """The example beside the contract that is sent."""
    state: State
    """How the exchange must end."""
    told: Text
    """What that means, if it ends so."""
    says: Mapping[str, JsonValue] = field(default_factory=dict)
    """What the answer must say, reply or problem, by JSON pointer."""
    code: str = ""
    """The problem's code, where it must end in one."""
    pointer: str = ""
    """The field that the problem must name."""
    partner_mode: str = ""
    """The mode that the registry office is put into before."""


STEPS: tuple[Step, ...] = (
    Step(
        Text("کارمند کد ملی را اشتباه وارد می‌کند", "The clerk mistypes the national code"),
        "civil.identity-inquiry",
        "1.0",
        "invalid/wrong-check-digit",
        State.REJECTED,
        Text(
            "پذیرفته نشد و فیلد نادرست نام برده شد؛ چیزی به ثبت احوال نرفت",
            "refused with the field named; nothing went to the civil registry",
        ),
        code="request.invalid",
        pointer="/national_code",
    ),
    Step(
        Text("با کد درست از ثبت احوال می‌پرسد", "With the right code the civil registry is asked who she is"),
        "civil.identity-inquiry",
        "1.0",
        "valid/alive",
        State.COMPLETED,
        Text("هویت تأیید شد و ایشان در قید حیات است", "her identity is confirmed, and she is alive"),
        says={"/result": "found", "/person/national_code": "9990000018"},
    ),
    Step(
        Text("مالکیت ملک را از سازمان ثبت می‌پرسد", "The registry office is asked who owns the property"),
        "registry.title-inquiry",
        "1.1",
        "valid/one-owner",
        State.COMPLETED,
        Text(
            "مالک شش دانگ است؛ ملک نه در رهن است و نه بازداشت",
            "she owns all of it; it is neither mortgaged nor arrested",
        ),
        says={
            "/result": "found",
            "/estate/owners/0/national_code": "9990000018",
            "/estate/mortgaged": False,
            "/estate/arrested": False,
        },
    ),
    Step(
        Text(
            "سازمان ثبت از دسترس خارج می‌شود؛ ملک دوم پرسیده می‌شود",
            "The registry office goes down; her second property is asked about",
        ),
        "registry.title-inquiry",
        "1.1",
        "valid/mortgaged",
        State.FAILED,
        Text(
            "پیوند می‌گوید سازمان مقصد در دسترس نیست، و دوباره پرسیدن بی‌خطر است",
            "the hub says that the partner cannot be reached, and that it is safe to ask again",
        ),
        code="partner.unreachable",
        says={"/origin": "partner", "/retryable": True},
        partner_mode="down",
    ),
    Step(
        Text(
            "سازمان ثبت برمی‌گردد؛ دوباره پرسیده می‌شود",
            "The registry office is back; the question is asked again",
        ),
        "registry.title-inquiry",
        "1.1",
        "valid/mortgaged",
        State.COMPLETED,
        Text("ملک دوم در رهن است", "the second property is mortgaged"),
        says={"/result": "found", "/estate/mortgaged": True},
        partner_mode="up",
    ),
    Step(
        Text(
            "پرداخت ۱۷٬۰۰۰٬۰۰۰ ریال عوارض نزد به‌پرداخت قطعی می‌شود",
            "The payment of 17,000,000 Rial is made final at Behpardakht",
        ),
        "payment.verify",
        "1.0",
        "valid/paid",
        State.COMPLETED,
        Text("پرداخت قطعی شد", "the payment is final"),
        says={"/result": "verified"},
    ),
)
