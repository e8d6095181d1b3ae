"""Photos: whole, small enough, bare of what they carried along, and only for those who may."""

from __future__ import annotations

import hashlib
import io
import threading
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gis.audience import Actor
from gis.errors import Conflict, InvalidInput, NotAllowed, NotFound
from gis.photos import (
    LONGEST_SIDE,
    MOST_OF_A_REPORT,
    add_photo,
    clean_picture,
    get_photo,
    list_photos,
)
from tests.support.crew import Desk

SCRIPT = b"<script>alert(1)</script>"


def jpeg(size: tuple[int, int] = (60, 40), colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    """Return a JPEG with EXIF (turned, with a position) and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif, comment=SCRIPT)
    return out.getvalue()


def png(size: tuple[int, int], **more: object) -> bytes:
    """Return a PNG with a text of its own."""
    info = PngInfo()
    info.add_text("Comment", SCRIPT.decode())
    out = io.BytesIO()
    Image.new("L", size).save(out, "PNG", pnginfo=info, **more)  # type: ignore[arg-type]
    return out.getvalue()


def test_nothing_is_carried_along_and_the_picture_stands_upright() -> None:
    sent = jpeg()
    assert SCRIPT in sent
    picture = clean_picture(sent)
    assert (picture.width, picture.height) == (40, 60)
    assert SCRIPT not in picture.data
    with Image.open(io.BytesIO(picture.data)) as stored:
        assert stored.format == "JPEG"
        assert not stored.getexif()
        assert "comment" not in stored.info
        assert stored.getpixel((20, 30))[0] > 150  # type: ignore[index]
    assert SCRIPT not in clean_picture(png((30, 30))).data


def test_large_pictures_shrink_and_huge_ones_are_refused_before_decoding() -> None:
    picture = clean_picture(png((4000, 1000)))
    assert (picture.width, picture.height) == (LONGEST_SIDE, LONGEST_SIDE // 4)
    bomb = png((13_000, 13_000), compress_level=9)
    assert len(bomb) < 400_000
    for huge in (bomb, png((8_000, 6_000), compress_level=9)):
        with pytest.raises(InvalidInput, match="40 million pixels"):
            clean_picture(huge)
    with pytest.raises(InvalidInput, match="MB"):
        clean_picture(b"\xff\xd8" + bytes(12_000_000))


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 600))
def test_what_is_no_whole_picture_is_refused(noise: bytes, cut: int) -> None:
    whole = jpeg()
    for data in (
        noise,
        whole[:cut],
        b"GIF89a" + noise,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ):
        with pytest.raises(InvalidInput):
            clean_picture(data)


def put(desk: Desk, actor: Actor, report_id: uuid.UUID, data: bytes, folder: Path) -> bool:
    """Store a photo."""
    sha256 = hashlib.sha256(data).hexdigest()
    with desk.db.transaction(actor) as tx:
        return add_photo(tx, actor, report_id, sha256, clean_picture(data), folder, desk.now)


def test_a_photo_is_stored_once_and_read_by_those_who_see_the_report(
    desk: Desk, tmp_path: Path
) -> None:
    people, report_id = desk.people, desk.dispatched("power")
    data = jpeg()
    sha256 = hashlib.sha256(data).hexdigest()
    assert put(desk, people.power, report_id, data, tmp_path)
    assert not put(desk, people.mizhou, report_id, data, tmp_path)
    with desk.db.read(people.volunteer) as tx:
        assert [row["author"] for row in list_photos(tx, people.volunteer, report_id)] == ["Power"]
        path = get_photo(tx, people.volunteer, report_id, sha256, "full", tmp_path)
        small = get_photo(tx, people.volunteer, report_id, sha256, "thumbnail", tmp_path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    assert {p for p in tmp_path.rglob("*") if p.is_file()} == {path, small}
    assert desk.events(report_id)[-1] == "photo"
    for stranger in (people.telecom, people.stranger, people.neighbour, people.planner):
        with desk.db.read(stranger) as tx, pytest.raises(NotFound):
            get_photo(tx, stranger, report_id, sha256, "full", tmp_path)
        with pytest.raises(NotFound):
            put(desk, stranger, report_id, data, tmp_path)
    with desk.db.read(people.mizhou) as tx, pytest.raises(NotFound):
        get_photo(tx, people.mizhou, report_id, "0" * 64, "full", tmp_path)


def test_who_only_watches_adds_no_photos(desk: Desk, tmp_path: Path) -> None:
    report_id = desk.report()
    for actor in (desk.people.water, desk.people.supervisor):
        with pytest.raises(NotAllowed):
            put(desk, actor, report_id, jpeg(), tmp_path)


def test_photos_may_come_late_but_not_for_ever(fresh_desk: Desk, tmp_path: Path) -> None:
    desk, people = fresh_desk, fresh_desk.people
    report_id = desk.handled()
    desk.act(people.dispatcher, report_id, "close")
    desk.wait(days=6)
    assert put(desk, people.volunteer, report_id, jpeg(), tmp_path)
    desk.wait(days=2)
    with pytest.raises(Conflict, match="7 days"):
        put(desk, people.volunteer, report_id, jpeg((61, 40)), tmp_path)


def test_a_photo_does_not_stand_in_the_way_of_an_undo(desk: Desk, tmp_path: Path) -> None:
    report_id = desk.report()
    desk.act(desk.people.dispatcher, report_id, "accept")
    assert put(desk, desk.people.dispatcher, report_id, jpeg(), tmp_path)
    desk.act(desk.people.dispatcher, report_id, "undo")
    assert desk.row(report_id)["status"] == "received"


def test_of_two_tenth_photos_at_once_one_is_taken(desk: Desk, tmp_path: Path) -> None:
    report_id, people = desk.report(), desk.people
    for shade in range(MOST_OF_A_REPORT - 1):
        assert put(desk, people.staff, report_id, jpeg(colour=(8 * shade, 0, 0)), tmp_path)
    start, outcomes = threading.Barrier(2), []

    def send(actor: Actor, data: bytes) -> None:
        start.wait()
        try:
            outcomes.append(put(desk, actor, report_id, data, tmp_path))
        except Conflict as refused:
            outcomes.append("at most 10" in str(refused))

    both = ((people.staff, jpeg(colour=(0, 250, 0))), (people.dispatcher, jpeg(colour=(0, 0, 250))))
    threads = [threading.Thread(target=send, args=one) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [True, True]  # one stored, one refused with the reason
    with desk.db.read(people.staff) as tx:
        assert len(list_photos(tx, people.staff, report_id)) == MOST_OF_A_REPORT == 10


def test_a_report_has_only_so_many_photos(desk: Desk, tmp_path: Path) -> None:
    report_id = desk.report()
    for shade in range(MOST_OF_A_REPORT):
        assert put(desk, desk.people.staff, report_id, jpeg(colour=(8 * shade, 0, 0)), tmp_path)
    with pytest.raises(Conflict):
        put(desk, desk.people.staff, report_id, jpeg(colour=(0, 255, 0)), tmp_path)
