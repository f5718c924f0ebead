"""Amounts of money: a number with a currency's sign, code or name."""

import re
from collections.abc import Iterator
from typing import Any

from tradewind.modules.qualification.reading import numbers
from tradewind.modules.qualification.reading.spans import Language, Span

_SIGNS = {
    "€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "US$": "USD", "A$": "AUD", "C$": "CAD", "CA$": "CAD",
    "AU$": "AUD", "R$": "BRL", "zł": "PLN", "₽": "RUB", "₺": "TRY", "₩": "KRW",
}  # fmt: skip
_CODE = "EUR|USD|GBP|CHF|CAD|AUD|NZD|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|MXN|BRL|ZAR|AED|SGD"
_NAMES = {
    r"dollars?|bucks?|dólares|dólar|dolares|us-dollar": "USD",
    r"euros?": "EUR",
    r"pounds?(?: sterling)?|quid|pfund|libras?": "GBP",
    r"swiss francs?|schweizer franken|franken|francos suizos|francs suisses": "CHF",
    r"yen": "JPY",
    r"rupees?|rupien|rupias|roupies": "INR",
    r"kronor": "SEK",
    r"zloty|złoty": "PLN",
    r"pesos?": "MXN",
    r"reais|real": "BRL",
}
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_NAME = "|".join(_NAMES)
_NUMBER = rf"{numbers.DIGITS}(?:\s?(?:{numbers.SCALE}))?"
_RANGE = rf"(?P<amount>{_NUMBER})(?:\s?(?:-|–|to|bis|à|a|and|und|y|et)\s?(?:(?:{_SIGN})\s?)?(?P<most>{_NUMBER}))?"
_BEFORE = re.compile(rf"(?<![\w])(?:(?P<sign>{_SIGN})|\b(?P<code>{_CODE})\b)\s?{_RANGE}(?![\w]|[.,]\d)", re.I)
_AFTER = re.compile(
    rf"(?<![\w.,]){_RANGE}\s?(?:(?P<sign>{_SIGN})|(?:de\s+)?(?P<code>{_CODE})\b|(?:d[e’']\s*)?(?P<name>{_NAME})\b)",
    re.I,
)
_NAME_FOLLOWS = re.compile(
    rf"\s*(?:(?P<sign>{_SIGN})|(?:de\s+)?(?P<code>{_CODE})\b|(?:d[e’']\s*)?(?P<name>{_NAME})\b)", re.I
)
_SCALED = re.compile(rf"({numbers.DIGITS})(?:\s?({numbers.SCALE}))?", re.I)


def find(text: str, language: Language) -> Iterator[Span]:
    """Amounts with a currency; a range keeps its lower end as `amount` and the upper one as `most`."""
    for pattern in (_BEFORE, _AFTER):
        for match in pattern.finditer(text):
            yield Span("money", match.start(), match.end(), _value(match))
    for span in numbers.find(text, language):
        match = _NAME_FOLLOWS.match(text, span.end)
        if match is not None:
            yield Span("money", span.start, match.end(), {"amount": span.value, "currency": _currency(match)})


def _value(match: re.Match[str]) -> dict[str, Any]:
    amount, scale = _scaled(match["amount"])
    value: dict[str, Any] = {"amount": amount, "currency": _currency(match)}
    if match["most"]:
        most, most_scale = _scaled(match["most"])
        # “5-10k”: the scale belongs to both ends.
        if scale == 1 and most_scale > 1 and amount < most / most_scale * 1.0001:
            value["amount"] = numbers.tidy(float(amount * most_scale))
        value["most"] = most
    return value


def _scaled(text: str) -> tuple[float | int, float]:
    match = _SCALED.fullmatch(text)
    assert match is not None
    scale = numbers.SCALES.get((match[2] or "").lower().rstrip("."), 1.0)
    return numbers.tidy(numbers.parse_digits(match[1]) * scale), scale


def _currency(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups.get("sign"):
        return next(code for sign, code in _SIGNS.items() if sign.lower() == groups["sign"].lower())
    if groups.get("code"):
        return groups["code"].upper()
    return next(code for names, code in _NAMES.items() if re.fullmatch(names, groups["name"], re.I))
