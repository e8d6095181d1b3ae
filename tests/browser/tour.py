"""Steps that the tours share, and their pictures for ``docs/tour``."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, expect

# Pictures are only kept when a folder is named: `GRIDCALL_TOUR=docs/tour pytest tests/browser/test_tour_*`.
FOLDER = os.environ.get("GRIDCALL_TOUR", "")


def shoot(page: Page, name: str) -> None:
    """Keep a picture of what the page shows, where pictures are wanted."""
    if FOLDER:
        page.screenshot(path=Path(FOLDER).absolute() / f"{name}.png")


def press(page: Page, action: str) -> None:
    """Send the form of an action and wait until the page says it is done."""
    page.locator(f"#do-{action} button[type=submit]").click()
    page.wait_for_url(f"**done={action}")
    expect(page.locator(".notice.done").first).to_be_visible()


def report_low_pressure(page: Page, address: str, building: int) -> str:
    """Hand in that the upper floors of a building have no water; return the receipt's address."""
    page.goto(f"{address}/reports/new")
    page.locator("#description").fill(f"{building}号楼4-6楼没水，水压低")
    page.locator("#place").fill("盛龙花园")
    page.locator("#address").fill(f"盛龙花园{building}号楼")
    page.locator("#category").select_option("water.low_pressure")
    page.locator("button[value=check]").click()
    expect(page.locator(".found")).to_contain_text("诸城供水公司")
    page.locator("button[value=save]").click()
    page.wait_for_url("**/receipts/**")
    return page.url.split("?")[0]
