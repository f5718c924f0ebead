"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Event types": "What can be booked: lengths, place, questions, hosts, limits, and the times that are free.",
    "Availability": "When hosts can be met: weekly hours, exceptions by date, public holidays.",
    "Meetings": "Booked meetings: who meets whom when, moving, cancelling, no-shows, waiting lists.",
    "Booking pages": "What strangers do without signing in: free times, booking, waiting lists, links in their mails.",
    "Routing forms": "A few questions that lead people to the right event type, to another page or to a message.",
    "Cal.com": "A subset of Cal.com's API v2 for programs made for it: free times, reservations, bookings.",
    "Calendars": "Calendars outside of Tradewind: busy times read, meetings written, links for meeting online.",
}
