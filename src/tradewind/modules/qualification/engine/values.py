"""Values of answers: whether they fit their question, and how they read."""

from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from tradewind.modules.qualification.engine.flow import FlowQuestion, text_in
from tradewind.modules.qualification.engine.wording import SPOKEN, Spoken, phrase


def shown(value: Any, question: FlowQuestion, language: str, fallback: Spoken) -> str:
    """A value as people of this language write it."""
    locale = language if language in SPOKEN else fallback
    match question.kind, value:
        case _, None:
            return ""
        case "yes_no", bool():
            return phrase("yes" if value else "no", locale)
        case "choice", str():
            option = next((one for one in question.options if one.key == value), None)
            return value if option is None else text_in(option.label, locale, fallback) or value
        case "money", {"amount": amount}:
            currency = value.get("currency") or question.currency
            ends = [amount, *([value["most"]] if "most" in value else [])]
            return " – ".join(_amount(end, currency, locale) for end in ends)
        case "number", int() | float():
            return format_decimal(value, locale=locale)
        case "date", str():
            return _date(value, locale)
    return str(value)


def problem(question: FlowQuestion, value: Any, language: str) -> str | None:
    """Why a value cannot be the answer to a question, in the visitor's language; None where it can."""
    size = value.get("amount") if isinstance(value, dict) else value
    if isinstance(size, int | float) and not isinstance(size, bool) and question.kind in ("number", "money"):
        if question.minimum is not None and size < question.minimum:
            return phrase("too_small", language, limit=_limit(question, question.minimum, language))
        if question.maximum is not None and size > question.maximum:
            return phrase("too_large", language, limit=_limit(question, question.maximum, language))
    return None


def _limit(question: FlowQuestion, limit: float, language: str) -> str:
    locale = language if language in SPOKEN else "en"
    return (
        _amount(limit, question.currency, locale) if question.kind == "money" else format_decimal(limit, locale=locale)
    )


def _amount(amount: float, currency: str | None, locale: str) -> str:
    if currency is None:
        return format_decimal(amount, locale=locale)
    pattern = None if amount % 1 else "¤#,##0" if locale == "en" else "#,##0 ¤"
    return format_currency(amount, currency, format=pattern, locale=locale, currency_digits=False)


def _date(value: str, locale: str) -> str:
    if len(value) == 7:
        return format_date(date.fromisoformat(f"{value}-01"), "LLLL y", locale=locale)
    return format_date(date.fromisoformat(value), "long", locale=locale)
