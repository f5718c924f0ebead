"""Each first step of a new organisation leads to a page of the web app."""

from pathlib import Path

import pytest

from tradewind import modules
from tradewind.kernel.onboarding import Step, steps

modules.load_all()
PAGES = Path(__file__).parents[2] / "web" / "src" / "routes" / "_app"


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.key)
def test_a_first_step_leads_to_a_page(step: Step) -> None:
    place = PAGES / step.link.removeprefix("/")
    assert place.with_suffix(".tsx").is_file() or (place / "index.tsx").is_file(), step.link
