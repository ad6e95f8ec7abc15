"""A disk without room: nobody's mistake, and over as soon as somebody makes room. Work that meets it waits and goes on."""

import errno

FULL = "空き容量がないため、ファイルを書けません。空きができれば、自動で続けます。"


def is_full(error: BaseException) -> bool:
    """Whether the error says that the disk, or our share of it, is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
