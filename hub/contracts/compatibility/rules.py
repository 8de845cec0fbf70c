"""The table of rules: every kind of change that a comparison can find, in Persian and English.

Whether a change is compatible is not in the table: it is proven for the change in its place. A property that
is added is harmless for old documents of a closed object, and may harm them in an open one.
"""

from collections.abc import Mapping
from types import MappingProxyType

from hub.core.values import Text

_table: dict[str, Text] = {}


def _rule(id_: str, fa: str, en: str) -> None:
    _table[id_] = Text(fa, en)


def _bound(keyword: str, fa: str, en: str) -> None:
    _rule(f"{keyword}-added", f"{fa} تعیین شد", f"{en} was set")
    _rule(f"{keyword}-removed", f"{fa} برداشته شد", f"{en} was removed")
    _rule(f"{keyword}-raised", f"{fa} بیشتر شد", f"{en} was raised")
    _rule(f"{keyword}-lowered", f"{fa} کمتر شد", f"{en} was lowered")


def _presence(keyword: str, fa: str, en: str) -> None:
    _rule(f"{keyword}-added", f"{fa} افزوده شد", f"{en} was added")
    _rule(f"{keyword}-removed", f"{fa} برداشته شد", f"{en} was removed")


def _condition(keyword: str, fa: str, en: str) -> None:
    _presence(keyword, fa, en)
    _rule(f"{keyword}-changed", f"{fa} عوض شد", f"{en} was changed")


