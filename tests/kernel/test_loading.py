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
_START = {
    "the web role": "import tradewind.app; tradewind.app.create_app()",
    "the worker": "import tradewind.worker; from tradewind import modules; modules.load_all()",
}


def test_starting_imports_nothing_that_can_wait() -> None:
    found = {}
    for role, code in _START.items():
        script = f"{code}; import json, sys; print(json.dumps(sorted(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        found[role] = sorted(_LATER.intersection(json.loads(done.stdout.splitlines()[-1])))
    assert found == {role: [] for role in _START}


def test_small_products_of_arrays_start_no_threads() -> None:
    script = "import tradewind, numpy, json, threadpoolctl; print(json.dumps(threadpoolctl.threadpool_info()))"
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert {one["num_threads"] for one in json.loads(done.stdout) if one["user_api"] == "blas"} == {1}
