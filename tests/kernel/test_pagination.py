"""Keyset pages: every row once, in order, forwards and backwards, with NULLs and mixed directions."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import Integer, column, func, select, text, values
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import pagination
from tradewind.kernel.crypto import Vault, generate_key, parse_keys
from tradewind.kernel.pagination import Cursor, InvalidCursor, SortColumn, fetch_page, order_name


@pytest.fixture(autouse=True)
def _own_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(parse_keys(generate_key()))
    monkeypatch.setattr(pagination, "get_vault", lambda: vault)


VALUES = (
    None,
    True,
    3,
    2**63,
    1.1,
    "ä'\"",
    datetime(2026, 3, 2, 9, 0, 0, 123456, UTC),
    date(2026, 3, 2),
    Decimal("1.10"),
)


def test_values_keep_their_types() -> None:
    cursor = Cursor((*VALUES, uuid4()), "previous")
    decoded = Cursor.decode(cursor.encode("-a,id"), "-a,id")
    assert decoded == cursor
    assert [type(value) for value in decoded.values] == [type(value) for value in cursor.values]


def test_an_altered_cursor_is_refused() -> None:
    text_form = Cursor((1,)).encode("id")
    for index in range(0, len(text_form) - 1, 3):
        forged = text_form[:index] + ("A" if text_form[index] != "A" else "B") + text_form[index + 1 :]
        with pytest.raises(InvalidCursor):
            Cursor.decode(forged, "id")


@pytest.mark.parametrize("rubbish", ["", "x", "???", "AAAA" * 20, "A" * 5000, "é"])
def test_rubbish_is_refused(rubbish: str) -> None:
    with pytest.raises(InvalidCursor):
        Cursor.decode(rubbish, "id")


def test_a_cursor_belongs_to_its_order() -> None:
    with pytest.raises(InvalidCursor):
        Cursor.decode(Cursor((1,)).encode("id"), "-id")


def test_a_cursor_outlives_a_key_rotation(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = parse_keys(generate_key("old")), parse_keys(generate_key("new"))
    monkeypatch.setattr(pagination, "get_vault", lambda: Vault(old))
    encoded = Cursor((1,)).encode("id")
    monkeypatch.setattr(pagination, "get_vault", lambda: Vault(new | old))
    assert Cursor.decode(encoded, "id").values == (1,)
    monkeypatch.setattr(pagination, "get_vault", lambda: Vault(new))
    with pytest.raises(InvalidCursor):
        Cursor.decode(encoded, "id")


ROWS = values(column("a", Integer), column("b", Integer), column("id", Integer), name="sample")


@pytest.mark.parametrize("a_descending", [False, True])
@pytest.mark.parametrize("b_descending", [False, True])
@pytest.mark.parametrize("nullable", [False, True])
async def test_pages_give_every_row_once_in_both_directions(
    session: AsyncSession, a_descending: bool, b_descending: bool, nullable: bool
) -> None:
    source = random.Random(7)
    choices = [1, 2, 3, None] if nullable else [1, 2, 3]
    rows = [(source.choice(choices), source.choice(choices), number) for number in range(1, 60)]
    table = ROWS.data(rows)
    columns = [
        SortColumn("a", table.c.a, descending=a_descending, nullable=nullable),
        SortColumn("b", table.c.b, descending=b_descending, nullable=nullable),
        SortColumn("id", table.c.id, descending=a_descending),
    ]
    statement = select(table.c.a, table.c.b, table.c.id)
    expected = [row.id for row in await session.execute(statement.order_by(*(column.ordering() for column in columns)))]

    forward, pages, cursor = [], [], None
    while True:
        page, cursor, before = await fetch_page(session, statement, columns, cursor=cursor, limit=7)
        assert (before is None) == (not forward)
        forward += [row.id for row in page]
        pages.append([row.id for row in page])
        last_before = before
        if cursor is None:
            break
    assert forward == expected

    cursor = last_before
    for earlier in reversed(pages[:-1]):
        page, after, cursor = await fetch_page(session, statement, columns, cursor=cursor, limit=7)
        assert [row.id for row in page] == earlier
        assert after is not None
    assert cursor is None


async def test_a_uniform_order_becomes_one_row_comparison(session: AsyncSession) -> None:
    """A chain of ORs would keep PostgreSQL from starting the index scan at the cursor."""
    await session.execute(
        text("CREATE TEMP TABLE paged (a int NOT NULL, id int NOT NULL, PRIMARY KEY (a, id)) ON COMMIT DROP")
    )
    await session.execute(text("INSERT INTO paged SELECT n % 100, n FROM generate_series(1, 20000) n"))
    await session.execute(text("ANALYZE paged"))
    table = select(column("a", Integer), column("id", Integer)).select_from(text("paged")).subquery()
    columns = [SortColumn("a", table.c.a), SortColumn("id", table.c.id)]
    statement = pagination.apply_keyset(select(table), columns, Cursor((50, 10_050)), 10)
    sql = str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    plan = "\n".join((await session.execute(text("EXPLAIN " + sql))).scalars())
    assert "Index Cond: (ROW(a, id) > ROW(50, 10050))" in plan


def test_the_order_has_a_name() -> None:
    assert order_name([SortColumn("score", func.now(), descending=True), SortColumn("id", func.now())]) == "-score,id"
