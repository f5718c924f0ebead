"""Fit and engagement: who a lead is, and what it does. Every feature belongs to exactly one of the two."""

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from tradewind.modules.scoring.engine.encoding import EncodedFeature

Aspect = Literal["fit", "engagement"]
_BEHAVIOUR = re.compile(
    r"\b(visits?|page ?views?|views?|sessions?|clicks?|opens?|opened|downloads?|logins?|time spent|minutes spent|"
    r"seconds spent|last activity|last notable|replies|replied|calls?|meetings?|chats?|trial usage|active days)\b",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def aspect(name: str, label: str) -> Aspect:
    """Engagement for what a lead does: activities, and custom fields that count or time behaviour by their name."""
    if not name.startswith("custom."):
        return "engagement" if name.split(".")[0] in ("activity", "web", "intent", "engagement") else "fit"
    words = _CAMEL.sub(" ", label.replace("_", " "))
    return "engagement" if _BEHAVIOUR.search(words) else "fit"


def engaged(features: Sequence[EncodedFeature]) -> np.ndarray:
    """Mask (n features,) of those about behaviour."""
    return np.array([aspect(item.name, item.label) == "engagement" for item in features], dtype=bool)
