"""Cells of files that spreadsheets open: nothing of ours is run as a formula, and what they wrote is read as meant."""

# What a spreadsheet takes for the beginning of a formula.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """A cell no spreadsheet will run: an apostrophe before what it would take for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def meant(text: str) -> str:
    """The cell without the apostrophe of `harmless`, which spreadsheets and other programs write as well."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_DANGEROUS) else text
