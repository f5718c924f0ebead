"""Documents are cut along their structure, and nothing of them is lost."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.modules.knowledge.chunking import LARGEST, pieces, sentences_of


def count(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text)) + 2


PAGE = """Welcome.

# Prices

## Plans

| Plan | Price |
|------|-------|
""" + "\n".join(f"| Plan number {n} with a name | € {n} a month |" for n in range(60)) + """

## Code

```
# not a heading
call()
```

# Contact

- Mail: hello@acme.example
- Phone: +44 20 7946 0000
  on weekdays
"""  # fmt: skip


def test_sections_keep_their_headings_and_tables_repeat_their_head():
    found = pieces("Acme", PAGE, count)
    assert [piece.heading for piece in found if "Plan number" not in piece.content] == [
        "", "Prices › Code", "Contact",
    ]  # fmt: skip
    tables = [piece for piece in found if "Plan number" in piece.content]
    assert len(tables) > 2
    assert {piece.heading for piece in tables} == {"Prices › Plans"}
    assert all(piece.content.startswith("| Plan | Price |\n|------|-------|\n| Plan number") for piece in tables)
    assert sum(piece.content.count("Plan number") for piece in tables) == 60
    assert max(count(piece.content) for piece in found) <= LARGEST
    (code,) = (piece for piece in found if piece.heading == "Prices › Code")
    assert "# not a heading\ncall()" in code.content
    assert found[-1].sentences[1] == "- Phone: +44 20 7946 0000\n  on weekdays"


def test_a_pair_stays_whole_and_long_texts_are_cut_evenly_between_sentences():
    answer = "# Yes\n\nWe do.\n\n# Really\n\nSince 1999."
    assert [piece.content for piece in pieces("Do you ship?", answer, count, pair=True)] == [answer]
    assert [piece.content for piece in pieces("Only a title", "", count)] == [""]
    sentence = "Dr. Moreau paid € 3.50 for it, e.g. on Monday."
    found = pieces("", " ".join([sentence] * 25), count)
    sizes = [count(piece.content) for piece in found]
    assert len(found) > 1
    assert min(sizes) > 0.6 * max(sizes)
    assert all(set(sentences_of(piece.content)) == {sentence} for piece in found)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="ab .!|-#`\n*1", max_size=3_000))
def test_no_letter_is_lost_whatever_the_markdown(markdown):
    text = "".join(
        f"{piece.heading}{piece.content}" for piece in pieces("", markdown, lambda part: len(part.split()) + 1)
    )
    for letter in set(re.findall("[ab]", re.sub(r"(?m)^#+ .*$", "", markdown))):
        assert letter in text


def test_endless_words_and_rows_are_cut_and_kept():
    assert "".join(piece.content for piece in pieces("", "x" * 50_000, count)).count("x") == 50_000
    row = "| " + "price and more " * 400 + "|"
    found = pieces("", f"| What |\n|---|\n{row}\n{row}", count)
    assert sum(piece.content.count("price") for piece in found) == 800
    assert max(count(piece.content) for piece in found) <= LARGEST
