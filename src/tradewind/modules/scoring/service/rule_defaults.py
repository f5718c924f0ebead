"""The rules every organisation starts with: an editable prior, the same for all until outcomes or people say more."""

from functools import cache

from tradewind.modules.scoring.engine.features import ENGAGEMENT
from tradewind.modules.scoring.schemas.setups import (
    ActivityRule,
    ConditionRule,
    PointRule,
    RecencyRule,
    RuleSet,
    SetupSettings,
    TraitRule,
)

PRIMARY = "conversion"


def _trait(key: str, trait: str, values: list[str], points: int, name: str) -> TraitRule:
    return TraitRule.model_validate({"id": key, "name": name, "points": points, "trait": trait, "values": values})


def _condition(key: str, points: int, name: str, condition: dict[str, object]) -> ConditionRule:
    return ConditionRule(id=key, name=name, points=points, condition=condition)


def _activity(group: str, points: int, most: int, name: str) -> ActivityRule:
    return ActivityRule(id=group, name=name, points=points, activities=list(ENGAGEMENT[group]), most=most)


_RULES: tuple[PointRule, ...] = (
    _trait("business_address", "email_kind", ["business"], 10, "Uses a business e-mail address"),
    _trait("free_address", "email_kind", ["free"], -3, "Uses a free-mail address"),
    _trait("owner", "seniority", ["owner"], 15, "Owns or leads the company"),
    _trait("executive", "seniority", ["executive"], 15, "Is an executive"),
    _trait("director", "seniority", ["director"], 12, "Is a director or head"),
    _trait("manager", "seniority", ["manager"], 8, "Is a manager"),
    _trait("specialist", "seniority", ["specialist"], 2, "Works in the field"),
    _trait("student", "seniority", ["student"], -10, "Is a student or trainee"),
    _condition("phone", 5, "Gave a phone number", {"field": "phone", "op": "is_set"}),
    _condition("company_known", 5, "The company is known", {"field": "company_name", "op": "is_set"}),
    _condition("do_not_email", -15, "Asked not to be e-mailed", {"field": "do_not_email", "op": "eq", "value": True}),
    _condition("do_not_call", -5, "Asked not to be called", {"field": "do_not_call", "op": "eq", "value": True}),
    _condition(
        "company_medium", 5, "The company employs 20 to 199 people",
        {"field": "company.employee_count", "op": "between", "value": [20, 199]},
    ),
    _condition(
        "company_large", 10, "The company employs 200 people or more",
        {"field": "company.employee_count", "op": "gte", "value": 200},
    ),
    _activity("page_views", 1, 8, "Viewed a page"),
    _activity("forms", 12, 18, "Submitted a form"),
    _activity("emails_opened", 1, 4, "Opened an e-mail"),
    _activity("emails_clicked", 5, 10, "Clicked a link in an e-mail"),
    _activity("emails_replied", 12, 18, "Answered an e-mail"),
    _activity("calls", 8, 16, "Spoke with us"),
    _activity("meetings_booked", 12, 18, "Booked a meeting"),
    _activity("meetings_held", 12, 24, "Met us"),
    _activity("meetings_missed", -8, 16, "Missed a meeting"),
    _activity("chats", 2, 8, "Wrote a chat message"),
    RecencyRule(id="active", name="Was active in the last two weeks", points=5, when="active_within", days=14),
    RecencyRule(id="silent", name="Has been silent for two months", points=-15, when="silent_for", days=60),
)  # fmt: skip


@cache
def default_rules() -> RuleSet:
    """The rules of a new setup. Copy before changing."""
    return RuleSet(rules=list(_RULES))


@cache
def default_settings() -> SetupSettings:
    """The settings of the primary score before anyone changed them."""
    return SetupSettings(name="Conversion", rules=default_rules())
