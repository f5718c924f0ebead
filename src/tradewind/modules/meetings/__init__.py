"""Meetings: event types, availability, bookings that cannot collide, calendars and reminders."""
