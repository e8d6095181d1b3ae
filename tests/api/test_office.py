"""The office's pages and resources: statistics and their lists, accounts, roster, throttling, privacy."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape

import httpx
import openpyxl
import pytest

from gis.retention import NOT_ERASED, rules_of
from gis.throttling import MOST_FAILURES, REST
from maps.language import glossary
from tests.api.conftest import API, PASSWORD, World

Clients = Callable[[str], httpx.Client]
NEW = "a new password"


@pytest.fixture
def browse(world: World) -> Iterator[Callable[[str], httpx.Client]]:
    """Make browsers that hold an account's cookie and follow nothing by themselves."""
    made: list[httpx.Client] = []

    def of(username: str) -> httpx.Client:
        one = httpx.Client(base_url=world.address, headers={"accept-language": "en"}, timeout=30)
        if username:
            one.cookies.set("gridcall_session", world.open_session(username))
        made.append(one)
        return one

    yield of
    for one in made:
        one.close()


PAGES = {
    "/statistics": {"admin", "supervisor", "dispatcher", "town1", "water", "staff", "planner"},
    "/reports": None,
    "/admin": {"admin"},
    "/admin/accounts": {"admin"},
    "/admin/roster": {"admin"},
    "/admin/roster/S0000-0": {"admin"},
}
ROLES = ("admin", "supervisor", "dispatcher", "town1", "water", "staff", "volunteer", "planner")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_page_is_for_its_roles(path: str, language: str, browse: Clients) -> None:
    allowed = PAGES[path]
    for role in ROLES:
        answer = browse(role).get(path, params={"lang": language})
        expected = 200 if allowed is None or role in allowed else 403
        assert answer.status_code == expected, (path, role)
        if expected == 200:
            assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", answer.text)
    assert browse("").get(path).status_code == 303


def filed(client: httpx.Client, count: int, assisting: Sequence[str] = ()) -> None:
    """Take in, accept and dispatch so many reports."""
    dispatch = {"action": "dispatch", "lead": "power", "assisting": list(assisting)}
    for _ in range(count):
        body = {"description": "停电", "category": "power", "longitude": 119.34, "latitude": 36.0}
        report = client.post("/reports", json=body).json()
        for action in ({"action": "accept"}, dispatch):
            answer = client.post(
                f"/reports/{report['id']}/actions",
                json=action,
                headers={"if-match": str(report["version"])},
            )
            assert answer.is_success, answer.text
            report = answer.json()


def test_every_number_leads_to_exactly_its_cases(
    world: World, client: Clients, browse: Clients
) -> None:
    filed(client("dispatcher"), 3)
    query = "from=2022-05-01&to=2022-05-31&by=town"
    shown = browse("dispatcher").get(f"/statistics?{query}").text
    links = {unescape(link) for link in re.findall(r'href="(/reports\?counted=[^"]+)"', shown)}
    assert len(links) >= 4
    for link in links:
        number = {
            int(text.replace(",", ""))
            for text in re.findall(re.escape(f'href="{link}"'.replace("&", "&amp;")) + r">([\d,]+)<", shown)
        }  # fmt: skip
        listed = browse("dispatcher").get(link).text
        told = re.search(r'id="found"[^>]*>\s*Reports: ([\d,]+)', listed)
        assert told is not None, link
        # Of check-ins and evaluations the list says how often its reports count.
        times = re.search(r"([\d,]+) (?:assignments in|evaluations of) [\d,]+ reports", listed)
        assert {int((times or told)[1].replace(",", ""))} == number, link
        rows = listed.count('<span class="row-head">')
        assert rows == min(50, int(told[1].replace(",", "")))
    assert not re.search(
        r'href="/reports\?counted', browse("planner").get(f"/statistics?{query}").text
    )


