"""Prints how much of the code the tests ran, the least covered files first; fails below the floor."""

import json
import sys
from pathlib import Path

FLOOR_PERCENT = 85
SHOWN = 20


def main(report: Path) -> int:
    """Exit code: 1 below the floor. `report` is slipcover's JSON."""
    found = json.loads(report.read_text())
    files = sorted((entry["summary"]["percent_covered"], name) for name, entry in found["files"].items())
    for percent, name in files[:SHOWN]:
        print(f"{percent:5.1f} %  {name}")
    whole = found["summary"]["percent_covered"]
    print(f"{whole:5.1f} %  of all lines; the floor is {FLOOR_PERCENT} %")
    return int(whole < FLOOR_PERCENT)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
