"""Adapters found by scanning a folder: one file is one adapter, and a bad file stops the start.

A kind of adapter (`modules/social/adapters/`) has `_base.py` with a class that the adapters extend and whose class
attribute `spec` is an `AdapterSpec`. Files beginning with `_` are not adapters.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from tradewind.kernel.schemas import Schema

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")

AuthKind = Literal["none", "api_key", "basic", "oauth2", "oauth2_pkce", "custom"]


class RegistryError(Exception):
    """An adapter file is broken, duplicate or incomplete; the message names the file and says what to do."""


class NoSettings(Schema):
    """For adapters that need no configuration."""


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """A limit the vendor publishes: `amount` calls in `seconds`, per `scope`, as read on `checked_on`."""

    name: str
    amount: int
    seconds: int
    scope: Literal["account", "app", "user"] = "account"
    checked_on: date


@dataclass(frozen=True, kw_only=True)
class AdapterSpec:
    """What an adapter is and can do, as data: the web app draws connect forms and buttons from it."""

    id: str
    label: str
    auth: AuthKind
    capabilities: frozenset[str] = frozenset()
    settings: type[BaseModel] = NoSettings
    limits: tuple[RateLimit, ...] = ()
    documentation_url: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """JSON-ready form for `GET …/adapters`; `settings` is a JSON Schema."""
        return {
            "id": self.id,
            "label": self.label,
            "auth": self.auth,
            "capabilities": sorted(self.capabilities),
            "settings": self.settings.model_json_schema(),
            "limits": [
                {
                    "name": limit.name,
                    "amount": limit.amount,
                    "seconds": limit.seconds,
                    "scope": limit.scope,
                    "checked_on": limit.checked_on.isoformat(),
                }
                for limit in self.limits
            ],
            "documentation_url": self.documentation_url,
            "notes": dict(self.notes),
        }


A = TypeVar("A")


class Registry(Mapping[str, type[A]], Generic[A]):
    """Adapter classes of one kind by id, in the order of their labels."""

    def __init__(self, kind: str, adapters: Mapping[str, type[A]]) -> None:
        self.kind = kind
        self._adapters = dict(sorted(adapters.items(), key=lambda item: spec_of(item[1]).label.casefold()))

    def __getitem__(self, adapter_id: str) -> type[A]:
        return self._adapters[adapter_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._adapters)

    def __len__(self) -> int:
        return len(self._adapters)

    def specs(self) -> list[AdapterSpec]:
        """The specs, by label."""
        return [spec_of(adapter) for adapter in self._adapters.values()]

    def able_to(self, capability: str) -> list[type[A]]:
        """Adapters that declare `capability`."""
        return [adapter for adapter in self._adapters.values() if capability in spec_of(adapter).capabilities]


def spec_of(adapter: type[Any]) -> AdapterSpec:
    """The spec of an adapter class."""
    return adapter.spec


def scan(
    package: str, base: type[A], *, capability_methods: Mapping[str, tuple[str, ...]] | None = None
) -> Registry[A]:
    """All adapters of the folder `package` (dotted name) that extend `base`.

    `capability_methods` says which methods a declared capability needs; by default the capability's own name.
    Raises RegistryError for a file that does not import, holds no or several adapters, reuses an id, or declares
    a capability without overriding its methods.
    """
    folder = importlib.import_module(package)
    found: dict[str, type[A]] = {}
    for info in sorted(pkgutil.iter_modules(folder.__path__), key=lambda item: item.name):
        if info.name.startswith("_"):
            continue
        where = f"{package}.{info.name}"
        adapter = _adapter_of(where, base)
        spec = _checked_spec(where, adapter)
        if spec.id in found:
            raise RegistryError(f"{where}: adapter id {spec.id!r} is already taken by {found[spec.id].__module__}.")
        _check_capabilities(where, adapter, spec, base, capability_methods or {})
        found[spec.id] = adapter
    return Registry(package, found)


def _adapter_of(where: str, base: type[A]) -> type[A]:
    try:
        module = importlib.import_module(where)
    except Exception as error:
        raise RegistryError(f"{where}: cannot be imported: {type(error).__name__}: {error}") from error
    classes = [
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, base)
        and value.__module__ == where
        and not value.__name__.startswith("_")
    ]
    if len(classes) != 1:
        names = ", ".join(cls.__name__ for cls in classes) or "none"
        raise RegistryError(f"{where}: must define exactly one {base.__name__}; found {names}.")
    return classes[0]


def _checked_spec(where: str, adapter: type[Any]) -> AdapterSpec:
    spec = vars(adapter).get("spec")
    if not isinstance(spec, AdapterSpec):
        raise RegistryError(f"{where}: {adapter.__name__} needs a class attribute `spec = AdapterSpec(…)` of its own.")
    if not _ID.fullmatch(spec.id):
        raise RegistryError(f"{where}: adapter id {spec.id!r} must match {_ID.pattern}.")
    if not spec.label.strip():
        raise RegistryError(f"{where}: adapter {spec.id!r} needs a label.")
    return spec


def _check_capabilities(
    where: str, adapter: type[Any], spec: AdapterSpec, base: type[Any], methods: Mapping[str, tuple[str, ...]]
) -> None:
    for capability in sorted(spec.capabilities):
        for name in methods.get(capability, (capability,)):
            method = getattr(adapter, name, None)
            if not callable(method) or method is getattr(base, name, None):
                raise RegistryError(f"{where}: declares capability {capability!r} but does not define {name}().")
