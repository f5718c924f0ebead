"""Numbers that states give to people, told from other numbers by their checksums, dates and fixed forms."""

import re
from collections.abc import Callable, Iterator
from datetime import date

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_HETU_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_FISCAL_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_VERHOEFF_PRODUCT = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_VERHOEFF_PLACE = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4), (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7), (9, 4, 5, 3, 1, 2, 6, 8, 7, 0), (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5), (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)  # fmt: skip


def luhn(digits: str) -> bool:
    """Whether the last digit is right by Luhn's rule."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _german(digits: str) -> bool:
    """Steuer-Identifikationsnummer: one digit comes two or three times; ISO 7064 mod 11, 10."""
    repeated = [count for count in (digits[:10].count(one) for one in "0123456789") if count > 1]
    if digits[0] == "0" or len(repeated) != 1 or repeated[0] > 3:
        return False
    product = 10
    for digit in digits[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def _polish(digits: str) -> bool:
    """PESEL: the month carries the century."""
    century = {8: 1800, 0: 1900, 2: 2000, 4: 2100, 6: 2200}[int(digits[2]) // 2 * 2]
    dated = _is_date(century + int(digits[:2]), int(digits[2:4]) % 20, int(digits[4:6]))
    return dated and (10 - _weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10) % 10 == int(digits[10])


def _norwegian(digits: str) -> bool:
    first = (11 - _weighted(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11) % 11
    second = (11 - _weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11
    dated = _is_date(2000 + int(digits[4:6]), int(digits[2:4]), int(digits[:2]) % 40)
    return dated and (first, second) == (int(digits[9]), int(digits[10]))


def _turkish(digits: str) -> bool:
    odd, even = sum(map(int, digits[0:9:2])), sum(map(int, digits[1:8:2]))
    last = sum(map(int, digits[:10])) % 10
    return digits[0] != "0" and (odd * 7 - even) % 10 == int(digits[9]) and last == int(digits[10])


def _swedish(digits: str) -> bool:
    digits = digits[-10:]
    return _is_date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6])) and luhn(digits)


def _swiss(digits: str) -> bool:
    return (10 - _weighted(digits, (1, 3) * 6) % 10) % 10 == int(digits[12])


def _brazilian(digits: str) -> bool:
    def check(part: str) -> int:
        rest = sum(int(digit) * weight for digit, weight in zip(part, range(len(part) + 1, 1, -1), strict=True)) % 11
        return 0 if rest < 2 else 11 - rest

    return len(set(digits)) > 1 and (check(digits[:9]), check(digits[:10])) == (int(digits[9]), int(digits[10]))


def _indian(digits: str) -> bool:
    """Aadhaar: Verhoeff's scheme."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _VERHOEFF_PRODUCT[check][_VERHOEFF_PLACE[place % 8][int(digit)]]
    return check == 0


def _belgian(digits: str) -> bool:
    born = digits[:9]
    return int(digits[9:]) in (97 - int(born) % 97, 97 - int("2" + born) % 97)


def _dutch(digits: str) -> bool:
    return _weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and set(digits) != {"0"}


def _french(number: str) -> bool:
    body, key = number[:13].replace("2A", "19").replace("2B", "18"), number[13:]
    return body.isdigit() and 97 - int(body) % 97 == int(key)


def _spanish(number: str) -> bool:
    digits = number[:-1].translate(str.maketrans("XYZ", "012"))
    return _DNI_LETTERS[int(digits) % 23] == number[-1]


def _italian(code: str) -> bool:
    def value(character: str) -> int:
        return int(character) if character.isdigit() else ord(character) - ord("A")

    total = sum(_FISCAL_ODD[value(one)] if place % 2 == 0 else value(one) for place, one in enumerate(code[:15]))
    return chr(ord("A") + total % 26) == code[15]


def _finnish(number: str) -> bool:
    dated = _is_date(2000 + int(number[4:6]), int(number[2:4]), int(number[:2]))
    return dated and _HETU_CHARACTERS[int(number[:6] + number[7:10]) % 31] == number[10]


def _american(digits: str) -> bool:
    area = int(digits[:3])
    return area not in (0, 666) and area < 900 and digits[3:5] != "00" and digits[5:] != "0000"


def _british(number: str) -> bool:
    return number[:2] not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


# Form and proof of each number. The forms are narrow where the proof is weak; the group `n` is the number itself.
_FORMS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (r"(?P<n>\d{2} ?\d{3} ?\d{3} ?\d{3})", _german),
    (r"(?P<n>\d{11})", _polish),
    (r"(?P<n>\d{6} ?\d{5})", _norwegian),
    (r"(?P<n>\d{11})", _turkish),
    (r"(?P<n>(?:19|20)?\d{6}[-+]\d{4})", _swedish),
    (r"(?P<n>756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2})", _swiss),
    (r"(?P<n>\d{3}\.\d{3}\.\d{3}-\d{2})", _brazilian),
    (r"(?P<n>[2-9]\d{3} \d{4} \d{4})", _indian),
    (r"(?P<n>\d{2}[.]?\d{2}[.]?\d{2}-\d{3}[.]?\d{2})", _belgian),
    (r"(?i:bsn|burgerservicenummer|sofi-?nummer)\W{0,3}(?P<n>\d{4}[. ]?\d{2}[. ]?\d{3})", _dutch),
    (r"(?P<n>[12] ?\d{2} ?\d{2} ?\d[\dABab] ?\d{3} ?\d{3} ?\d{2})", _french),
    (r"(?P<n>(?:\d{8}|[XYZxyz][- ]?\d{7})[- ]?[A-Za-z])", _spanish),
    (r"(?P<n>(?i:[A-Z]{6}[\dLMNPQRSTUV]{2}[ABCDEHLMPRST][\dLMNPQRSTUV]{2}[A-Z][\dLMNPQRSTUV]{3}[A-Z]))", _italian),
    (r"(?P<n>\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y])", _finnish),
    (r"(?P<n>\d{3}-\d{2}-\d{4})", _american),
    (r"(?P<n>[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D])", _british),
)
_PATTERNS = tuple((re.compile(rf"(?<![\w.-]){form}(?![\w-])", re.ASCII), proof) for form, proof in _FORMS)
# Every form has one of these in it; the forms are tried around them alone.
_PLACES = re.compile(r"\d[\d .+-]{4,40}\d|\b(?i:[A-Z]{6}\d{2}[A-Z]\d{2}[\dA-Z]{5})\b", re.ASCII)
_SEPARATORS = str.maketrans("", "", " .-+")


def find_national_ids(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each number in `text` that proves to be one of those this file knows."""
    for place in _PLACES.finditer(text):
        yield from _find(text, max(0, place.start() - 30), min(len(text), place.end() + 12))


def _find(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for pattern, proof in _PATTERNS:
        for match in pattern.finditer(text, start, end):
            number = match["n"]
            # The sign of a Finnish number is its century, not a separator.
            plain = number if proof is _finnish else number.translate(_SEPARATORS).upper()
            if proof(plain):
                yield match.span("n")
