"""Steps that the tours share, and their pictures for ``docs/tour``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

DOCS = Path(__file__).resolve().parents[2] / "docs" / "tour"
# Pictures are only kept when a folder is named; `python -m tests.browser.tour` writes those of the docs.
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


def compress(folder: Path) -> None:
    """Make the pictures small: few colours are enough for what we draw."""
    for path in sorted(folder.glob("*.png")):
        with Image.open(path) as picture:
            few = picture.convert("RGB").quantize(colors=128, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


def main() -> int:
    """Run the tours and keep their pictures in ``docs/tour``."""
    environment = {**os.environ, "GRIDCALL_TOUR": str(DOCS)}
    tours = sorted(str(path) for path in Path(__file__).parent.glob("test_tour_*.py"))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-q", *tours], env=environment, check=False
    )
    if run.returncode == 0:
        compress(DOCS)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
