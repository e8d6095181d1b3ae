"""``python -m data.zhucheng [FOLDER]``: build the sample city's files anew."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from data.zhucheng.archive import ARCHIVE_FILES
from data.zhucheng.encoding import FILES, write_packed
from data.zhucheng.reference import REFERENCE_FILES


def main() -> None:
    """Write every file and say how large it became."""
    parser = argparse.ArgumentParser(prog="python -m data.zhucheng", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FILES)
    folder: Path = parser.parse_args().folder
    for name, build in (REFERENCE_FILES | ARCHIVE_FILES).items():
        begun = time.monotonic()
        content = build()
        write_packed(folder, name, content)
        packed = (folder / f"{name}.gz").stat().st_size
        print(
            f"{name:24} {len(content):>10,} bytes, packed {packed:>9,}, {time.monotonic() - begun:.1f} s"
        )


if __name__ == "__main__":
    main()
