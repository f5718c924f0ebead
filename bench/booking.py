"""An organisation whose event type can be booked around the clock, made through the API of a running product."""

import time

import httpx


def new_booking_page(base: str) -> str:
    """Signs somebody up who offers a half-hour meeting; the path of its booking page, `/book/…/…`."""
    with httpx.Client(base_url=base, trust_env=False, timeout=60) as client:
        who = {"email": f"bench-{time.time_ns()}@people.example", "password": "correct-Horse-battery-7-staple"}
        made = {"name": "Mira Founder", "organisation_name": "Harbour Robotics"}
        client.post("/api/v1/auth/sign-up", json=who | made).raise_for_status()
        token = client.post("/api/v1/auth/token", json=who).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        everyday = [{"days": [1, 2, 3, 4, 5, 6, 7], "start": "00:00", "end": "24:00"}]
        always = {"name": "Always", "time_zone": "UTC", "weekly": everyday}
        schedule = client.post("/api/v1/availability", json=always).raise_for_status().json()
        kind = {"title": "First call", "lengths": [30], "minimum_notice": 0, "schedule_id": schedule["id"]}
        return client.post("/api/v1/event-types", json=kind).raise_for_status().json()["path"]
