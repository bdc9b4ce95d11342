"""Keys stay out of the log: ODK Collect carries them in its addresses."""

import logging
import re

_KEY_IN_ADDRESS = re.compile(r"(?<=/field/)[\w-]{43}(?![\w-])", re.ASCII)


class HideKeys(logging.Filter):
    """Blackens every key in a line before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass, without keys."""
        line = record.getMessage()
        hidden = _KEY_IN_ADDRESS.sub("…", line)
        if hidden != line:
            record.msg, record.args = hidden, ()
        return True
