import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tradewind.modules.ai.api import (
    DEEP_SENTENCE,
    EMBEDDING_DIMENSIONS,
    embed_deeply,
    embed_locally,
    embed_passages_locally,
)

# The first numbers that the model's authors and users publish for this sentence.
PUBLISHED = [0.0677, 0.0635, 0.0487, 0.0793, 0.0374]


def test_vectors_are_the_published_ones_and_do_not_depend_on_company() -> None:
    texts = ["a", "This is an example sentence", "word " * 400, "", "Each sentence is converted"] * 3
    vectors = embed_locally(texts)
    assert vectors.shape == (15, EMBEDDING_DIMENSIONS)
    assert vectors.dtype == np.float32
    assert vectors[1, :5] == pytest.approx(PUBLISHED, abs=5e-5)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    for row, text in enumerate(texts[:5]):
        assert embed_locally([text])[0] == pytest.approx(vectors[row], abs=1e-5)
    assert embed_deeply(texts)[:, DEEP_SENTENCE] == pytest.approx(vectors, abs=1e-5)
    assert embed_locally([]).shape == (0, EMBEDDING_DIMENSIONS)


def test_token_vectors_name_the_same_thing_in_other_words() -> None:
    money, parcel = (each.tokens for each in embed_passages_locally(["money", "The parcel arrived broken"]))
    assert money.shape == (1, EMBEDDING_DIMENSIONS)
    assert np.linalg.norm(parcel, axis=1) == pytest.approx(1, abs=1e-5)
    package = embed_passages_locally(["Your package came damaged"])[0].tokens
    similarity = package @ parcel.T
    assert similarity[1].argmax() == 1, "package is nearest to parcel"


def test_processes_that_start_together_share_one_graph(tmp_path: Path) -> None:
    program = (
        "from tradewind.modules.ai.api import embed_locally\n"
        "print(embed_locally(['This is an example sentence'])[0, 0])"
    )
    environment = {**os.environ, "TRADEWIND_HOME": str(tmp_path)}
    processes = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert float(process.communicate(timeout=60)[0]) == pytest.approx(PUBLISHED[0], abs=5e-5)
        assert process.returncode == 0
    assert sorted(path.suffix for path in (tmp_path / "models").iterdir()) == [".lock", ".onnx"]


def test_importing_the_interface_loads_no_runtime() -> None:
    program = "import sys, tradewind.modules.ai.api; print({'onnxruntime', 'tokenizers', 'onnx'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "set()"
