"""Photos over HTTP: put once by hash, read by whoever reads the report, harmless as an answer."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

import httpx
from PIL import Image

from gis.photos import MOST_BYTES
from tests.api.test_actions import done, hand_in

Clients = Callable[[str], httpx.Client]


def jpeg(colour: tuple[int, int, int] = (200, 30, 30), size: tuple[int, int] = (640, 480)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", comment=b"<script>")
    return out.getvalue()


def put(
    who: httpx.Client, report: dict[str, Any], data: bytes, sha256: str | None = None
) -> httpx.Response:
    name = sha256 or hashlib.sha256(data).hexdigest()
    return who.put(f"/reports/{report['id']}/photos/{name}", content=data)


def test_a_photo_is_put_once_and_shown_with_the_report(client: Clients) -> None:
    desk, data = client("dispatcher"), jpeg()
    report = hand_in(client)
    first = put(desk, report, data)
    assert first.status_code == 201, first.text
    assert put(desk, report, data).status_code == 200
    after = desk.get(f"/reports/{report['id']}").json()
    assert after["photos"] == [first.json()]
    assert after["photos"][0]["author"] == "dispatcher"
    assert after["version"] == report["version"]
    steps = desk.get(f"/reports/{report['id']}/history").json()["items"]
    assert (steps[-1]["action"], steps[-1]["details"]) == (
        "photo",
        {"sha256": after["photos"][0]["sha256"]},
    )


def test_a_photo_is_served_bare_and_able_to_do_nothing(client: Clients) -> None:
    desk, data = client("dispatcher"), jpeg((10, 200, 30))
    report = hand_in(client)
    path = f"/reports/{report['id']}/photos/{put(desk, report, data).json()['sha256']}"
    shown = desk.get(path)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert shown.headers["cache-control"] == "private, no-cache"
    assert b"<script>" not in shown.content
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert picture.size == (640, 480)
    again = desk.get(path, headers={"If-None-Match": shown.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    small = desk.get(path, params={"size": "thumbnail"})
    with Image.open(io.BytesIO(small.content)) as picture:
        assert picture.size == (320, 240)
    assert small.headers["etag"] != shown.headers["etag"]


def test_only_who_reads_the_report_reads_its_photos(client: Clients) -> None:
    desk, data = client("dispatcher"), jpeg((10, 20, 230))
    report = hand_in(client)
    path = f"/reports/{report['id']}/photos/{put(desk, report, data).json()['sha256']}"
    assert client("").get(path).status_code == 401
    for stranger in ("town2", "power", "volunteer", "planner", "foreigner"):
        assert client(stranger).get(path).status_code == 404, stranger
        assert put(client(stranger), report, data).status_code == 404, stranger
    assert client("water").get(path).status_code == 200
    assert put(client("water"), report, jpeg((1, 1, 1))).status_code == 403
    assert put(client("supervisor"), report, jpeg((1, 1, 1))).status_code == 403
    assert desk.get(f"{path[:-4]}0000").status_code == 404


def test_a_body_that_was_given_a_part_adds_photos(client: Clients) -> None:
    desk, water = client("dispatcher"), client("water")
    report = hand_in(client)
    report = done(desk, report, "accept", report["version"])
    report = done(desk, report, "dispatch", report["version"], lead="water-west")
    assert put(water, report, jpeg((9, 9, 9))).status_code == 201


def test_the_eleventh_photo_is_refused_whoever_sends_it(client: Clients) -> None:
    desk, staff, report = client("dispatcher"), client("town1"), hand_in(client)
    for shade in range(10):
        sender = staff if shade % 2 else desk
        assert put(sender, report, jpeg((25 * shade, 0, 0), (40, 30))).status_code == 201
    for sender in (staff, desk):
        refused = put(sender, report, jpeg((0, 99, 0), (40, 30)))
        assert (refused.status_code, refused.json()["detail"]) == (
            409, "A report has at most 10 photos.",
        )  # fmt: skip
    assert put(desk, report, jpeg((0, 0, 0), (40, 30))).status_code == 200  # it is there already


def test_what_cannot_be_a_photo_is_refused(client: Clients) -> None:
    desk, report = client("dispatcher"), hand_in(client)
    wrong = put(desk, report, jpeg(), "0" * 64)
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "sha256"
    for data in (b"", b"GIF89a", jpeg()[:300], b"<svg/>"):
        refused = put(desk, report, data)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "photo")
    assert put(desk, report, bytes(MOST_BYTES + 2)).status_code == 413
    unsigned = client("").put(f"/reports/{report['id']}/photos/{'0' * 64}", content=b"x")
    assert unsigned.status_code == 401
