"""Modules meet only at their facades: `api`, `contracts`, `events` (and `errors` to re-raise)."""

from pathlib import Path

import grimp

from tradewind import modules

FACADE = {"api", "contracts", "events", "errors", "conditions", "permissions", "channels"}
ROOT = "tradewind.modules."


def test_modules_meet_only_at_their_facades() -> None:
    graph = grimp.build_graph("tradewind", include_external_packages=False)
    wrong = []
    for importer in graph.modules:
        if not importer.startswith(ROOT):
            continue
        own = importer.split(".")[2]
        for imported in graph.find_modules_directly_imported_by(importer):
            parts = imported.split(".")
            # events.py may be split by subject: events_deals.py
            role = parts[3].split("_")[0] if len(parts) > 3 else None
            if imported.startswith(ROOT) and parts[2] != own and role not in FACADE:
                wrong.append(f"{importer} imports {imported}")
    assert wrong == []


def test_adapters_know_no_tables() -> None:
    graph = grimp.build_graph("tradewind", include_external_packages=True)
    wrong = [
        f"{importer} imports {imported}"
        for importer in graph.modules
        if ".adapters." in importer
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported.startswith("sqlalchemy") or ".models" in imported
    ]
    assert wrong == []


def test_every_module_is_a_package_with_a_docstring() -> None:
    folder = Path(modules.__path__[0])
    for name in modules.names():
        text = (folder / name / "__init__.py").read_text()
        assert text.lstrip().startswith('"""'), f"modules/{name}/__init__.py says nothing about the module"
