"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Campaigns": "A goal, an audience, messages, a budget and a schedule: drafts, reach, launch, results and costs.",
    "Journeys": "What happens to whom and when: drafts, versions, rehearsals, launch, and where everybody is.",
}