# fmt: off
# Values
_rule("type-widened", "نوع‌های دیگری هم پذیرفته می‌شود", "More types are accepted")
_rule("type-narrowed", "برخی نوع‌ها دیگر پذیرفته نمی‌شود", "Some types are no longer accepted")
_rule("type-changed", "نوع عوض شد", "The type was changed")
_rule("enum-added", "مقدارها به فهرست محدود شد", "Values were limited to a list")
_rule("enum-removed", "محدودیت به فهرست مقدارها برداشته شد", "The list of values was removed")
_rule("enum-value-added", "مقداری به فهرست افزوده شد", "A value was added to the list")
_rule("enum-value-removed", "مقداری از فهرست برداشته شد", "A value was removed from the list")
_bound("minimum", "کمترین مقدار", "The least value")
_bound("maximum", "بیشترین مقدار", "The greatest value")
_bound("exclusive-minimum", "مرز پایین", "The lower bound")
_bound("exclusive-maximum", "مرز بالا", "The upper bound")
_condition("multiple-of", "مضرب", "The step")
_bound("min-length", "کمترین طول متن", "The least length of the text")
_bound("max-length", "بیشترین طول متن", "The greatest length of the text")
_condition("pattern", "الگوی متن", "The pattern of the text")
_condition("format", "قالب متن", "The format of the text")
# Objects
_rule("property-added", "فیلدی افزوده شد", "A property was added")
_rule("property-removed", "فیلدی برداشته شد", "A property was removed")
_rule("required-added", "فیلدی الزامی شد", "A property became required")
_rule("required-removed", "فیلدی دیگر الزامی نیست", "A property is no longer required")
_presence("pattern-property", "گروهی از فیلدها", "A group of properties")
_condition("additional-properties", "شرط فیلدهای دیگر", "The condition on other properties")
_condition("unevaluated-properties", "شرط فیلدهای بررسی‌نشده", "The condition on properties not yet judged")
_condition("property-names", "شرط نام فیلدها", "The condition on names of properties")
_condition("dependent-required", "فیلدهای الزامی در کنار فیلدی دیگر", "What is required beside a property")
_presence("dependent-schema", "شرط حضور یک فیلد", "The condition that comes with a property")
_bound("min-properties", "کمترین شمار فیلدها", "The least number of properties")
_bound("max-properties", "بیشترین شمار فیلدها", "The greatest number of properties")
# Lists
_condition("items", "شرط ردیف‌ها", "The condition on items")
_presence("prefix-item", "شرط ردیفی با جای معین", "The condition on an item at its place")
_condition("unevaluated-items", "شرط ردیف‌های بررسی‌نشده", "The condition on items not yet judged")
_condition("contains", "ردیفی که باید باشد", "The item that must be there")
_bound("min-contains", "کمترین شمار ردیف‌های چنین", "The least number of such items")
_bound("max-contains", "بیشترین شمار ردیف‌های چنین", "The greatest number of such items")
_bound("min-items", "کمترین شمار ردیف‌ها", "The least number of items")
_bound("max-items", "بیشترین شمار ردیف‌ها", "The greatest number of items")
_rule("unique-items-added", "ردیف‌ها باید متفاوت باشند", "Items must be different")
_rule("unique-items-removed", "ردیف‌ها دیگر لازم نیست متفاوت باشند", "Items need no longer be different")
# Elements and attributes of XML
_rule("element-added", "عنصری افزوده شد", "An element was added")
_rule("element-removed", "عنصری برداشته شد", "An element was removed")
_rule("min-occurs-raised", "کمترین شمار تکرار عنصر بیشتر شد", "An element must occur more often")
_rule("min-occurs-lowered", "کمترین شمار تکرار عنصر کمتر شد", "An element may occur less often")
_rule("max-occurs-raised", "بیشترین شمار تکرار عنصر بیشتر شد", "An element may occur more often")
_rule("max-occurs-lowered", "بیشترین شمار تکرار عنصر کمتر شد", "An element must occur less often")
_rule("content-changed", "ترتیب یا ترکیب عنصرها عوض شد", "The order or combination of elements was changed")
_rule("attribute-added", "صفتی افزوده شد", "An attribute was added")
_rule("attribute-removed", "صفتی برداشته شد", "An attribute was removed")
_rule("attribute-required-added", "صفتی الزامی شد", "An attribute became required")
_rule("attribute-required-removed", "صفتی دیگر الزامی نیست", "An attribute is no longer required")
_condition("wildcard", "جای آزاد برای عنصر یا صفت", "The wildcard for elements or attributes")
_condition("fixed", "مقدار ثابت", "The fixed value")
_rule("default-added", "مقدار پیش‌فرض تعیین شد", "A default was set")
_rule("default-removed", "مقدار پیش‌فرض برداشته شد", "The default was removed")
_rule("nillable-added", "عنصر می‌تواند تهی باشد", "An element may be nil")
_rule("nillable-removed", "عنصر دیگر نمی‌تواند تهی باشد", "An element may no longer be nil")
_rule("abstract-added", "خود عنصر یا نوع دیگر به کار نمی‌رود", "An element or type became abstract")
_rule("abstract-removed", "خود عنصر یا نوع به کار می‌رود", "An element or type is no longer abstract")
_rule("mixed-added", "متن میان عنصرها پذیرفته می‌شود", "Text between elements is accepted")
_rule("mixed-removed", "متن میان عنصرها پذیرفته نمی‌شود", "Text between elements is no longer accepted")
_rule("derived-type-added", "نوعی برگرفته افزوده شد", "A derived type was added")
_rule("derived-type-removed", "نوعی برگرفته برداشته شد", "A derived type was removed")
_rule("identity-changed", "شرط یکتایی یا ارجاع عوض شد", "A key, unique or keyref was changed")
_rule("namespace-changed", "فضای نام عوض شد", "The target namespace was changed")
_rule("substitution-blocked", "جایگزینی با block محدود شده است و سازگاری ثابت نمی‌شود", "Where block limits substitution nothing can be proven")
_bound("length", "طول متن", "The length of the text")
_bound("total-digits", "شمار رقم‌ها", "The number of digits")
_bound("fraction-digits", "شمار رقم‌های اعشار", "The number of fraction digits")
# Combinations
_presence("all-of", "شرطی هم‌زمان", "One of the conditions that all hold")
_presence("any-of", "یکی از شکل‌های پذیرفته", "One of the accepted forms")
_presence("one-of", "یکی از شکل‌های جدا از هم", "One of the separate forms")
_condition("not", "آنچه نباید باشد", "What must not be")
_condition("if", "پیش‌شرط", "The precondition")
_condition("then", "شرط در صورت برقراری پیش‌شرط", "The condition where the precondition holds")
_condition("else", "شرط در صورت نبود پیش‌شرط", "The condition where the precondition does not hold")
_rule("schema-changed", "شِما جایگزین شد", "The schema was replaced")
_rule("not-proven", "سازگاری این دو نسخه ثابت نشد", "It could not be proven that documents stay valid")
# fmt: on

RULES: Mapping[str, Text] = MappingProxyType(_table)
"""All rules by id."""
