"""Conditions to SQL: every value is a parameter, every name comes from the catalogue, sizes are bounded.

A condition is two-valued: an operator on an absent value is false, its negation (`ne`, `not_in`, `is_not_set`,
`has_none`, `not`) true. An empty group holds for every record.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, DateTime, Double, Text, TextClause, bindparam, text
from sqlalchemy import UUID as SqlUuid  # noqa: N811

from tradewind.kernel.clock import now
from tradewind.kernel.errors import FieldError
from tradewind.modules.leads.conditions import values as read
from tradewind.modules.leads.conditions.catalogue import Field, Fields
from tradewind.modules.leads.errors import ConditionInvalid

MAX_DEPTH = 5
MAX_LEAVES = 50
# Segments inside segments may add more than one condition can hold itself.
MAX_LEAVES_WITH_SEGMENTS = 200
MAX_SEGMENT_DEPTH = 3

_NEGATED = {"ne": "eq", "not_in": "in", "is_not_set": "is_set", "has_none": "has_any"}
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_SQL_TYPES: dict[str, Any] = {
    "text": Text(),
    "text[]": ARRAY(Text()),
    "uuid": SqlUuid(),
    "uuid[]": ARRAY(SqlUuid()),
    "timestamptz": DateTime(timezone=True),
    "bigint": BigInteger(),
    "float8": Double(),
    "boolean": Boolean(),
}
_SEARCHED_TEXTS = 20
# The same characters the generated column `search` turns into blanks.
SEARCH_BLANKS = "'@._+-/:<>&;#~%=?', '                '"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A boolean SQL expression over the unaliased table `leads` (or `companies`).

    `sql` has the placeholders `$first`, `$first+1`, … for `values` (asyncpg); `expression()` is the same for
    SQLAlchemy.
    """

    sql: str
    values: tuple[Any, ...]
    types: tuple[str, ...]
    first: int = 1

    def expression(self, prefix: str = "condition") -> TextClause:
        """As a SQLAlchemy expression; give different prefixes to two of them in one statement."""
        names = [f"{prefix}_{self.first + index}" for index in range(len(self.values))]
        clause = text(re.sub(r"\$(\d+)", rf"(:{prefix}_\1)", f"({self.sql})"))
        return clause.bindparams(
            *(
                bindparam(name, value, type_=_SQL_TYPES[kind])
                for name, value, kind in zip(names, self.values, self.types, strict=True)
            )
        )


def compile(condition: Mapping[str, Any], fields: Fields, *, first: int = 1, at: datetime | None = None) -> Compiled:
    """Compile a condition; `first` is the number of its first placeholder, `at` stands for now.

    Raises ConditionInvalid whose errors name the path of each bad node, e.g. `all[0].value`.
    """
    run = _Run(fields, first, at or now())
    sql = run.node(condition, "", 0)
    if run.errors:
        raise ConditionInvalid(run.errors[0]["message"], errors=run.errors)
    return Compiled(sql, tuple(run.values), tuple(run.types), first)


