"""What a start must not import: everyone would wait for what few use."""

import json
import os
import subprocess
import sys

# Imported by the first who asks (`kernel.loading`), by a job, or inside a function.
_LATER = {
    "alembic", "dns", "graphql", "lightgbm", "mcp", "mcp_types", "onnxruntime", "openpyxl", "pandas", "polars",
    "scim2_models", "scim2_server", "scipy", "sklearn", "strawberry", "tokenizers", "torch", "transformers",
    "xlsxwriter", "zxcvbn",
}  # fmt: skip
_ALL_MODULES = "import json, sys; print(json.dumps(sorted(sys.modules)))"
_WEB = """
import json
import tradewind.app
from pydantic import BaseModel
from tradewind.kernel.openapi import routes_of

def below(kind):
    for child in kind.__subclasses__():
        yield child
        yield from below(child)

routes = [vars(route) for _, route in routes_of(tradewind.app.create_app())]
models = {kind for kind in below(BaseModel) if kind.__module__.startswith("tradewind")}
built = [kind for kind in models if kind.__pydantic_complete__]
print(json.dumps([len(routes), sum("dependant" in route for route in routes), len(models), len(built)]))
"""
_WORKER = "import tradewind.worker; from tradewind import modules; modules.load_all()"


def _said(script: str) -> list[list]:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_starting_imports_analyses_and_builds_nothing_that_can_wait() -> None:
    (routes, analysed, models, built), web = _said(f"{_WEB}\n{_ALL_MODULES}")
    (worker,) = _said(f"{_WORKER}\n{_ALL_MODULES}")
    assert (_LATER.intersection(web), _LATER.intersection(worker)) == (set(), set())
    assert (routes > 600, analysed) == (True, 0)
    # Defaults and sealed answers that are made while importing.
    assert (models > 1_000, built < 60) == (True, True)


def test_small_products_of_arrays_start_no_threads() -> None:
    script = "import tradewind, numpy, json, threadpoolctl; print(json.dumps(threadpoolctl.threadpool_info()))"
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert {one["num_threads"] for one in json.loads(done.stdout) if one["user_api"] == "blas"} == {1}
