"""Shapes of weekly hours, special days and holidays, for other modules that keep opening hours of their own."""

from tradewind.modules.meetings.schemas.availability import Dates, HolidayChoice, Week, check_dates, check_week

__all__ = ["Dates", "HolidayChoice", "Week", "check_dates", "check_week"]