def test_a_number_of_assignments_is_told_beside_the_list_of_its_reports(
    client: Clients, browse: Clients
) -> None:
    """Every rate's counts come again from its links, also where a report counts several times."""
    desk = client("dispatcher")
    filed(desk, 1)
    filed(desk, 1, assisting=["water-west", "office-1"])
    asked = {"from": "2022-05-01", "to": "2022-05-31", "by": "town"}
    shown = desk.get("/statistics", params=asked).json()
    several = 0
    for group in (shown["total"], *shown["groups"]):
        for rate in group["rates"]:
            for side in ("numerator", "denominator"):
                query = rate[f"{side}_cases"].partition("?")[2]
                counts = desk.get(f"/reports/counts?{query}").json()
                told = counts["counted"]
                assert (told["count"], told["unit"]) == (rate[side], rate["unit"]), (rate, side)
                assert told["count"] == counts["count"] or rate["unit"] != "report"
                several += told["count"] > counts["count"]
    assert several >= 2  # of the town and of the whole
    check_in = next(one for one in shown["total"]["rates"] if one["code"] == "check_in_rate")
    assert check_in["unit"] == "assignment"
    assert "主办、协办各计一次" in check_in["definition"]
    assert "lead and assisting each for itself" in check_in["definition_en"]
    listed = browse("dispatcher").get("/reports?" + check_in["denominator_cases"].partition("?")[2])
    assert re.search(rf"{check_in['denominator']} assignments in \d+ reports", listed.text)
    assert desk.get("/reports/counts").json()["counted"] is None


def test_statistics_say_what_is_wrong_with_a_period(browse: Clients) -> None:
    for query, field in (("from=x&to=2022-05-01", "from"), ("from=2022-05-01", "to"),
                         ("from=2022-05-02&to=2022-05-01", "to")):  # fmt: skip
        answer = browse("admin").get(f"/statistics?{query}")
        assert answer.status_code == 422
        assert f'id="{field}-problem"' in answer.text


def test_statistics_as_files(browse: Clients, client: Clients) -> None:
    query = "from=2022-05-01&to=2022-05-31&by=town"
    page = browse("admin").get(f"/statistics?{query}&f=csv")
    assert page.headers["content-disposition"].endswith('by-town.csv"')
    assert page.content.startswith(b"\xef\xbb\xbfTown".replace(b"Town", b"town"))
    found = client("admin").get(f"/statistics?{query}&f=xlsx&lang=zh")
    book = openpyxl.load_workbook(io.BytesIO(found.content))
    assert book.sheetnames == ["统计", "指标说明"]
    assert client("admin").get("/statistics?rank=nonsense").status_code == 422
    compared = client("admin").get("/statistics?compare=true&by=town&rank=settlement_rate").json()
    assert compared["latest"] is True
    assert compared["before"]["from"] < compared["from"]


def test_a_list_refuses_filters_beside_their_field(browse: Clients) -> None:
    answer = browse("dispatcher").get("/reports?from=yesterday&light=blue")
    assert answer.status_code == 422
    assert 'id="from-problem"' in answer.text
    assert 'id="light-problem"' in answer.text
    assert browse("dispatcher").get("/reports?queue=todo&q=&town=").status_code == 200


def test_pages_of_a_list_repeat_and_hide_nothing(
    world: World, client: Clients, browse: Clients
) -> None:
    for _ in range(52):
        assert (
            client("volunteer")
            .post("/reports", json={"description": "x", "place_text": "某处"})
            .is_success
        )
    first = browse("volunteer").get("/reports").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = browse("volunteer").get("/reports" + unescape(following[1])).text
    ids = [re.findall(r'href="/reports/(370782-[^"]+)"', text) for text in (first, second)]
    assert len(ids[0]) == 50
    assert not set(ids[0]) & set(ids[1])


