"""An answer that another model takes over, cut at every place and continued in every way."""

import pytest

from tradewind.modules.ai.service.joining import Joiner

WHOLE = (
    "The small plan costs 20 euros a month. It can be cancelled at any time; the large plan, which costs 45 euros a "
    "month, cannot. Both have a trial of 14 days. A card is not needed for that, and a reminder comes 3 days before "
    "it ends.\n\n- Ask for a demo\n- Or write to us\n\nThe offers end on the last day of the month."
)


def joined(given: str, continuation: str, size: int) -> str:
    joiner = Joiner(given)
    pieces = [continuation[at : at + size] for at in range(0, len(continuation), size)]
    return given + "".join(map(joiner.feed, pieces)) + joiner.finish()


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_nothing_is_given_twice_and_nothing_is_lost(size):
    for cut in range(1, len(WHOLE)):
        given = WHOLE[:cut]
        assert joined(given, WHOLE[cut:], size) == WHOLE, f"continued exactly after {given[-20:]!r}"
        assert joined(given, WHOLE, size) == WHOLE, f"begun anew after {given[-20:]!r}"
        if cut > 30:
            # The last words once more, from the beginning of a word.
            start = given.rindex(" ", 0, cut - 12) + 1
            assert joined(given, WHOLE[start:], size) == WHOLE, f"repeated from {WHOLE[start:cut]!r}"


def test_a_missing_space_is_set_after_the_end_of_a_sentence():
    assert joined("It costs 20 euros.", "It can be cancelled.", 5) == "It costs 20 euros. It can be cancelled."
