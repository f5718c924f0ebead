"""Servers that calendars are tested against: a real Radicale process, and scripted stand-ins of vendors."""
