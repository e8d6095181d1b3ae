"""Generated documentation is what the code generates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.docs import pages

PAGES = pages()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page_is_current(path: Path) -> None:
    assert path.read_text("utf-8") == PAGES[path], "run `make docs`"
