"""``python -m api`` is ``gridcall``."""

import sys

from api.cli import main

sys.exit(main())
