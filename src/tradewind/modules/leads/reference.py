"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Leads": "People you may win: the list with its filter language, single leads, their timeline, the quick search.",
    "Bulk actions": "Many leads at once, by ids or by filter, in the background; undone where that is possible.",
    "Companies": "The firms that leads work for.",
    "Custom fields": "Fields of your own on leads, companies and deals; their values are in `custom`.",
    "Deals": "Opportunities on the board: created, moved from stage to stage, won or lost.",
    "Duplicates": "Leads that stand for the same person: found, merged, and taken apart again.",
    "Encrypted fields": "Custom fields of the kind `secret`: stored encrypted, in no list or filter, shown one by one.",
    "Exports": "The list of leads as CSV, Excel or JSON Lines, streamed.",
    "Files": "Documents on leads.",
    "Imports": "Leads from CSV and Excel files: upload, check the suggested mapping, look at the preview, start, undo.",
    "Notes": "What people write down about a lead.",
    "Pipelines": "The stages a deal goes through.",
    "Routing": "Who gets a new lead, by rules, in turn and by load.",
    "Segments": "Named sets of leads: by a condition that keeps itself up to date, or by hand.",
    "Tags": "The words that leads are marked with.",
    "Tasks": "What is to be done for a lead, a company or a deal, by whom and until when.",
    "Views": "Saved states of the list: filter, sort and columns.",
}
