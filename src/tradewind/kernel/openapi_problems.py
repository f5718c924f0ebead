"""Every error code of the product with its meaning, and which of them an operation can answer.

Both are read from the code: the subclasses of AppError, the places that give one another `code`, and what the
function of a route can reach through the functions it names. Reaching is judged generously: a code may be listed that
no request brings about, but none that one does is missing.
"""

import ast
import dis
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tradewind.kernel.errors import AppError

_PACKAGE = Path(__file__).parents[1]
_ROOT = __name__.partition(".")[0]
_PLACEHOLDER = "…"


@dataclass(frozen=True, slots=True)
class Problem:
    """One error code: `status` of the answer, `title` as sent, `meaning` for who reads the list."""

    code: str
    status: int
    title: str
    meaning: str


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Problem]:
    """All codes by name; a part that is made at run time is written `…`, e.g. `kernel.rate_limited.…`."""
    kinds = (AppError, *_kinds(AppError))
    found: dict[str, Problem] = {}
    for kind in kinds:
        if "code" in vars(kind):
            meaning = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " ")
            found[kind.code] = Problem(kind.code, kind.status, kind.title, meaning)
    by_name = {kind.__name__: kind for kind in kinds}
    for callee, code, detail in _given_codes():
        kind = by_name.get(callee)
        if kind is not None and code not in found:
            found[code] = Problem(code, kind.status, kind.title, detail)
    return dict(sorted(found.items()))


def reachable(endpoint: Callable[..., Any]) -> set[str]:
    """Codes that the function can raise itself or through what it names."""
    found: set[str] = set()
    pending: list[Any] = [endpoint]
    seen: set[int] = set()
    while pending:
        function = inspect.unwrap(pending.pop())
        if id(function) in seen:
            continue
        seen.add(id(function))
        codes, named = _content(function)
        found |= codes
        pending += named
    return found


def _kinds(kind: type[AppError]) -> Iterator[type[AppError]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith(f"{_ROOT}."):
            yield each
        yield from _kinds(each)


@cache
def _content(function: FunctionType) -> tuple[frozenset[str], tuple[FunctionType, ...]]:
    """(codes that stand in the function, functions of ours that it names)."""
    codes: set[str] = set()
    named: list[FunctionType] = []
    known = catalogue()
    for code in _codes(function.__code__):
        codes |= {const for const in code.co_consts if isinstance(const, str) and const in known}
        for subject in _named(code, function.__globals__):
            if inspect.isclass(subject) and issubclass(subject, AppError):
                codes.add(subject.code)
                codes |= _codes_made(subject)
            elif inspect.isclass(subject) and subject.__module__.startswith(_ROOT):
                members = [member for kind in subject.__mro__ for member in vars(kind).values()]
                named += [method for method in map(_plain, members) if method is not None and _is_ours(method)]
            elif isinstance(subject, FunctionType) and subject.__module__.startswith(_ROOT):
                named.append(subject)
    return frozenset(codes), tuple(named)


def _is_ours(function: FunctionType) -> bool:
    return function.__module__.startswith(f"{_ROOT}.")


def _plain(member: Any) -> FunctionType | None:
    """The function behind a class's member, if there is one."""
    if isinstance(member, staticmethod | classmethod):
        member = member.__func__
    return member if isinstance(member, FunctionType) else None


def _codes_made(kind: type[AppError]) -> set[str]:
    """Codes with a part made at run time by the error's own constructor, e.g. `identity.sso_…`."""
    own = vars(kind).get("__init__")
    if own is None:
        return set()
    parts = [const for const in own.__code__.co_consts if isinstance(const, str)]
    return {code for code in catalogue() if code.endswith(_PLACEHOLDER) and code.removesuffix(_PLACEHOLDER) in parts}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _codes(const)


def _named(code: CodeType, scope: dict[str, Any]) -> Iterator[Any]:
    """What a code object names: its globals, and where a global is a module of ours, that module's members."""
    instructions = list(dis.get_instructions(code))
    for at, instruction in enumerate(instructions):
        if instruction.opname != "LOAD_GLOBAL":
            continue
        following = instructions[at + 1].opname if at + 1 < len(instructions) else ""
        subject = scope.get(instruction.argval)
        if isinstance(subject, ModuleType):
            if subject.__name__.startswith(f"{_ROOT}."):
                members = vars(subject)
                yield from (members[name] for name in code.co_names if name in members)
        elif following != "CHECK_EXC_MATCH":
            # What is only caught here is not raised here.
            yield subject


@lru_cache(maxsize=1)
def _given_codes() -> list[tuple[str, str, str]]:
    """(class, code, detail) of all calls in our source that give an error another code than its class has."""
    found = []
    for path in sorted(_PACKAGE.rglob("*.py")):
        source = path.read_text("utf-8")
        if "code=" not in source:
            continue
        for owner, node in _calls(ast.parse(source)):
            code = next((_text(keyword.value) for keyword in node.keywords if keyword.arg == "code"), None)
            if code is None or "." not in code:
                continue
            own = isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"
            detail = _text(node.args[0]) if node.args and not own else None
            found.append((owner if own else _name(node.func), code, detail or ""))
    return found


def _calls(node: ast.AST, owner: str = "") -> Iterator[tuple[str, ast.Call]]:
    """All calls below a node, each with the class it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield owner, child
        yield from _calls(child, child.name if isinstance(child, ast.ClassDef) else owner)


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _text(node: ast.expr) -> str | None:
    """A constant text; what an f-string fills in is written `…`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else _PLACEHOLDER for part in node.values]
        return "".join(str(part) for part in parts)
    return None