def test_an_invitation_from_the_page_to_the_first_sign_in(world: World, browse: Clients) -> None:
    admin, guest = browse("admin"), browse("")
    form = {"username": "liu", "name": "刘规划", "role": "planner"}
    made = admin.post("/admin/accounts", data=form)
    assert made.status_code == 200
    code = re.search(r'class="secret">([0-9A-Z-]{19})<', made.text)
    assert code is not None
    assert code[1] not in admin.get("/admin/accounts").text
    assert admin.post("/admin/accounts", data=form).status_code == 409
    typed = {"code": code[1], "password": NEW, "again": "another"}
    assert 'id="again-problem"' in guest.post("/invitation", data=typed).text
    short = guest.post("/invitation", data={"code": code[1], "password": "x", "again": "x"})
    assert (short.status_code, 'id="password-problem"' in short.text) == (422, True)
    assert guest.post("/invitation", data={**typed, "again": NEW}).status_code == 200
    assert guest.post("/invitation", data={**typed, "again": NEW}).status_code == 404
    body = {"username": "liu", "password": NEW}
    token = httpx.post(f"{world.address}{API}/sessions", json=body).json()["token"]
    held = {"authorization": f"Bearer {token}"}
    assert httpx.get(f"{world.address}{API}/towns", headers=held).status_code == 200
    assert admin.post("/admin/accounts/liu/disable").status_code == 303
    assert httpx.get(f"{world.address}{API}/towns", headers=held).status_code == 401
    assert "disabled" in admin.get("/admin/accounts?q=liu").text
    assert "liu" in admin.get("/admin").text


def test_accounts_over_http(world: World, client: Clients) -> None:
    admin = client("admin")
    body = {"username": "chen", "name": "陈", "role": "utility", "utility_code": "power"}
    made = admin.post("/accounts", json=body)
    assert made.status_code == 201
    assert admin.post("/accounts", json=body).status_code == 409
    assert admin.post("/accounts", json={**body, "username": "c d"}).status_code == 422
    assert admin.post("/accounts", json={**body, "password_hash": "x"}).status_code == 422
    # It could be invited, and then never be reset or disabled: no address led to it.
    slashed = admin.post(
        "/accounts", json={**body, "username": "c/d"}, headers={"accept-language": "zh"}
    )
    assert (slashed.status_code, slashed.json()["errors"][0]["field"]) == (422, "username")
    assert "汉字、字母、数字" in slashed.json()["errors"][0]["reason"]
    named = admin.post("/accounts", json={**body, "username": "夜班.chen@供电-2"})
    assert named.status_code == 201
    assert admin.post("/accounts/夜班.chen@供电-2/disable").status_code == 204
    row = admin.get("/accounts/chen").json()
    assert (row["state"], row["utility_code"]) == ("invited", "power")
    listed = admin.get("/accounts?role=utility&q=CHEN").json()["items"]
    assert [one["username"] for one in listed] == ["chen", "夜班.chen@供电-2"]
    assert admin.get("/accounts/foreigner").status_code == 404
    code = admin.post("/accounts/chen/reset").json()["code"]
    old = made.json()["code"]
    nobody = client("")
    assert nobody.post(f"/invitations/{old}", json={"password": NEW}).status_code == 404
    assert nobody.post(f"/invitations/{code}", json={"password": NEW}).json() == {
        "username": "chen"
    }
    for role in ("dispatcher", "supervisor", "planner"):
        assert client(role).get("/accounts").status_code == 403
        assert client(role).post("/accounts/chen/disable").status_code == 403
    assert admin.post("/accounts/admin/disable").status_code == 409
    assert admin.post("/accounts/chen/disable").status_code == 204
    assert admin.post("/accounts/chen/enable").status_code == 204


def test_a_form_of_another_site_is_refused(browse: Clients) -> None:
    admin = browse("admin")
    for foreign in ({"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"},
                    {"origin": "null"}):  # fmt: skip
        answer = admin.post("/admin/accounts/planner/disable", headers=foreign)
        assert answer.status_code == 403
    assert "planner" in admin.get("/admin/accounts?q=planner&state=active").text


