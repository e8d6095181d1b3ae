"""Yuewang: a party branch finds a cable dug up; power leads, telecom assists, a third party did it.

One browser an actor, by their pages alone.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from gis.accounts import add_account
from gis.db.database import Database
from tests.browser.pictures import press, shoot

pytestmark = pytest.mark.browser

GRID, TOWN = "370782102002006", "370782102"


@pytest.fixture(scope="module")
def more_people(city_url: str) -> None:
    """Give the branch secretary of the grid, the town's centre and the telecom company accounts."""
    db = Database(city_url, role=None)
    with db.transaction(county_code="370782") as tx:
        secretary = tx.scalar(
            "SELECT id FROM grid_staff WHERE grid_code = %(grid)s AND role = 'branch_secretary'"
            " AND valid_from <= %(today)s",
            {"grid": GRID, "today": datetime.now(UTC).date()},
        )
        common = {"county_code": "370782", "password": "demo demo demo"}
        add_account(
            tx,
            username="secretary",
            name="岳旺党支部",
            role="grid_staff",
            staff_id=secretary,
            **common,
        )
        add_account(
            tx,
            username="shiqiaozi",
            name="石桥子镇综治中心",
            role="dispatcher",
            town_code=TOWN,
            **common,
        )
        add_account(
            tx,
            username="telecom",
            name="电信公司值班员",
            role="utility",
            utility_code="telecom",
            **common,
        )
    db.close()


def sign_in(visit, username: str, **size: int):
    """Sign in by the form; the sample city's own accounts have another password."""
    here = visit(None, **size)
    here.page.goto(here.address)
    here.page.locator("#username").fill(username)
    here.page.locator("#password").fill("demo demo demo")
    here.page.locator("#sign-in button.primary").click()
    expect(here.page.locator(".who h1")).to_be_visible()
    return here.page


def report_cable(secretary: Page, address: str) -> str:
    """Hand the cable in for the party branch, and return the path of the report."""
    secretary.goto(f"{address}/reports/new")
    secretary.locator("#description").fill("修路挖断电缆和光缆，蔬菜门市停电，电话不通")
    secretary.locator("#place").fill("岳旺蔬菜门市")
    secretary.locator("#category").select_option("power.cable_damage")
    secretary.locator(".urgent-mark input").check()
    secretary.locator(".person > summary").click()
    secretary.locator("#source").select_option("party_branch")
    secretary.locator("button[value=check]").click()
    expect(secretary.locator(".found")).to_contain_text("诸城供电公司")
    shoot(secretary, "tour/11-check")
    secretary.locator("button[value=save]").click()
    secretary.wait_for_url("**/receipts/**")
    secretary.get_by_role("link", name="打开事项").click()
    secretary.locator(".report-head").wait_for()
    return secretary.url.removeprefix(address)


def test_yuewang_cable(visit, more_people):
    phone = {"width": 390, "height": 844}
    power_visit = visit("power", **phone)
    address, power = power_visit.address, power_visit.page
    secretary = sign_in(visit, "secretary", **phone)
    desk = sign_in(visit, "shiqiaozi")
    telecom = sign_in(visit, "telecom", **phone)

    report = report_cable(secretary, address)
    desk.goto(f"{address}{report}")
    # A cable goes to the municipal centre at once; only where it stays with the town the town acts.
    if not desk.locator("#do-accept").count():
        desk = visit("dispatcher").page
        desk.goto(f"{address}{report}")
    press(desk, "accept")
    form = desk.locator("#do-dispatch")
    expect(form.locator("input[name=lead]:checked")).to_have_value("power")
    form.locator(".ticks > summary").first.click()
    form.locator("input[name=assisting][value=telecom]").check()
    shoot(desk, "tour/12-dispatch")
    press(desk, "dispatch")

    for page, words in ((power, "修复 10 千伏电缆接头"), (telecom, "熔接 24 芯光缆")):
        page.goto(f"{address}{report}")
        press(page, "check_in")
        form = page.locator("#do-feed_back")
        form.locator("[name=result]").fill(words)
        form.locator("[name=cause]").fill("第三方施工挖断")
        form.locator("[name=remedy]").fill("与施工方约定开挖前会签")
        press(page, "feed_back")
    power.goto(f"{address}{report}")
    shoot(power, "tour/13-power")

    desk.goto(f"{address}{report}")
    expect(desk.locator(".bodies")).to_contain_text("协办")
    expect(desk.locator(".bodies")).to_contain_text("第三方施工挖断")
    shoot(desk, "tour/14-verify")
    press(desk, "close")
    expect(desk.locator(".report-head .status.closed")).to_be_visible()
    secretary.goto(f"{address}{report}")
    expect(secretary.locator(".timeline")).to_contain_text("熔接 24 芯光缆")
    shoot(secretary, "tour/15-course")
