"""Pictures of the main states, kept by every run under ``artifacts/``, and the steps the tours share."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

CHECKOUT = Path(__file__).resolve().parents[2]
KEPT = CHECKOUT / "artifacts"
# Folders of pictures of which the documentation shows some: `make pictures` renews those.
SHOWN = ("images", "tour")


def shoot(page: Page, name: str) -> None:
    """Keep a picture of what the page shows; the name begins with its folder."""
    path = KEPT / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)


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


def _small(source: Path, target: Path) -> None:
    """Write a picture small, and every colour as it is: a legend must match its map."""
    with Image.open(source) as picture:
        picture.convert("RGB").save(target, optimize=True)


def main() -> int:
    """Run what makes the pictures, and put those that the documentation shows into it."""
    for folder in SHOWN:
        shutil.rmtree(KEPT / folder, ignore_errors=True)
    tours = sorted(str(path) for path in Path(__file__).parent.glob("test_tour_*.py"))
    tests = [*tours, str(Path(__file__).with_name("test_pictures.py"))]
    run = subprocess.run([sys.executable, "-m", "pytest", "-n", "0", "-q", *tests], check=False)
    if run.returncode == 0:
        for folder in SHOWN:
            for shown in sorted((CHECKOUT / "docs" / folder).glob("*.png")):
                _small(KEPT / folder / shown.name, shown)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
