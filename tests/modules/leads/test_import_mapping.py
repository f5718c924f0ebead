"""Suggestions, kinds of columns, and cells into values."""

import random

import pytest

from tradewind.modules.leads import exported
from tradewind.modules.leads.importing.mapping import KnownField, suggest
from tradewind.modules.leads.importing.plan import Plan, plan_of
from tradewind.modules.leads.importing.readers import Row
from tradewind.modules.leads.importing.reading import LeadDraft, RejectedRow, RowReader
from tradewind.modules.leads.importing.targets import TARGETS
from tradewind.modules.leads.importing.values import parse_boolean, parse_moment, parse_number, parse_outcome


def _suggest(columns: dict[str, list[str]], known=(), *, whole_file: bool = True):
    rows = [list(cells) for cells in zip(*columns.values(), strict=True)]
    found = suggest(list(columns), rows, list(known), whole_file=whole_file)
    return {one.source: one for one in found}


def _one(name: str, cells: list[str], **others: list[str]):
    return _suggest({name: cells, **others})[name]


def test_an_export_is_known_again():
    cells = {label: ["2026-01-05", "2026-01-06", "2026-01-07"] for label in exported.COLUMNS.values()}
    found = _suggest({**cells, "Budget": ["1", "2", "3"]})
    key_of = {label: key for key, label in exported.COLUMNS.items()}
    kept = {name: one for name, one in found.items() if not one.ignore}
    assert {name: one.target for name, one in kept.items() if one.target} == {
        label: key for label, key in key_of.items() if key in TARGETS
    }
    assert {key_of[name] for name, one in found.items() if one.ignore} == {
        "phone_key", "score", "score_band", "owner", "owner_id", "created_at", "updated_at",
    }  # fmt: skip
    assert found["Budget"].create["kind"] == "number"


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Vorname", "first_name"), ("lastName", "last_name"), ("E-Mail-Adresse", "email"), ("Téléphone", None),
        ("JOB_TITLE", "job_title"), ("Société", "company_name"), ("País", "country"), ("Stadt", "city"),
        ("Lead Source", "source"),
    ],
)  # fmt: skip
def test_headers_in_several_spellings(header, target):
    cells = {"email": "a{}@x.example", "country": "France"}.get(target or "", "word {}")
    found = _one(header, [cells.format(n) for n in range(30)])
    assert found.target == target


def test_values_speak_where_the_header_does_not():
    found = _suggest(
        {
            "A": [f"p{n}@x.example" for n in range(30)],
            "B": [f"+49 30 12345{n:02}" for n in range(30)],
            "C": ["France", "Germany", "Spain"] * 10,
        }
    )
    assert [one.target for one in found.values()] == ["email", "phone", "country"]


def test_a_header_that_its_values_contradict_is_not_believed():
    found = _one("Email", ["yes", "no"] * 20)
    assert found.target is None
    assert "no e-mail addresses" in found.notes[0]
    assert _one("Contact", ["cellular", "telephone"] * 40).target is None


@pytest.mark.parametrize(
    ("cells", "kind", "format"),
    [
        (["Yes", "No"] * 20, "boolean", None),
        (["1", "2.5", "-3", "1,000"] * 10, "number", None),
        (["1,5", "2,25", "1.000,5"] * 10, "number", "comma"),
        (["01067", "80331", "10115"] * 10, "select", None),
        ([f"0{n:04}" for n in range(200)], "text", None),
        (["2026-01-31", "2025-02-28"] * 10, "date", "ymd"),
        (["31/01/2026", "28/02/2025"] * 10, "date", "dmy"),
        (["01/31/2026", "02/28/2025"] * 10, "date", "mdy"),
        (["2026-01-31 10:30", "2026-01-31 11:45"] * 10, "datetime", "ymd"),
        (["red", "green", "blue"] * 10, "select", None),
        (["red;green", "blue;red", "green", "blue;green;red"] * 10, "multi_select", None),
        ([f"https://x.example/{n}" for n in range(80)], "url", None),
        ([f"some long remark number {n}" for n in range(80)], "text", None),
    ],
)
def test_kinds_of_own_fields(cells, kind, format):
    found = _one("Thing", cells)
    assert found.create["kind"] == kind
    assert found.format == format


