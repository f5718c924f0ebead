"""How good scores are on real data nobody here wrote: prints the table of docs/scoring.md.

Reads `../shared/data` and runs `tradewind score evaluate` on the given splits, so that every row of the table can be
had again by one command, which is printed with it. `python -m bench.score_quality leads` runs one data set alone.
"""

import argparse
import csv
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TYPED_BY_SALES = ["Tags", "Lead Quality", "Lead Profile"]
AFTER_CONTACT = [
    "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index", "Asymmetrique Profile Index",
    "Asymmetrique Activity Score", "Asymmetrique Profile Score",
]  # fmt: skip
Case = tuple[str, list[str]]
Rows = list[dict[str, str]]


def leads(folder: Path) -> Iterator[Case]:
    """The given split, in three column sets."""
    part = {row["Prospect ID"]: row["part"] for row in read(DATA / "leads_xeducation" / "split.csv")}
    rows = read(DATA / "leads_xeducation" / "leads.csv")
    files = write(folder, "leads", rows, lambda row: part[row["Prospect ID"]] == "valid")
    options = [*files, "--target", "Converted", "--positive", "1", "--id", "Prospect ID", "--order-by", "Lead Number"]
    for name, left_out in (
        ("leads pre", TYPED_BY_SALES + AFTER_CONTACT), ("leads behav", TYPED_BY_SALES), ("leads all (leaky)", []),
    ):  # fmt: skip
        yield name, [*options, *excluded(left_out)]


def bank(folder: Path) -> Iterator[Case]:
    """The last quarter in time order: one model for all of it, and models that follow."""
    rows = read(DATA / "bank_marketing" / "bank.csv", ";")
    files = write(folder, "bank", rows, lambda row: int(row["row"]) >= 24_950)
    options = [
        *files,
        "--target",
        "y",
        "--positive",
        "yes",
        "--id",
        "row",
        "--order-by",
        "row",
        *excluded(["duration"]),
    ]
    yield "bank, one model", options
    for rolling in ("20000:500", "20000:100"):
        yield f"bank, rolling {rolling}", [*options, "--rolling", rolling]


def olist(folder: Path) -> Iterator[Case]:
    """The newest month."""
    won = {row["mql_id"] for row in read(DATA / "olist_funnel" / "closed_deals.csv")}
    rows = [{**row, "won": str(int(row["mql_id"] in won))} for row in read(DATA / "olist_funnel" / "leads.csv")]
    files = write(folder, "olist", rows, lambda row: row["first_contact_date"] >= "2018-03")
    yield "olist, March 2018", [*files, "--target", "won", "--positive", "1", "--id", "mql_id",
                                "--order-by", "first_contact_date"]  # fmt: skip


def telco(folder: Path) -> Iterator[Case]:
    """A random fifth."""
    files = write(folder, "telco", read(DATA / "telco_churn" / "telco.csv"), fifth())
    yield "telco churn", [*files, "--target", "Churn", "--positive", "Yes", "--id", "customerID"]


def shoppers(folder: Path) -> Iterator[Case]:
    """A random fifth; without what is partly known only after the purchase, and with it."""
    files = write(folder, "shoppers", read(DATA / "online_shoppers" / "sessions.csv"), fifth())
    options = [*files, "--target", "Revenue", "--positive", "1", "--id", "row"]
    yield "shoppers", [*options, *excluded(["PageValues"])]
    yield "shoppers with PageValues (leaky)", options


SETS: dict[str, Callable[[Path], Iterator[Case]]] = {
    "leads": leads, "bank": bank, "olist": olist, "telco": telco, "shoppers": shoppers,
}  # fmt: skip


def excluded(names: list[str]) -> list[str]:
    """Options that leave columns out."""
    return [word for name in names for word in ("--exclude", name)]


def fifth() -> Callable[[dict[str, str]], bool]:
    """A draw that puts every fifth row into the second file, the same at each run."""
    random = np.random.default_rng(1)
    return lambda row: bool(random.random() < 0.2)


def read(path: Path, delimiter: str = ",") -> Rows:
    """A file as rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def write(folder: Path, name: str, rows: Rows, later: Callable[[dict[str, str]], bool]) -> list[str]:
    """The two files of a split, as options of the command."""
    parts: dict[bool, Rows] = {False: [], True: []}
    for row in rows:
        parts[later(row)].append(row)
    options = []
    for second, option in ((False, "--train"), (True, "--test")):
        path = folder / f"{name}{option}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(parts[second])
        options += [option, str(path)]
    return options


def measure(arguments: list[str], folder: Path) -> dict[str, Any]:
    """Run the command; its figures."""
    command = [sys.executable, "-m", "tradewind.cli", "score", "evaluate", *arguments, "--out", str(folder / "out.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{shlex.join(command)}\n{done.stderr}")
    return orjson.loads(done.stdout)


def main(names: list[str]) -> None:
    """Print a row of the table for each case, and the command that gives it."""
    print("| data | rows | AUC | accuracy | Brier | ECE | precision @ 20 % | hot: recall · precision · FPR | ALIFT |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="tradewind-quality-") as name:
        folder = Path(name)
        for data_set in names:
            for label, arguments in SETS[data_set](folder):
                m = measure(arguments, folder)
                hot, lift = m["hot"], f"{m['alift']:.3f}" if "alift" in m else ""
                print(
                    f"| {label} | {m['rows']:,} | {m['auc']:.3f} | {m['accuracy']:.3f} | {m['brier']:.3f} | "
                    f"{m['ece']:.3f} | {m['precision_at_20']:.3f} | {hot['recall']:.3f} · {hot['precision']:.3f} · "
                    f"{100 * hot['false_positive_rate']:.1f} % | {lift} |",
                    flush=True,
                )
                print("  tradewind score evaluate " + shlex.join(arguments), file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=list(SETS), help=f"of {', '.join(SETS)}")
    main(parser.parse_args().sets)
