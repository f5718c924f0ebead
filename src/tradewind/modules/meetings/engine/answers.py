"""Answers to an event type's questions: checked against what was asked, never more than that."""

from collections.abc import Mapping, Sequence
from typing import Any

import phonenumbers

from tradewind.kernel.errors import FieldError
from tradewind.modules.meetings.engine.wording import one_line, paragraphs

_LONGEST_LINE, _LONGEST_TEXT = 500, 4_000


def check(
    questions: Sequence[Mapping[str, Any]], given: Mapping[str, Any], *, required: bool
) -> tuple[dict[str, Any], list[FieldError]]:
    """(answers as they are stored, what is wrong with them). Without `required`, missing ones are left out."""
    answers: dict[str, Any] = {}
    asked = {str(question["key"]): question for question in questions}
    wrong: list[FieldError] = [
        {"field": f"answers.{key}", "message": "was not asked"} for key in given if key not in asked
    ]
    for key, question in asked.items():
        value = given.get(key)
        if value is None or value == "" or (value is False and question["kind"] == "checkbox"):
            if required and question.get("required"):
                wrong.append({"field": f"answers.{key}", "message": "is needed"})
            continue
        try:
            answers[key] = _answer(question, value)
        except ValueError as problem:
            wrong.append({"field": f"answers.{key}", "message": str(problem)})
    return answers, wrong


def phone(text: str) -> str:
    """A phone number as it is stored. Raises ValueError for what is none."""
    written = one_line(text, 40)
    try:
        number = phonenumbers.parse(written, None if written.startswith("+") else "ZZ")
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and phonenumbers.is_possible_number(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if sum(one.isdigit() for one in written) < 5 or any(one.isalpha() for one in written):
        raise ValueError("is no phone number; write it like +49 30 123456")
    return written


def _answer(question: Mapping[str, Any], value: Any) -> Any:
    match question["kind"]:
        case "checkbox":
            if value is not True:
                raise ValueError("is either true or false")
            return True
        case "number":
            if isinstance(value, str):
                try:
                    value = float(value)
                except ValueError:
                    raise ValueError("is no number") from None
            if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
                raise ValueError("is no number")
            return int(value) if value == int(value) else value
        case kind if not isinstance(value, str):
            raise ValueError("is no text")
        case "select":
            if value not in question.get("options", ()):
                raise ValueError("is none of the choices")
            return value
        case "phone":
            return phone(value)
        case kind:
            longest = _LONGEST_TEXT if kind == "textarea" else _LONGEST_LINE
            if len(value) > longest:
                raise ValueError(f"may have {longest:,} characters")
            return paragraphs(value, longest) if kind == "textarea" else one_line(value, longest)
