"""What a bench returns, and how it is printed."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measured number.

    `floor` is the bare minimum measured in the same run and `ratio` value/floor; `good` whether the goal is met,
    None where there is none. `value` None: it could not be measured, and `note` says why.
    """

    name: str
    value: float | None
    unit: str = ""
    goal: str = ""
    good: bool | None = None
    floor: float | None = None
    ratio: float | None = None
    note: str = ""


def table(title: str, figures: list[Figure]) -> Table:
    """Figures as a table for the terminal."""
    result = Table(title=title, title_justify="left")
    for column in ("Figure", "Measured", "Floor", "Ratio", "Goal", "", "Note"):
        result.add_column(column, justify="right" if column in ("Measured", "Floor", "Ratio") else "left")
    for figure in figures:
        result.add_row(
            figure.name,
            "—" if figure.value is None else f"{_number(figure.value)} {figure.unit}",
            "" if figure.floor is None else f"{_number(figure.floor)} {figure.unit}",
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.goal,
            {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[figure.good],
            figure.note,
        )
    return result


def show(title: str, figures: list[Figure]) -> None:
    """Print figures."""
    Console(width=150).print(table(title, figures))


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0–1) of the values lie; values need not be sorted."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}".rstrip("0").rstrip(".")
