"""A trained score: boosters, encoding, calibration and bands; stored as compressed JSON, never as pickled code."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import orjson

from tradewind.modules.scoring.engine import calibration
from tradewind.modules.scoring.engine.calibration import Calibrator
from tradewind.modules.scoring.engine.encoding import Encoder
from tradewind.modules.scoring.engine.features import Subject
from tradewind.modules.scoring.engine.metrics import Floats
from tradewind.modules.scoring.engine.trees import Forest

FORMAT = 1
Band = Literal["cold", "cool", "warm", "hot"]
BANDS: tuple[Band, ...] = ("cold", "cool", "warm", "hot")
LEAST_EVIDENCE = 2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Raw scores (logits) from which a lead is hot, warm or cool."""

    hot: float
    warm: float
    cool: float

    def bands(self, raw: Floats) -> np.ndarray:
        """Index into BANDS (n,) of raw scores (n,)."""
        return (raw >= self.hot).astype(np.int8) + (raw >= self.warm) + (raw >= self.cool)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Scores of n leads. `contributions` (n, features) + `base` sums to `raw` (logits) for every row."""

    raw: Floats
    probability: Floats
    band: np.ndarray
    evidence: np.ndarray
    contributions: Floats
    base: float
    values: list[list[Any]]

    @property
    def score(self) -> np.ndarray:
        """0–100 (n,): the calibrated probability in whole percent."""
        return np.rint(100 * self.probability).astype(np.int16)


@dataclass(slots=True)
class Model:
    """Everything needed to score leads and to say why."""

    encoder: Encoder
    booster_texts: list[str]
    calibrator: Calibrator
    thresholds: Thresholds
    _forest: Forest | None = None

    def predict(self, subjects: Sequence[Subject]) -> Prediction:
        """Score subjects with exact reasons."""
        values = self.encoder.read(subjects)
        matrix = self.encoder.matrix(values)
        contributions = self.forest().contributions(matrix)
        raw = contributions.sum(axis=1) + self.forest().base
        return Prediction(
            raw=raw,
            probability=calibration.apply(self.calibrator, raw),
            band=self.thresholds.bands(raw),
            evidence=self.encoder.evidence(matrix),
            contributions=contributions,
            base=self.forest().base,
            values=values,
        )

    def raw(self, matrix: Floats) -> Floats:
        """Logits (n,) of an encoded matrix."""
        return self.forest().contributions(matrix).sum(axis=1) + self.forest().base

    def forest(self) -> Forest:
        """The trees, read on first use."""
        if self._forest is None:
            groups = np.repeat(np.arange(len(self.encoder.encoded)), [item.width for item in self.encoder.encoded])
            self._forest = Forest(self.booster_texts, groups)
        return self._forest

    def to_bytes(self) -> bytes:
        """The stored form."""
        content = {
            "format": FORMAT,
            "encoder": self.encoder.to_json(),
            "boosters": self.booster_texts,
            "calibrator": self.calibrator,
            "thresholds": [self.thresholds.hot, self.thresholds.warm, self.thresholds.cool],
        }
        return zlib.compress(orjson.dumps(content), 6)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Model":
        """Read the stored form. ValueError if it was written by a newer version."""
        data = orjson.loads(zlib.decompress(content))
        if data["format"] != FORMAT:
            raise ValueError(f"score model format {data['format']} is not known to this version")
        return cls(
            Encoder.from_json(data["encoder"]),
            data["boosters"],
            data["calibrator"],
            Thresholds(*data["thresholds"]),
        )
