"""What the console asks of the line: its first load, and an event afterwards."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from data.zhucheng.stream import new_calls
from tests.browser.test_console_queue import post

pytestmark = pytest.mark.browser


def test_the_first_load_stays_under_360_kilobytes(visit, record_property):
    here = visit()
    size = {"bytes": 0}
    client = here.context.new_cdp_session(here.page)
    client.send("Network.enable")
    client.on(
        "Network.loadingFinished",
        lambda event: size.__setitem__("bytes", size["bytes"] + event["encodedDataLength"]),
    )
    page = here.open_map()
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    expect(page.locator("#queues [data-queue=open] b")).not_to_have_text("–")
    expect(page.locator(".row").first).to_be_visible()
    record_property("first_load_bytes", round(size["bytes"]))
    assert 50_000 < size["bytes"] < 360_000


def test_an_event_is_under_two_kilobytes(visit):
    here = visit()
    sizes = []
    client = here.context.new_cdp_session(here.page)
    client.send("Network.enable")
    client.on(
        "Network.eventSourceMessageReceived",
        lambda event: (
            sizes.append(len(event["data"].encode())) if event["eventName"] == "report" else None
        ),
    )
    page = here.open_map()
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    call = next(new_calls(1))
    post(here, **{**call, "description": call["description"].ljust(120, "停")})
    expect(page.locator("#pending")).to_be_visible()
    assert len(sizes) == 1
    assert 200 < sizes[0] < 2_000
