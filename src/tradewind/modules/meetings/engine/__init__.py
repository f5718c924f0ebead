"""Pure computing about times: no database, no clock of its own."""
