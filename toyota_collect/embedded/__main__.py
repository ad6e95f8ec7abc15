"""The entry of bin/*: ``python -P toyota_collect/embedded/__main__.py NAME ARGUMENTS``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from toyota_collect.embedded.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
