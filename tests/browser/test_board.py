"""The board on the wall: shows what the API says, follows what happens, and says when it cannot."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect


def opened(visit: Callable[..., Any], **more: Any) -> Any:
    one = visit("dispatcher", width=1920, height=1080, **more)
    one.open("/map/board")
    one.page.locator("body[data-ready=true]").wait_for()
    expect(one.page.locator("#state")).to_have_attribute("data-state", "live")
    return one


def test_it_shows_the_numbers_fits_the_screen_and_follows(visit: Callable[..., Any]) -> None:
    one = opened(visit)
    found = one.context.request.get(f"{one.address}/api/v1/board").json()
    for name in ("received", "dispatched", "closed", "open"):
        expect(one.page.locator(f"[data-number={name}]")).to_have_text(str(found[name]))
    assert one.page.evaluate(
        "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
    )
    assert one.page.locator("#utilities tbody tr:visible").count() == min(
        6, len(found["utilities"])
    )
    answer = one.context.request.post(
        f"{one.address}/api/v1/reports",
        data={
            "category": "gas.leak", "description": "<b>rosebud</b>", "urgent": True,
            "longitude": 119.4226, "latitude": 35.9956, "client_id": str(uuid.uuid4()),
        },
    )  # fmt: skip
    assert answer.ok, answer.text()
    expect(one.page.locator("#live ol li").first).to_contain_text("燃气泄漏")
    expect(one.page.locator("#live ol li").first).to_contain_text("紧急")
    after = one.context.request.get(f"{one.address}/api/v1/board").json()
    # The first report after midnight begins the count of its day.
    before = found["received"] if after["day"] == found["day"] else 0
    assert after["received"] == before + 1
    expect(one.page.locator("[data-number=received]")).to_have_text(str(after["received"]))
    assert "rosebud" not in one.page.content()


def test_it_says_since_when_it_stands_still_and_recovers(visit: Callable[..., Any]) -> None:
    one = opened(visit, locale="en-GB")
    one.expected += ["Failed to load resource", "ERR_INTERNET_DISCONNECTED", "net::"]
    one.context.set_offline(True)
    expect(one.page.locator("#state")).to_have_attribute("data-state", "offline")
    one.context.set_offline(False)
    expect(one.page.locator("#state")).to_have_attribute("data-state", "live")


def test_signing_out_elsewhere_is_said(visit: Callable[..., Any]) -> None:
    one = opened(visit, locale="en-GB")
    assert one.context.request.delete(f"{one.address}/api/v1/sessions/current").ok
    one.expected.append("401")
    expect(one.page.locator("#stale")).to_contain_text("Signed out")
    expect(one.page.locator("#state")).to_have_attribute("data-state", "signed_out")


def test_whoever_is_not_signed_in_comes_back_here(visit: Callable[..., Any]) -> None:
    one = visit(None)
    one.open("/map/board")
    assert one.page.url.endswith("next=%2Fmap%2Fboard")