def test_duty_and_validity_are_changed_and_written_down(world: World, browse: Clients) -> None:
    admin = browse("admin")
    path = "/admin/roster/S0000-0"
    wrong = admin.post(
        path, data={"on_duty": "no", "valid_from": "2022-05-02", "valid_to": "2022-05-01"}
    )
    assert (wrong.status_code, 'id="valid_to-problem"' in wrong.text) == (422, True)
    typed = {"on_duty": "no", "valid_from": "2022-03-01", "valid_to": "2022-02-01"}
    backwards = admin.post(path, data=typed)
    assert backwards.status_code == 422
    held = re.findall(r'type="(?:radio|date)" value="([^"]*)"(?: checked| required| aria)|value="(no)" checked',
                      backwards.text)  # fmt: skip
    assert {one for pair in held for one in pair if one} == set(typed.values())
    saved = {"on_duty": "no", "valid_from": "2022-01-01", "valid_to": "2030-12-31"}
    assert admin.post(path, data=saved).status_code == 303
    rows = world.execute(
        "SELECT on_duty, valid_to FROM grid_staff WHERE county_code = '370782' AND code = 'S0000-0'"
    )
    assert rows == [(False, dt.date(2030, 12, 31))]
    assert "S0000-0" in admin.get("/admin").text
    assert admin.get("/admin/roster/nobody").status_code == 404
    assert "S0000-0" in admin.get("/admin/roster?q=S0000-0&on_duty=no").text


def test_failed_sign_ins_make_the_name_rest(world: World) -> None:
    def sign_in(password: str) -> httpx.Response:
        body = {"username": "supervisor", "password": password}
        return httpx.post(f"{world.address}{API}/sessions", json=body)

    for _ in range(MOST_FAILURES["name"]):
        assert sign_in("wrong").status_code == 401
    refused = sign_in(PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= REST.total_seconds() + 1
    before = world.clock.instant
    world.clock.instant = before + REST
    try:
        assert sign_in(PASSWORD).status_code == 201
    finally:
        world.clock.instant = before


def test_a_session_is_kept_by_use_and_ended_everywhere(world: World) -> None:
    body = {"username": "town2", "password": PASSWORD}
    tokens = [
        httpx.post(f"{world.address}{API}/sessions", json=body).json()["token"] for _ in range(2)
    ]

    def status(token: str) -> int:
        held = {"authorization": f"Bearer {token}"}
        return httpx.get(f"{world.address}{API}/towns", headers=held).status_code

    before = world.clock.instant
    try:
        for minutes in (90, 180):  # two hours unused would end it
            world.clock.instant = before + dt.timedelta(minutes=minutes)
            assert status(tokens[0]) == 200
        assert status(tokens[1]) == 401
        held = {"authorization": f"Bearer {tokens[0]}"}
        ended = httpx.delete(f"{world.address}{API}/sessions", headers=held)
        assert ended.status_code == 204
        assert status(tokens[0]) == 401
    finally:
        world.clock.instant = before


def test_guessed_links_make_an_address_wait_but_not_the_holder_of_a_receipt(
    world: World, browse: Clients
) -> None:
    desk = browse("dispatcher")
    report = desk.post(
        f"{API}/reports",
        json={"description": "no water", "category": "water.low_pressure", "place_text": "here"},
    ).json()
    receipt = desk.post(f"{API}/reports/{report['id']}/receipts").json()["token"]
    world.execute("DELETE FROM sign_in_throttle")
    address = f"{world.address}{API}/evaluations/370782-{'x' * 32}"
    answers = [httpx.get(address).status_code for _ in range(MOST_FAILURES["token"] + 1)]
    assert set(answers[:-1]) == {404}
    assert answers[-1] == 429
    assert browse("").get(f"/receipts/{receipt}").status_code == 200
    assert browse("").get("/receipts/370782-none").status_code == 429
    world.execute("DELETE FROM sign_in_throttle")


def test_the_privacy_notice_tells_what_is_erased_when_and_what_is_not(
    world: World, browse: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> dict[str, str]:
        text = browse("").get("/privacy").text
        return dict(re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td>', text))

    def words(code: str) -> str:
        return glossary()[f"privacy.{code}"]["en"]

    rules = rules_of(world.services.settings)
    days = {words(rule.code): f"{rule.days} days" for rule in rules}
    kept = {words(code): "not erased by itself" for code in NOT_ERASED}
    hours = f"{world.services.settings.session_hours} hours at most"
    assert told() == {**days, words("session"): hours, **kept}
    # Another setting, another notice: nothing of it is written by hand.
    monkeypatch.setattr(world.services.settings, "keep_notices_days", 0)
    monkeypatch.setattr(world.services.settings, "keep_reporter_days", 5)
    assert told() | {words("notices"): "no limit set", words("reporter"): "5 days"} == told()
