"""Decisions as JSON of the ledger, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from tradewind.modules.sending.contracts import Decision, Reason


def decision_json(decision: Decision) -> str:
    """The JSON text of a decision; times as ISO 8601, what is empty left out."""
    return orjson.dumps(decision_data(decision), default=str, option=orjson.OPT_UTC_Z).decode()


def decision_data(decision: Decision) -> dict[str, Any]:
    """A decision as plain data."""
    return {
        "verdict": decision.verdict,
        "not_before": decision.not_before,
        "reasons": [_reason_data(reason) for reason in decision.reasons],
    }


def decision_from(data: Mapping[str, Any]) -> Decision:
    """The decision behind stored JSON."""
    at = data.get("not_before")
    reasons = tuple(
        Reason(
            rule=reason["rule"], verdict=reason["verdict"], text=reason["text"], facts=reason.get("facts", {}),
            policy=reason.get("policy"), shadow=reason.get("shadow", False),
        )
        for reason in data.get("reasons", ())
    )  # fmt: skip
    return Decision(data.get("verdict", "allow"), datetime.fromisoformat(at).astimezone(UTC) if at else None, reasons)


def blocking_rules(decision: Decision) -> list[str]:
    """Ids of the rules that forbid it."""
    return sorted({reason.rule for reason in decision.reasons if reason.verdict == "block" and not reason.shadow})


def _reason_data(reason: Reason) -> dict[str, Any]:
    data: dict[str, Any] = {"rule": reason.rule, "verdict": reason.verdict, "text": reason.text}
    if reason.facts:
        data["facts"] = dict(reason.facts)
    if reason.policy is not None:
        data["policy"] = reason.policy
    if reason.shadow:
        data["shadow"] = True
    return data
