"""What the detail tells beside the report: what it was merged with, and why something could not be done."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_console_queue import act, get, open_report, post

pytestmark = pytest.mark.browser

FOREIGN = re.compile(r"[A-Za-z]{3,}")


def merge(here, child, parent):
    return act(here, child, "merge", into=parent["id"])


def test_merged_reports_lead_to_each_other(visit):
    here = visit(locale="en-GB")
    parent, first, second = (
        post(here, category="power.outage", description=f"Dark stairs {n}", address=f"Building {n}")
        for n in range(3)
    )
    page = open_report(here, parent)
    expect(page.locator("#detail .merged")).to_have_count(0)
    merge(here, first, parent)
    merge(here, second, parent)
    page = open_report(here, parent)
    rows = page.locator("#detail .merged li")
    expect(rows).to_have_count(2)
    for row, child in zip([rows.nth(0), rows.nth(1)], (first, second), strict=True):
        expect(row).to_contain_text(child["number"])
        expect(row).to_contain_text(child["description"])
        expect(row).to_contain_text(child["address"])
        expect(row).to_contain_text(re.compile(r"\d{2}:\d{2}"))
    rows.nth(1).locator("button").click()
    expect(page.locator("#detail [data-title]")).to_contain_text(second["number"])
    back = page.locator("#detail .notice", has_text="Merged into")
    expect(back).to_contain_text(parent["number"])
    back.locator("button").click()
    expect(page.locator("#detail [data-title]")).to_contain_text(parent["number"])
    assert get(here, f"/reports/{parent['id']}")["merged_count"] == 2


def test_a_refusal_is_told_in_chinese(visit):
    here = visit()
    here.expected = ["409", "422"]
    report = post(here, category="power.outage", description="不能并入自己")
    page = open_report(here, report)
    page.locator("#detail [data-action=merge]").click()
    page.locator("dialog [name=into]").fill(report["number"])
    page.locator("dialog button[type=submit]").click()
    toast = page.locator("#toast")
    expect(toast).to_contain_text("没有办成：不能并入自己")
    expect(toast).to_contain_text("现在可以：")
    assert not FOREIGN.search(toast.inner_text())
    # A field that is refused says so beside itself.
    page.locator("#detail [data-action=reject]").click()
    page.locator("dialog [name=reason]").fill("   ")
    page.locator("dialog button[type=submit]").click()
    expect(page.locator("dialog .wrong").first).to_have_text("请填写")


def test_refusals_of_many_are_told_in_chinese(visit):
    here = visit()
    report = post(here, category="power.outage", description="批量再派一次")
    report = act(here, act(here, report, "accept"), "dispatch", lead="power")
    page = here.open_map("/map?f.text=批量再派一次")
    expect(page.locator("body")).to_have_attribute("data-rows", "1")
    page.locator("#check-all").click()
    page.locator("[data-bulk=dispatch]").click()
    page.locator("dialog .primary").click()
    bad = page.locator("dialog tr.bad")
    expect(bad).to_contain_text(report["number"])
    expect(bad).to_contain_text("以现在的状态不能这样做")
    assert not FOREIGN.search(bad.inner_text())
