"""``python -m torpaq``: the command line."""

import sys

from torpaq.cli import main

sys.exit(main())
