"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Campaigns": "A goal, an audience, messages, a budget and a schedule: drafts, reach, launch, results and costs.",
    "Campaign budgets": "Budgets that campaigns share: what moves between them once a day, why, and taking it back.",
    "Journeys": "What happens to whom and when: drafts, versions, rehearsals, launch, and where everybody is.",
}
