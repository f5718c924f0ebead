"""Sends one event of each type with RudderStack's library for Python, as its documentation shows.

python rudder_sender.py DATA_PLANE_URL WRITE_KEY
"""

import sys

import rudderstack.analytics as analytics


def main(address: str, write_key: str) -> None:
    """Send, and wait until everything is delivered."""
    analytics.write_key, analytics.dataPlaneUrl = write_key, address
    analytics.track("rudder-1", "Paid", {"amount": 3}, message_id="rudder-track")
    analytics.identify("rudder-1", {"email": "rudder@people.example"}, message_id="rudder-identify")
    analytics.page("rudder-1", "Docs", "Home", message_id="rudder-page")
    analytics.screen("rudder-1", "App", "Start", message_id="rudder-screen")
    analytics.group("rudder-1", "group-1", {"plan": "pro"}, message_id="rudder-group")
    analytics.alias("anonymous-1", "rudder-1", message_id="rudder-alias")
    analytics.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
