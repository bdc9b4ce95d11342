"""Hash chain and digests: any change to a line, or to the order of lines, changes every hash after it."""

import hashlib
import json
from collections.abc import Iterable, Mapping

GENESIS = "0" * 64


def entry_hash(previous: str, line: str) -> str:
    """Return the SHA-256 (hex) of the previous entry's hash and this entry's canonical line (UTF-8, joined by LF)."""
    return hashlib.sha256(f"{previous}\n{line}".encode()).hexdigest()


def chain_head(lines: Iterable[str], start: str = GENESIS) -> str:
    """Return the hash of the last of these canonical lines; ``start`` where there are none."""
    head = start
    for line in lines:
        head = entry_hash(head, line)
    return head


def digest_of(figures: Mapping[str, object]) -> str:
    """Return the SHA-256 (hex) of published figures: their JSON with sorted keys and no blanks."""
    text = json.dumps(figures, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
