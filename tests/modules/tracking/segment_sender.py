"""Sends events with Segment's library for Python, as its documentation shows; prints the ids of those it gave up.

python segment_sender.py HOST WRITE_KEY EVENTS
"""

import json
import sys

from segment.analytics.client import Client


def main(host: str, write_key: str, events: int) -> None:
    """Send, and wait until everything is delivered or given up."""
    given_up: list[str] = []
    client = Client(
        write_key,
        host=host,
        gzip=True,
        upload_size=20,
        timeout=30,
        on_error=lambda error, items: given_up.extend(item["messageId"] for item in items),
    )
    for number in range(events):
        user, message = f"user-{number % 7}", f"python-{number}"
        match number % 6:
            case 0:
                client.track(user, "Paid", {"amount": number}, message_id=message)
            case 1:
                client.identify(user, {"email": f"{user}@people.example"}, message_id=message)
            case 2:
                client.page(user, "Docs", "Home", {"path": "/"}, message_id=message)
            case 3:
                client.screen(user, "App", "Start", message_id=message)
            case 4:
                client.group(user, "group-1", {"plan": "pro"}, message_id=message)
            case _:
                client.alias(f"anonymous-{number}", user, message_id=message)
    client.flush()
    client.join()
    print(json.dumps(given_up))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
