"""What a test of a prompt demands of an answer."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from tradewind.modules.ai.errors_prompts import PromptTestInvalid
from tradewind.modules.ai.schemas_prompts import Contains, Expectation, MatchesSchema, MaxLength, NotContains

# References could lead out of the schema; patterns could keep a processor busy for years.
_REFUSED = frozenset({"$ref", "$dynamicRef", "$recursiveRef", "pattern", "patternProperties", "$schema"})
_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n\s*```\s*", re.DOTALL)
_DEPTH = 20


def check(expected: Sequence[Expectation]) -> None:
    """Raise PromptTestInvalid, naming the place, for a JSON Schema that is none or uses what is not allowed."""
    from jsonschema import Draft202012Validator, SchemaError

    for place, one in enumerate(expected):
        if not isinstance(one, MatchesSchema):
            continue
        message = None
        try:
            refused = sorted(_keywords(one.json_schema, _DEPTH) & _REFUSED)
            if refused:
                message = f"These keywords are not allowed here: {', '.join(refused)}."
            else:
                Draft202012Validator.check_schema(one.json_schema)
        except SchemaError as error:
            message = f"This is no JSON Schema: {error.message[:300]}"
        except ValueError:
            message = f"The schema is nested deeper than {_DEPTH} levels."
        if message:
            field = f"expectations.{place}.json_schema"
            raise PromptTestInvalid(message, errors=[{"field": field, "message": message}])


def failures(expected: Sequence[Expectation], answer: str) -> list[str]:
    """What was expected and did not come, in sentences; empty where the answer is as it should be."""
    return [failure for one in expected if (failure := _failure(one, answer))]


def _failure(one: Expectation, answer: str) -> str | None:
    match one:
        case Contains():
            return None if one.text.casefold() in answer.casefold() else f"“{one.text}” is missing."
        case NotContains():
            return f"“{one.text}” must not be there." if one.text.casefold() in answer.casefold() else None
        case MaxLength():
            length = len(answer)
            return f"{length:,} characters, {one.characters:,} allowed." if length > one.characters else None
        case MatchesSchema():
            return _misfit(one.json_schema, answer)


def _misfit(schema: dict[str, Any], answer: str) -> str | None:
    from jsonschema import Draft202012Validator

    fenced = _FENCED.fullmatch(answer)
    try:
        value = json.loads(fenced[1] if fenced else answer)
    except ValueError:
        return "The answer is no JSON."
    error = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    if error is None:
        return None
    where = ".".join(str(part) for part in error.absolute_path)
    return f"{where or 'The answer'}: {error.message[:300]}"


def _keywords(value: Any, depth: int) -> set[str]:
    return set(_names(value, depth))


def _names(value: Any, depth: int) -> Iterator[str]:
    if depth == 0:
        raise ValueError("too deep")
    if isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _names(one, depth - 1)
    elif isinstance(value, list):
        for one in value:
            yield from _names(one, depth - 1)
