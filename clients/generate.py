"""Generates the Python client from the OpenAPI document of this checkout: `python clients/generate.py FOLDER`."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import orjson

from tradewind.app import create_app

_HERE = Path(__file__).parent
_GENERATOR = Path(sys.executable).parents[1] / "clients" / "bin" / "openapi-python-client"


def generate(target: Path) -> None:
    """Write the package into `target`, replacing what is there. Raises CalledProcessError, holding what was said."""
    with tempfile.TemporaryDirectory() as work:
        document, made = Path(work) / "openapi.json", Path(work) / "made"
        document.write_bytes(orjson.dumps(create_app().openapi()))
        subprocess.run(  # noqa: S603
            [
                *(_GENERATOR, "generate", "--path", document, "--meta", "none", "--output-path", made),
                *("--config", _HERE / "python" / "generator.yaml", "--fail-on-warning"),
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)


if __name__ == "__main__":
    try:
        generate(Path(sys.argv[1]))
    except subprocess.CalledProcessError as failure:
        raise SystemExit(failure.stdout + failure.stderr) from failure
    print(f"The Python client is in {sys.argv[1]}.")
