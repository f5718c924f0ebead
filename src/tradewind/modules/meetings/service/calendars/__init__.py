"""Calendars of hosts: connecting, reading busy times, writing meetings, vendors' rooms, feeds."""