def test_dates_that_can_be_read_both_ways_are_asked_for():
    found = _one("Thing", ["01/02/2026", "03/04/2026"] * 10)
    assert found.confidence < 0.7
    assert "day/month" in found.notes[0]


def test_placeholders_count_as_empty_and_are_shown():
    found = _one("Thing", ["Select", "red", "n/a", "blue", "", "-"] * 10)
    assert found.filled == 20
    assert {one["value"] for one in found.placeholders} == {"Select", "n/a", "-"}
    assert set(found.create["options"]) == {"red", "blue"}


def test_own_fields_of_that_name_are_used_again():
    found = _suggest({"Shoe size": ["41", "42"] * 10}, [KnownField("shoe_size", "Shoe Size", "number")])
    assert found["Shoe size"].target == "custom.shoe_size"


def test_an_empty_column_is_left_out_only_if_the_whole_file_was_seen():
    columns = {"Name": ["Ada", "Bo"] * 5, "Void": [""] * 10}
    assert _suggest(columns)["Void"].ignore
    assert not _suggest(columns, whole_file=False)["Void"].ignore


def test_a_column_that_knows_the_outcome_too_well_is_shown():
    rng = random.Random(3)
    outcome = [rng.random() < 0.4 for _ in range(600)]
    columns = {
        "Converted": ["1" if won else "0" for won in outcome],
        "Remark code": [("A" if won else "B") if rng.random() < 0.97 else "C" for won in outcome],
        "Visits": [str(rng.randrange(10) + 3 * won) for won in outcome],
        "Colour": [rng.choice(["red", "blue"]) for _ in outcome],
    }
    found = _suggest(columns)
    assert found["Converted"].target == "converted"
    assert not found["Remark code"].used_for_scoring
    assert found["Remark code"].association > 0.9
    assert found["Visits"].used_for_scoring
    assert 0.55 < found["Visits"].association < 0.85
    assert abs(found["Colour"].association - 0.5) < 0.08


def _reader(columns: dict[str, list[str]], **changes) -> RowReader:
    rows = [list(cells) for cells in zip(*columns.values(), strict=True)]
    plan = plan_of(suggest(list(columns), rows, [], whole_file=True), custom_kinds={}, width=len(columns))
    return RowReader(Plan(**{**{name: getattr(plan, name) for name in Plan.__slots__}, **changes}))


def test_rows_of_all_kinds():
    reader = _reader(
        {
            "Email": [f"p{n}@x.example" for n in range(30)],
            "Website": ["https://x.example"] * 30,
            "Tags": ["vip;hot", "new, cold", "vip"] * 10,
            "Status": ["Open", "Closed Won", "Lost"] * 10,
            "Country": ["France", "Spain", "Italy"] * 10,
            "Employees": ["12", "250", "3"] * 10,
        }
    )
    draft = reader.read(Row(1, [" ada@x.example ", "x.example", "vip;b", "Closed Won", "Atlantis", "12"]))
    assert isinstance(draft, LeadDraft)
    assert draft.values["tags"] == ["vip", "b"]
    assert draft.values["status"] == "customer"
    assert draft.person.findings["country"]["raw"] == "Atlantis"
    assert draft.person.company_domain == "x.example"
    evil = reader.read(Row(2, ["bo@x.example", "javascript:alert(1)", "", "pondering", "", ""]))
    assert isinstance(evil, LeadDraft)
    assert evil.person.website is None
    assert evil.person.findings["website"]["raw"] == "javascript:alert(1)"
    assert evil.person.findings["status"]["raw"] == "pondering"
    assert sum(reader.warnings.values()) == 3
    assert reader.read(Row(3, ["", " ", "n/a", "", "", ""])) is None
    for cells in (
        ["cy@x.example", "", "", "", "", "many"],
        ["x" * 70_000, "", "", "", "", ""],
        ["cy@x.example", "", "t" * 61, "", "", ""],
        ["", "", "vip", "", "", ""],
    ):
        assert isinstance(reader.read(Row(4, cells)), RejectedRow)


