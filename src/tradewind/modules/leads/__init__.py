"""People, companies and all that is known about them: lists, segments, timeline, imports and deals."""
