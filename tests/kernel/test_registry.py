"""The registry finds adapters by itself, and a bad file stops the start with a message that names it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tradewind.kernel.registry import Registry, RegistryError, scan

BASE = """
from typing import ClassVar
from tradewind.kernel.registry import AdapterSpec

class Greeter:
    spec: ClassVar[AdapterSpec]
    def greet(self, name): raise NotImplementedError
    def wave(self): raise NotImplementedError
"""
ADAPTER = """
from pydantic import BaseModel, Field
from tradewind.kernel.registry import AdapterSpec
from {package}._base import Greeter

class Settings(BaseModel):
    tone: str = Field(title="Tone")

class {name}Greeter(Greeter):
    spec = AdapterSpec(
        id="{id}", label="{label}", auth="none", capabilities=frozenset({{{capabilities}}}), settings=Settings
    )
    def greet(self, name): return name
"""

Make = Callable[..., Registry]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Write files into a fresh package and scan it."""
    package = f"adapters_{abs(hash(tmp_path))}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "_base.py").write_text(BASE)
    monkeypatch.syspath_prepend(str(tmp_path))

    def write_and_scan(**files: str | dict[str, str]) -> Registry:
        for name, content in files.items():
            if isinstance(content, dict):
                values = {"package": package, "name": name.title(), "id": name, "label": name.title()}
                content = ADAPTER.format(**{"capabilities": '"greet"', **values, **content})
            (folder / f"{name}.py").write_text(content)
        base = __import__(f"{package}._base", fromlist=["Greeter"]).Greeter
        return scan(package, base)

    yield write_and_scan
    for name in [name for name in sys.modules if name.startswith(package)]:
        del sys.modules[name]


def test_adapters_are_found_and_sorted_by_label(make: Make) -> None:
    registry = make(zulu={"label": "Alpha"}, local={"label": "Local"}, _notes="raise RuntimeError")
    assert list(registry) == ["zulu", "local"]
    assert [spec.label for spec in registry.specs()] == ["Alpha", "Local"]
    assert registry["local"]().greet("Ada") == "Ada"
    assert [adapter.spec.id for adapter in registry.able_to("greet")] == ["zulu", "local"]
    assert registry.able_to("wave") == []


def test_a_spec_describes_its_settings(make: Make) -> None:
    description = make(local={}).specs()[0].describe()
    assert description["settings"]["properties"]["tone"]["title"] == "Tone"
    assert description["capabilities"] == ["greet"]


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"one": {"id": "same"}, "two": {"id": "same"}}, "'same' is already taken by .*one"),
        ({"broken": "import nothing_of_this_name"}, "broken: cannot be imported: ModuleNotFoundError"),
        ({"typo": "def ("}, "typo: cannot be imported: SyntaxError"),
        ({"empty": "x = 1"}, "empty: must define exactly one Greeter; found none"),
        ({"odd": {"id": "Odd Id"}}, "odd: adapter id 'Odd Id' must match"),
        ({"bare": {"label": " "}}, "bare: adapter 'bare' needs a label"),
        ({"liar": {"capabilities": '"greet", "wave"'}}, "liar: declares capability 'wave' but does not define wave"),
    ],
)
def test_a_bad_file_stops_the_start(make: Make, files: dict, complaint: str) -> None:
    with pytest.raises(RegistryError, match=complaint):
        make(**files)


def test_an_adapter_without_spec_is_named(make: Make) -> None:
    source = ADAPTER.format(package="{package}", name="Bare", id="bare", label="Bare", capabilities="")
    make(good={})
    package = next(name for name in sys.modules if name.startswith("adapters_") and "." not in name)
    source = source.replace("{package}", package).replace("spec =", "other =")
    with pytest.raises(RegistryError, match="bare: BareGreeter needs a class attribute"):
        make(bare=source)
