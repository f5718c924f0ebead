"""Urgency on messages that neither rules nor classifier have seen; print the figures with `-s`."""

from math import sqrt
from pathlib import Path

from tradewind.modules.qualification.engine import urgency as rules
from tradewind.modules.qualification.service import urgency

HELD_OUT = Path(__file__).with_name("urgency_held_out.tsv")


def interval(right: int, of: int) -> str:
    """A share with its Wilson interval of 95 %."""
    share, square = right / of, 1.96**2 / of
    middle, reach = share + square / 2, 1.96 * sqrt(share * (1 - share) / of + square / (4 * of))
    return f"{share:.2f} ({(middle - reach) / (1 + square):.2f}-{(middle + reach) / (1 + square):.2f})"


async def test_danger_in_words_that_nobody_taught(session):
    lines = [line for line in HELD_OUT.read_text("utf-8").splitlines() if not line.startswith("#")]
    counts: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        label, kind, language, text = line.split("\t")
        judged = await urgency.judge(session, text, language)
        ruled = rules.by_rules(text)
        heard = {"rules": ruled is not None and ruled.level == "urgent", "both": judged.level == "urgent"}
        heard["classifier"] = heard["both"] and judged.by == "classifier"
        for how, called in heard.items():
            right, wrong, there = counts.setdefault((language, how), [0, 0, 0])
            urgent = label == "urgent"
            counts[language, how] = [right + (called and urgent), wrong + (called and not urgent), there + urgent]
        if heard["both"] != (label == "urgent"):
            print(label, kind, language, text, judged.why, sep=" | ")
    for (language, how), (right, wrong, there) in counts.items():
        print(language, how, "recall", interval(right, there), "precision", interval(right, max(1, right + wrong)))
    right, wrong, there = counts["en", "both"]
    assert right / there >= 0.8
    assert right / (right + wrong) >= 0.9
