"""Canonical JSON after RFC 8785: the standard's own examples, and what jsonb does to values."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.modules.identity.canonical_json import canonical, plain


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        # RFC 8785, appendix B
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_numbers_of_the_standard(bits, expected):
    import struct

    [number] = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number).decode() == expected


def test_keys_sort_by_utf16_units():
    keys = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    order = [orjson.loads(part.rpartition(b":")[0]) for part in canonical(keys)[1:-1].split(b",")]
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_equal_values_give_equal_bytes():
    assert canonical({"b": [1, 2.0], "a": None}) == canonical({"a": None, "b": [1.0, 2]}) == b'{"a":null,"b":[1,2]}'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_plain_values_survive_json(value):
    """What is recorded hashes the same after a trip through JSON text, as jsonb makes it."""
    recorded = plain(value)
    assert canonical(orjson.loads(orjson.dumps(recorded))) == canonical(recorded)
    assert b"\x00" not in canonical(recorded)
