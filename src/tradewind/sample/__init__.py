"""The sample company: Northlight Analytics, an invented B2B software firm with a year of history."""