def test_people_called_null_or_na_stay():
    reader = _reader({"First Name": [f"N{n}" for n in range(30)], "Last Name": ["Null", "Na", "-"] * 10})
    for last, kept in (("Null", "Null"), ("Na", "Na"), ("-", "")):
        assert reader.read(Row(1, ["Ada", last])).person.last_name == kept


def test_given_names_of_a_long_file_repeat_and_are_names_all_the_same():
    columns = {"First Name": [f"Name{n % 200}" for n in range(8_000)], "Last Name": ["Mr", "Mrs"] * 4_000}
    found = _suggest(columns)
    assert found["First Name"].target == "first_name"
    assert found["Last Name"].target is None
    few = _one("First Name", ["Ada", "Grace", "Lin", "Mira", "Jo"] * 400)
    assert (few.target, few.confidence) == ("first_name", 0.6)
    assert "repeat all the time" in few.reason


def test_a_batch_says_of_each_row_what_it_says_of_the_row_alone():
    columns = {
        "Id": [f"N{n}" for n in range(40)],
        "Email": ["p@x.example", "nobody", "", "P <q@y.example>"] * 10,
        "Website": ["https://y.example", "javascript:1", "", "no address"] * 10,
        "Phone": ["+49 30 123456", "12", "", "0044 20 7946 0958"] * 10,
        "Amount": ["1,5", "12", "many", ""] * 10,
    }
    rows = [Row(number, list(cells)) for number, cells in enumerate(zip(*columns.values(), strict=True), start=1)]
    rows += [Row(41, ["", "", "", "", ""]), Row(42, ["N42"]), Row(43, ["N43", "", "", "", "", "extra"])]
    changes = {"match_on": ("external_id", "email"), "bad_cells": "empty"}
    together = _reader(columns, **changes).read_all(rows)
    alone = [_reader(columns, **changes).read(row) for row in rows]
    assert together == alone
    assert isinstance(together[-1], RejectedRow)
    assert together[-3] is None
    mismatched = together[1]
    assert isinstance(mismatched, LeadDraft)
    assert mismatched.person.findings["unread:Email"]["raw"] == "nobody"
    # What is no web address takes nothing away from what the e-mail says.
    assert together[3].person.company_domain == "y.example"


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("2026-02-28", "ymd", "2026-02-28T00:00:00+00:00"),
        ("28.02.2026", "dmy", "2026-02-28T00:00:00+00:00"),
        ("2/28/26 3:05 PM", "mdy", "2026-02-28T15:05:00+00:00"),
        ("2026-02-28T10:00:00+05:30", "ymd", "2026-02-28T04:30:00+00:00"),
        ("28 févr. 2026", "ymd", None),
        ("28 February 2026", "ymd", "2026-02-28T00:00:00+00:00"),
        ("Feb 28, 2026", "ymd", "2026-02-28T00:00:00+00:00"),
        ("20260228", "ymd", "2026-02-28T00:00:00+00:00"),
        ("2026-02-30", "ymd", None), ("31/04/2026", "dmy", None), ("2026-02-28 25:00", "ymd", None),
        ("0000-00-00", "ymd", None), ("9999-12-31", "ymd", None), ("yesterday", "ymd", None),
    ],
)  # fmt: skip
def test_dates(text, order, iso):
    moment = parse_moment(text, order)
    assert (moment.isoformat() if moment else None) == iso


def test_numbers_and_words():
    assert parse_number("1,234.50") == 1234.5
    assert parse_number("€ 12") == 12
    assert parse_number("1.234,5", decimal_comma=True) == 1234.5
    for text in ("", "abc", "1,23,4", "inf", "nan", "1e999", "٣", "--1"):
        assert parse_number(text) is None or text == "٣"
    assert (parse_boolean("Ja"), parse_boolean("NON"), parse_boolean("maybe")) == (True, False, None)
    assert (parse_outcome("Closed Won"), parse_outcome("lost"), parse_outcome("open")) == (True, False, None)
