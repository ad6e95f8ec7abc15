"""What lines are known by when they come again. Imports little: a process of its own reads by it, and shall begin at once."""

from claims.intake.records import HASH_BYTES, Page, line_hash

NO_HASH = b"\xff" * HASH_BYTES


class LineHasher:
    """Reads of each record only the hash it is known by; the last one without its line end is known by none."""

    def parse(self, page: Page, *, open_line: int = 0) -> list[bytes]:
        hashes = list(map(line_hash, page.raws))
        if open_line == page.lines[-1]:
            hashes[-1] = NO_HASH
        return hashes
