"""Prompts with variables: `{{name}}` and nothing else. No logic, no code, no access to anything but the values."""

import re
from collections.abc import Mapping
from typing import Any

from tradewind.kernel.errors import FieldError
from tradewind.modules.ai.contracts import Material, RenderedPrompt
from tradewind.modules.ai.errors_prompts import PromptInvalid, PromptValuesInvalid
from tradewind.modules.ai.schemas_prompts import PromptContent, Variable

MAX_VALUE = 50_000
MAX_ITEMS = 200
_BRACES = re.compile(r"\\\{\{|\{\{(.*?)\}\}|\{\{|\}\}", re.DOTALL)
_NAME = re.compile(r"\s*([a-z][a-z0-9_]*)\s*")


def check(content: PromptContent) -> None:
    """Raise PromptInvalid, naming every place, unless variables and texts fit each other."""
    errors: list[FieldError] = []
    declared: dict[str, Variable] = {}
    for place, variable in enumerate(content.variables):
        if variable.name in declared:
            errors.append(_wrong(f"variables.{place}.name", f"“{variable.name}” is declared twice."))
        if (variable.type == "choice") != bool(variable.options):
            errors.append(_wrong(f"variables.{place}.options", "A choice has options; nothing else has."))
        if not variable.trusted and variable.type != "text":
            errors.append(_wrong(f"variables.{place}.trusted", "Only text can be what strangers wrote."))
        declared[variable.name] = variable
    used: set[str] = set()
    for field in ("instructions", "message"):
        for match in _BRACES.finditer(getattr(content, field)):
            name = _NAME.fullmatch(match[1] or "")
            if match[0] == "\\{{" or (match[0] == "}}" and match[1] is None):
                continue
            if name is None:
                shown = match[0] if len(match[0]) < 40 else match[0][:40] + "…"
                errors.append(
                    _wrong(field, f"“{shown}”: between braces stands the name of a variable and nothing else.")
                )
            elif name[1] not in declared:
                errors.append(_wrong(field, f"“{name[1]}” is used, but no variable has this name."))
            else:
                used.add(name[1])
    errors += [
        _wrong(f"variables.{place}.name", f"“{variable.name}” is declared, but no text uses it.")
        for place, variable in enumerate(content.variables)
        if variable.name not in used
    ]
    if errors:
        raise PromptInvalid(errors[0]["message"], errors=errors)


def check_kept(content: PromptContent, product: PromptContent) -> None:
    """Raise PromptInvalid unless a changed prompt of the product takes the values that the product gives it.

    It may do without those that are trusted.
    """
    given = {variable.name: variable for variable in product.variables}
    errors = [
        _wrong(f"variables.{place}.name", f"The product gives no value for “{variable.name}”.")
        for place, variable in enumerate(content.variables)
        if variable.name not in given
    ]
    taken = {variable.name: variable for variable in content.variables}
    for name, variable in given.items():
        own = taken.get(name)
        if own is None and not variable.trusted:
            errors.append(_wrong("variables", f"“{name}” is needed: without it the model does not see it."))
        elif own is not None and (own.type, own.trusted) != (variable.type, variable.trusted):
            errors.append(_wrong("variables", f"“{name}” stays of its type, and as trusted as it was."))
    if errors:
        raise PromptInvalid(errors[0]["message"], errors=errors)


def check_values(content: PromptContent, values: Mapping[str, Any]) -> None:
    """Raise PromptValuesInvalid, naming every value, unless they fit the variables."""
    declared = {variable.name: variable for variable in content.variables}
    errors = [_wrong(f"values.{name}", "The prompt has no such variable.") for name in values if name not in declared]
    for variable in content.variables:
        value = values.get(variable.name)
        message = _problem(variable, value)
        if message:
            errors.append(_wrong(f"values.{variable.name}", message))
    if errors:
        raise PromptValuesInvalid(f"{errors[0]['field'][7:]}: {errors[0]['message']}", errors=errors)


def render(content: PromptContent, values: Mapping[str, Any]) -> RenderedPrompt:
    """The texts with the values in place. Raises PromptValuesInvalid.

    Values are put in once: braces inside them mean nothing.
    """
    check_values(content, values)
    shown: dict[str, str] = {}
    material = []
    for variable in content.variables:
        value = values.get(variable.name)
        if variable.trusted:
            shown[variable.name] = _words(value)
        else:
            shown[variable.name] = f"the material “{variable.name}”"
            material.append(Material(variable.name, _words(value), title=variable.description, source=False))

    def put(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0].removeprefix("\\")
        return shown[match[1].strip()]

    return RenderedPrompt(_BRACES.sub(put, content.instructions), _BRACES.sub(put, content.message), tuple(material))


def _problem(variable: Variable, value: Any) -> str | None:
    """What is wrong with a value, or None."""
    if value is None or value in ("", []):
        return "A value is needed." if variable.required else None
    match variable.type:
        case "text":
            fits = isinstance(value, str) and len(value) <= MAX_VALUE
            return None if fits else f"Text of up to {MAX_VALUE:,} characters is needed."
        case "number":
            fits = isinstance(value, (int, float)) and not isinstance(value, bool)
            return None if fits else "A number is needed."
        case "boolean":
            return None if isinstance(value, bool) else "Yes or no is needed: true or false."
        case "choice":
            return None if value in variable.options else f"One of these is needed: {', '.join(variable.options)}."
        case "list":
            fits = (
                isinstance(value, list)
                and len(value) <= MAX_ITEMS
                and all(isinstance(one, str) and len(one) <= MAX_VALUE // 10 for one in value)
            )
            return None if fits else f"A list of up to {MAX_ITEMS} texts is needed."


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(f"- {one}" for one in value)
    return str(value)


def _wrong(field: str, message: str) -> FieldError:
    return {"field": field, "message": message}
