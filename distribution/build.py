"""frscan and all it needs, with the signatures inside, for computers where no registry is reached.

python distribution/build.py FOLDER

It holds wheels for this system and version of Python, and nothing that would have to be built there.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def wheelhouse(folder: Path) -> None:
    """Write frscan's wheel, and those of all it needs, into the folder."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--only-binary=:all:", f"--wheel-dir={folder}"]
    subprocess.run([*command, str(ROOT)], check=True)


def main() -> None:
    """Build it in the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    wheelhouse(folder.resolve())


if __name__ == "__main__":
    main()
