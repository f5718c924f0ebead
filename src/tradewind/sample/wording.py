"""Sentences of the sample company: notes, call summaries, meeting outcomes, tasks and form texts."""

from __future__ import annotations

import random

PAINS = (
    "month-end takes two weeks",
    "sales and finance report different revenue",
    "the forecast is a spreadsheet that only one person understands",
    "stock numbers arrive three days late",
    "every board pack is built by hand",
    "nobody trusts the churn figure",
    "their data sits in five systems",
    "regional teams each keep their own list",
)
TOOLS = (
    "spreadsheets",
    "an ageing data warehouse",
    "a home-made reporting tool",
    "two BI tools side by side",
    "the reports built into their ERP",
)
NEXT = (
    "Sends sample data by Friday.",
    "Wants the security questionnaire first.",
    "Brings the finance lead to the next call.",
    "Asked for a written proposal with two options.",
    "Will talk to procurement this week.",
    "Needs a reference in the same industry.",
)
NOTES = (
    "{first} runs a team of {team} at {company}. Main pain: {pain}. They use {tool} today. {next}",
    "Good talk with {first}. {pain_cap}; they want it solved before the new financial year. {next}",
    "{company} ({employees} people, {industry}) — budget holder is the CFO, {first} prepares the decision. {next}",
    "Spoke about the connector for their warehouse. {first} liked the forecast view, less so the export. {next}",
    "{first} compares us with two others. Price matters less than the time to the first report. {next}",
    "Left a message, then {first} called back: {pain}. Not urgent, but real. {next}",
    "Technical check with their IT: single sign-on is a must, hosting in the EU preferred. {next}",
    "{first} asked how long onboarding takes. I said three weeks with clean data, five without. {next}",
)
CALLS = (
    "Introduced Lumen, {first} described the current set-up ({tool}). Agreed on a demo.",
    "Short call between meetings. {pain_cap}. Call again next week with the team lead.",
    "Talked through pricing for about {employees} employees. {next}",
    "{first} had questions on data protection and hosting. Sent the security paper.",
    "Followed up on the webinar. Interested in forecasting, reporting is solved for now.",
)
MEETINGS = (
    "Demo with {first} and two colleagues. {pain_cap}; the drill-down answered it live. {next}",
    "Discovery: goals, data sources, who decides. They use {tool}. {next}",
    "Walk-through of the trial workspace with their own data. {next}",
    "Commercial talk: yearly plan, {team} seats, start next quarter. {next}",
)
LOST_NOTES = {
    "Price": "{company} likes the product, the budget is half of what we ask. Closed; ask again next year.",
    "No decision": "No answer for weeks, {first} says other projects come first. Closed.",
    "Chose a competitor": "{first} told us openly: they took the other offer, its ERP connector was ready made.",
    "Missing feature": "They need write-back into the ERP, which we do not have. Closed with a promise to tell them.",
    "Bad timing": "Reorganisation at {company}; {first} asks us to come back in two quarters.",
    "Lost contact": "{first} has left {company}, nobody took over.",
}
WON_NOTES = (
    "Signed. Kick-off with {first} next week; onboarding team informed.",
    "{company} signed the yearly plan. What decided it: the first report ran on day one.",
    "Contract is back. {first} wants the forecast live before the next board meeting.",
)
DECLINES = (
    "Thanks, not a topic for us this year.",
    "Please talk to my colleague in finance, I only wanted the report.",
    "We have just renewed with our present supplier.",
    "Interesting, but we are too small for this.",
)
TASKS_OPEN = (
    ("Send proposal to {first}", "Two options: reports only, and reports with forecast."),
    ("Call {first} about the trial", "They invited a colleague yesterday."),
    ("Answer security questions of {company}", "Hosting, deletion, sub-processors."),
    ("Book the technical check with {company}", "Their IT wants to see single sign-on."),
    ("Follow up with {first}", "No answer since the last mail."),
    ("Prepare the demo for {company}", "Use the {industry} data set."),
    ("Ask {first} for the purchase order", ""),
    ("Find the budget holder at {company}", ""),
)
TASKS_DONE = (
    ("Prepare the meeting with {first}", ""),
    ("Send minutes to {first}", ""),
    ("Send reference from {industry}", ""),
    ("Check sample data of {company}", ""),
)
FORMS = {
    "Paid search": "Book a demo",
    "Organic search": "Talk to us",
    "LinkedIn ads": "Lead form",
    "Content download": "Download the guide",
    "Webinar": "Webinar registration",
    "Trade fair": "Badge scan",
    "Partner": "Partner introduction",
    "Referral": "Introduction",
}


class Writer:
    """Fills sentences for one lead.

    Args:
        rng: the lead's own generator.
        first, company, industry, employees: what the sentences mention.
    """

    def __init__(self, rng: random.Random, *, first: str, company: str, industry: str, employees: int) -> None:
        self._rng = rng
        self._words = {
            "first": first,
            "company": company,
            "industry": industry.lower(),
            "employees": f"{employees:,}",
        }

    def fill(self, template: str) -> str:
        """One template with the lead's words and freshly chosen details."""
        pain = self._rng.choice(PAINS)
        return template.format(
            **self._words,
            pain=pain,
            pain_cap=pain[0].upper() + pain[1:],
            tool=self._rng.choice(TOOLS),
            next=self._rng.choice(NEXT),
            team=self._rng.randint(3, 24),
        )

    def one_of(self, templates: tuple[str, ...]) -> str:
        """One of several templates, filled."""
        return self.fill(self._rng.choice(templates))

    def task(self, templates: tuple[tuple[str, str], ...]) -> tuple[str, str]:
        """Title and body of a task."""
        title, body = self._rng.choice(templates)
        return self.fill(title), self.fill(body)