def references(condition: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The (field, value) pairs of all leaves, without judging them; unfit parts are left out."""
    if not isinstance(condition, dict) or depth > 2 * MAX_DEPTH:
        return
    if isinstance(name := condition.get("field"), str):
        yield name, condition.get("value")
    for group in ("all", "any"):
        if isinstance(children := condition.get(group), list):
            for child in children[: MAX_LEAVES + 1]:
                yield from references(child, depth + 1)
    yield from references(condition.get("not"), depth + 1)


class _Run:
    """One compilation: collects parameters and errors while it walks the tree."""

    def __init__(self, fields: Fields, first: int, at: datetime) -> None:
        self.fields = fields
        self.catalogue = fields.by_key()
        self.at = at
        self.first = first
        self.values: list[Any] = []
        self.types: list[str] = []
        self.errors: list[FieldError] = []
        self.leaves = 0
        self.inside: tuple[UUID, ...] = ()

    def bind(self, value: Any, sql_type: str) -> str:
        self.values.append(value)
        self.types.append(sql_type)
        return f"${self.first + len(self.values) - 1}::{sql_type}"

    def refuse(self, path: str, message: str) -> str:
        self.errors.append({"field": path or "condition", "message": message})
        return "false"

    def node(self, node: Any, path: str, depth: int) -> str:
        if not isinstance(node, Mapping):
            return self.refuse(path, "Must be an object: a group (all, any, not) or a field with an operator.")
        kinds = [key for key in ("all", "any", "not", "field") if key in node]
        if len(kinds) != 1:
            return self.refuse(path, "Must have exactly one of all, any, not or field.")
        kind = kinds[0]
        if kind == "field":
            return self.leaf(node, path)
        if set(node) != {kind}:
            return self.refuse(path, f"A group holds nothing beside “{kind}”.")
        if depth >= MAX_DEPTH:
            return self.refuse(path, f"Groups may be nested {MAX_DEPTH} deep.")
        here = f"{path}.{kind}" if path else kind
        if kind == "not":
            return f"({self.node(node['not'], here, depth + 1)}) is not true"
        children = node[kind]
        if not isinstance(children, list):
            return self.refuse(here, "Must be a list of conditions.")
        if len(children) > MAX_LEAVES:
            return self.refuse(here, f"A condition holds up to {MAX_LEAVES} comparisons.")
        parts = [self.node(child, f"{here}[{index}]", depth + 1) for index, child in enumerate(children)]
        return "(" + (" and " if kind == "all" else " or ").join(parts) + ")" if parts else "true"

    def leaf(self, node: Mapping[str, Any], path: str) -> str:
        self.leaves += 1
        if self.leaves > (MAX_LEAVES_WITH_SEGMENTS if self.inside else MAX_LEAVES):
            return self.refuse(path, f"A condition holds up to {MAX_LEAVES} comparisons.")
        name, operator = node["field"], node.get("op")
        entry = self.catalogue.get(name) if isinstance(name, str) else None
        if entry is None:
            return self.refuse(_join(path, "field"), f"There is no field “{str(name)[:80]}”.")
        if operator not in entry.operators:
            known = ", ".join(entry.operators)
            return self.refuse(_join(path, "op"), f"“{entry.key}” understands: {known}.")
        if entry.masked and self.fields.hides and not self.inside and operator not in ("is_set", "is_not_set"):
            return self.refuse(_join(path, "field"), f"“{entry.key}” is masked for you, so it cannot be filtered by.")
        allowed = {"field", "op", "value"} | ({"kind", "within_days"} if entry.group == "activity" else set())
        if extra := set(node) - allowed:
            return self.refuse(path, f"Unknown part “{str(min(extra))[:40]}”.")
        try:
            return self.comparison(entry, operator, node)
        except read.BadValue as problem:
            return self.refuse(_join(path, problem.part), str(problem))

    def comparison(self, entry: Field, operator: str, node: Mapping[str, Any]) -> str:
        positive = _NEGATED.get(operator, operator)
        value = node.get("value")
        if entry.kind == "activity_count":
            return self.activity_count(operator, value, node)
        if entry.kind == "activity_time":
            sql = self.activity_time(positive, value, node)
        elif entry.kind == "segment":
            sql = self.segments(value)
        else:
            sql = self.positive(entry, positive, value)
            if entry.of_company:
                sql = (
                    "leads.company_id in (select companies.id from companies "
                    f"where companies.deleted_at is null and {sql})"
                )
        return f"({sql}) is not true" if positive != operator else sql

    def positive(self, entry: Field, operator: str, value: Any) -> str:
        """SQL of an operator that is not a negation; NULL counts as false."""
        if entry.custom_key is not None:
            return self.custom(entry, operator, value)
        sql = entry.sql
        match entry.kind:
            case "text" | "url":
                return self.text(entry, operator, value)
            case "select":
                return self.choice(sql, operator, value, entry.options)
            case "user" | "reference":
                if operator == "is_set":
                    return f"{sql} is not null"
                if operator == "eq":
                    return f"{sql} = {self.bind(read.identifier(value), 'uuid')}"
                return f"{sql} = any({self.bind(read.items(value, read.identifier), 'uuid[]')})"
            case "number":
                return self.number(entry, operator, value)
            case "boolean":
                if operator == "is_set":
                    return f"{sql} is not null"
                return f"{sql} = {self.bind(read.boolean(value), 'boolean')}"
            case "datetime" | "date":
                if operator == "is_set":
                    return f"{sql} is not null"
                return self.moments(sql, operator, value)
            case "tags":
                if operator == "is_set":
                    return f"{sql} <> '{{}}'"
                symbol = "&&" if operator == "has_any" else "@>"
                bound = self.bind(read.items(value, read.words), "text[]")
                return f"({sql} {symbol} {bound} and {sql} <> '{{}}')"
        raise AssertionError(entry.kind)

    def text(self, entry: Field, operator: str, value: Any) -> str:
        sql = entry.sql
        if operator == "is_set":
            return f"{sql} <> ''"
        if operator in ("eq", "in"):
            return self.equal_text(entry, [read.words(value)] if operator == "eq" else read.items(value, read.words))
        bound = self.bind(read.words(value), "text")
        if operator == "contains":
            return f"strpos(lower({sql}), lower({bound})) > 0"
        return f"starts_with(lower({sql}), lower({bound}))"

    def equal_text(self, entry: Field, wanted: list[str]) -> str:
        """Equal to one of the texts, whatever the case, by an index wherever there is one."""
        bound = self.bind(wanted, "text[]")
        lowered = f"array(select lower(v) from unnest({bound}) as v)"
        equal = f"lower({entry.sql}) = any({lowered})"
        if entry.exact_sql:
            exact = f"{entry.exact_sql} = any({lowered})"
            only = all(re.fullmatch(entry.exact_form, text) for text in wanted)
            return exact if only else f"({exact} or {equal})"
        if entry.searchable and len(wanted) <= _SEARCHED_TEXTS and all(re.search("[A-Za-z0-9]", t) for t in wanted):
            # The search index finds the words of these texts first.
            queries = [
                f"plainto_tsquery('simple', translate({self.bind(text, 'text')}, {SEARCH_BLANKS}))" for text in wanted
            ]
            return f"({equal} and leads.search @@ ({' || '.join(queries)}))"
        return equal

    def choice(self, sql: str, operator: str, value: Any, options: tuple[str, ...] | None) -> str:
        if operator == "is_set":
            return f"{sql} <> ''"
        if operator == "eq":
            return f"{sql} = {self.bind(read.option(value, options), 'text')}"
        chosen = read.items(value, lambda item: read.option(item, options))
        return f"{sql} = any({self.bind(chosen, 'text[]')})"

    def number(self, entry: Field, operator: str, value: Any) -> str:
        if operator == "is_set":
            return f"{entry.sql} is not null"
        if operator == "between":
            low, high = read.pair(value, read.number)
            lower = self.compared_number(entry, ">=", low)
            return f"({lower} and {self.compared_number(entry, '<=', high)})"
        return self.compared_number(entry, _COMPARISONS.get(operator, "="), read.number(value))

    def compared_number(self, entry: Field, symbol: str, value: float) -> str:
        # An integer column keeps its index only against integers.
        if entry.integer and float(value).is_integer() and abs(value) < 2**53:
            return f"{entry.sql} {symbol} {self.bind(int(value), 'bigint')}"
        column = f"{entry.sql}::float8" if entry.integer else entry.sql
        return f"{column} {symbol} {self.bind(float(value), 'float8')}"

    def moments(self, sql: str, operator: str, value: Any) -> str:
        low, high = read.span(operator, value, self.at)
        parts = []
        if low is not None:
            parts.append(f"{sql} >= {self.bind(low, 'timestamptz')}")
        if high is not None:
            parts.append(f"{sql} < {self.bind(high, 'timestamptz')}")
        return f"({' and '.join(parts)})"

    def custom(self, entry: Field, operator: str, value: Any) -> str:
        table = entry.sql.removesuffix(".custom")
        key = f"'{entry.custom_key}'"  # the form of keys leaves nothing to escape
        plain, typed = f"({entry.sql} ->> {key})", f"({entry.sql} -> {key})"
        if operator == "is_set":
            return f"{plain} <> ''"
        sql = self.custom_comparison(entry, operator, value, plain, typed)
        if entry.indexed:
            # The index of the field is partial: it belongs to one organisation.
            sql = f"({sql} and {table}.organisation_id = {self.bind(self.fields.organisation_id, 'uuid')})"
        return sql

    def custom_comparison(self, entry: Field, operator: str, value: Any, plain: str, typed: str) -> str:
        match entry.kind:
            case "number":
                bounds = (
                    list(zip((">=", "<="), read.pair(value, read.number), strict=True))
                    if operator == "between"
                    else [(_COMPARISONS.get(operator, "="), read.number(value))]
                )
                parts = [f"{typed} {symbol} {self.bind(repr(bound), 'text')}::jsonb" for symbol, bound in bounds]
                return f"({' and '.join(parts)} and jsonb_typeof({typed}) = 'number')"
            case "boolean":
                return f"{typed} = {self.bind('true' if read.boolean(value) else 'false', 'text')}::jsonb"
            case "multi_select":
                symbol = "?|" if operator == "has_any" else "?&"
                chosen = read.items(value, lambda item: read.option(item, entry.options))
                return f"{typed} {symbol} {self.bind(chosen, 'text[]')}"
            case "date" | "datetime":
                low, high = read.span(operator, value, self.at)
                parts = [
                    f'{plain} collate "C" {symbol} {self.bind(read.stored_time(bound, entry.kind), "text")}'
                    for symbol, bound in ((">=", low), ("<", high))
                    if bound is not None
                ]
                return f"({' and '.join(parts)})"
        if operator in ("contains", "starts_with"):
            bound = f"lower({self.bind(read.words(value), 'text')})"
            if operator == "contains":
                return f"strpos(lower({plain}), {bound}) > 0"
            return f"starts_with(lower({plain}), {bound})"
        chosen = [read.option(value, entry.options)] if operator == "eq" else read.items(
            value, lambda item: read.option(item, entry.options)
        )  # fmt: skip
        bound = self.bind(chosen, "text[]")
        starts = f"array(select lower(left(v, 200)) from unnest({bound}) as v)"
        wholes = f"array(select lower(v) from unnest({bound}) as v)"
        return f"(lower(left({plain}, 200)) = any({starts}) and lower({plain}) = any({wholes}))"

    def activity_count(self, operator: str, value: Any, node: Mapping[str, Any]) -> str:
        if operator == "between":
            low, high = read.pair(value, read.count)
        else:
            number = read.count(value)
            low, high = {
                "gte": (number, None), "gt": (number + 1, None), "lte": (0, number),
                "lt": (0, number - 1), "eq": (number, number),
            }[operator]  # fmt: skip
        at_least = self.active(node, minimum=low) if low > 0 else "true"
        if high is None:
            return at_least
        if high < 0:
            return "false"
        return f"({at_least} and ({self.active(node, minimum=high + 1)}) is not true)"

    def activity_time(self, operator: str, value: Any, node: Mapping[str, Any]) -> str:
        if operator == "is_set":
            return self.active(node)
        low, high = read.span(operator, value, self.at)
        since = self.active(node, since=low) if low is not None else self.active(node)
        if high is None or operator == "within_days":
            return since
        return f"({since} and ({self.active(node, since=high)}) is not true)"

    def active(self, node: Mapping[str, Any], *, since: datetime | None = None, minimum: int = 1) -> str:
        """Leads with at least `minimum` activities of the node's kind (from `since`, or in its last days)."""
        conditions = ["activities.lead_id is not null"]
        if (kind := read.activity_kind(node.get("kind"))) is not None:
            if kind.endswith(".*"):
                conditions.append(f"starts_with(activities.kind, {self.bind(kind[:-1], 'text')})")
            else:
                conditions.append(f"activities.kind = {self.bind(kind, 'text')}")
        for start in (since, read.days_back(node.get("within_days"), self.at)):
            if start is not None:
                conditions.append(f"activities.occurred_at >= {self.bind(start, 'timestamptz')}")
        many = f" group by activities.lead_id having count(*) >= {self.bind(minimum, 'bigint')}" if minimum > 1 else ""
        return f"leads.id in (select activities.lead_id from activities where {' and '.join(conditions)}{many})"

    def segments(self, value: Any) -> str:
        ids = read.items(value if isinstance(value, list) else [value], read.identifier, part_limit=20)
        parts = []
        for segment_id in ids:
            row = self.fields.segments.get(segment_id)
            if row is None:
                raise read.BadValue("There is no such segment.")
            if row.condition is None:
                bound = self.bind(segment_id, "uuid")
                parts.append(
                    "leads.id in (select segment_members.lead_id from segment_members "
                    f"where segment_members.segment_id = {bound})"
                )
            else:
                parts.append(self.nested(segment_id, row.condition))
        return f"({' or '.join(parts)})"

    def nested(self, segment_id: UUID, condition: Mapping[str, Any]) -> str:
        if segment_id in self.inside:
            raise read.BadValue("This segment refers to itself.")
        if len(self.inside) >= MAX_SEGMENT_DEPTH:
            raise read.BadValue(f"Segments may refer to each other {MAX_SEGMENT_DEPTH} deep.")
        before, self.inside = self.inside, (*self.inside, segment_id)
        known = len(self.errors)
        sql = self.node(condition, "", 0)
        self.inside = before
        if len(self.errors) > known:
            first = self.errors[known]
            del self.errors[known:]
            raise read.BadValue(f"The segment no longer works: {first['message']}")
        return sql


def _join(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part
