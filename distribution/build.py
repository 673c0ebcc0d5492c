"""frscan and all it needs, with the signatures inside, for computers where no registry is reached.

python distribution/build.py FOLDER                    packages, to be installed where there is Python
python distribution/build.py FOLDER --without-python   the program, to be unpacked where there is none

Both are for this kind of system and processor, the packages for this version of Python too. The packages are wheels, so
that nothing has to be built there.
"""

import argparse
import subprocess
import sys
import venv
from compileall import compile_dir
from pathlib import Path
from py_compile import PycInvalidationMode
from shutil import make_archive
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WINDOWS = sys.platform == "win32"
FREEZER = "pyinstaller>=6.11,<7"


def wheelhouse(folder: Path) -> None:
    """Write frscan's wheel, and those of all it needs, into the folder."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--only-binary=:all:", f"--wheel-dir={folder}"]
    subprocess.run([*command, str(ROOT)], check=True)


def program(folder: Path) -> None:
    """Write `frscan.zip` (Windows) or `frscan.tar.gz` into the folder, made in an environment with nothing else in it.

    What is unpacked is a folder and not one file, which would unpack itself at each start.
    """
    with TemporaryDirectory() as work:
        venv.create(f"{work}/venv", with_pip=True)
        python = Path(work, "venv", "Scripts" if WINDOWS else "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(ROOT), FREEZER], check=True)
        options = ["--onedir", "--name=frscan", "--log-level=ERROR", f"--additional-hooks-dir={HERE / 'hooks'}"]
        subprocess.run([python, "-m", "PyInstaller", *options, HERE / "start.py"], check=True, cwd=work)
        made = Path(work, "dist")
        # The program writes no compiled modules, so they come with it.
        compile_dir(made, quiet=1, stripdir=made, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        make_archive(str(folder / "frscan"), "zip" if WINDOWS else "gztar", root_dir=made, base_dir="frscan")


def main() -> None:
    """Build what is asked for in the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without-python", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    (program if asked.without_python else wheelhouse)(asked.folder.resolve())


if __name__ == "__main__":
    main()
