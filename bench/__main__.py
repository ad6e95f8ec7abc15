"""The dispatcher behind bin/bench."""

import argparse
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import django
from django.conf import settings

import bench


def main() -> int:
    """Run one bench; peers are described on stderr, results go to stdout."""
    names = sorted(module.name for module in iter_modules(bench.__path__) if not module.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="bin/bench", description="Runs one measured comparison.")
    parser.add_argument("name", choices=names)
    parser.add_argument("--size", type=int, help="letters, rows, claims or people; each bench has its own default")
    parser.add_argument("--beside", action="store_true", help="pages: typing while an import and a print run go on")
    options = parser.parse_args()
    if options.beside:
        if options.name != "pages":
            parser.error("--beside is of pages")
        options.name = "beside"
    django.setup()
    module = import_module(f"bench.{options.name}")
    size = module.SIZE if options.size is None else options.size
    if size < 1:
        parser.error("--size must be at least 1")
    folder = Path(settings.STATE_DIR) / "bench" / options.name
    folder.mkdir(parents=True, exist_ok=True)
    for result in module.run(size=size, folder=folder):
        print(f"peer: {result.peer_name}; ratio: {result.ratio_of.value}", file=sys.stderr)
        print(result.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
