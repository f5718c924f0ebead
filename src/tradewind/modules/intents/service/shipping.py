"""`make intents`: learn the shipped sets anew, after their texts or the way of learning have changed."""

import orjson

from tradewind.modules.intents.engine.train import train
from tradewind.modules.intents.service.shipped import place, shipped
from tradewind.modules.intents.service.training import Material, card_of


def main() -> None:
    """Write what each set learns beside its texts; what was learned from earlier texts goes."""
    for key, each in shipped().items():
        rows = [(text, intent.label) for intent in each.intents for text in intent.examples]
        given = Material(
            [text for text, _ in rows],
            [label for _, label in rows],
            [text for intent in each.intents for text in intent.negatives],
            changes=0,
        )
        artefact, report, metrics = card_of(train(given.texts, given.labels, given.negatives, small=True), given)
        for old in place(key, "npz").parent.glob(f"{key}.*.*"):
            old.unlink()
        place(key, "npz").write_bytes(artefact)
        place(key, "json").write_bytes(orjson.dumps({"metrics": metrics, "report": report}) + b"\n")
        print(f"{key}: {metrics['accuracy']:.1%} of {len(rows)} held-out examples right")


if __name__ == "__main__":
    main()
