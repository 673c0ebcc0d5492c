"""The catalogue's byte rules as files that the `yara` program reads.

`python -m tests.benchmarks.rules FOLDER` writes one file a name space and prints `NAMESPACE:FILE` lines. It runs as a
program of its own because what a measuring process holds in memory would count as its children's.
"""

import sys
from collections import defaultdict
from pathlib import Path


def write_rules(folder: Path) -> list[str]:
    """Write them."""
    from scanner.catalogue.load import load_catalogue
    from scanner.catalogue.rules import _texts

    _, texts = _texts(load_catalogue())
    by_namespace: dict[str, list[str]] = defaultdict(list)
    for namespace, text in texts:
        by_namespace[namespace].append(text)
    written = []
    for namespace, parts in by_namespace.items():
        path = folder / f"{namespace}.yar"
        path.write_text("\n".join(parts) + "\n", encoding="utf-8")
        written.append(f"{namespace}:{path}")
    return written


if __name__ == "__main__":
    print("\n".join(write_rules(Path(sys.argv[1]))))
