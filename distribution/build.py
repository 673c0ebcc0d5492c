"""frscan and all it needs, with the signatures inside, for computers where no registry is reached.

python distribution/build.py FOLDER                    packages, to be installed where there is Python
python distribution/build.py FOLDER --without-python   the program, to be unpacked where there is none
python distribution/build.py FOLDER --one-file         the program as one file, which unpacks itself once

Both are for this kind of system and processor, the packages for this version of Python too. The packages are wheels, so
that nothing has to be built there.
"""

import argparse
import subprocess
import sys
import venv
from compileall import compile_dir
from hashlib import sha256
from pathlib import Path
from py_compile import PycInvalidationMode
from shutil import make_archive
from tempfile import TemporaryDirectory

from licences import collect_licences

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WINDOWS = sys.platform == "win32"
FREEZER = "pyinstaller>=6.11,<7"


def wheelhouse(folder: Path) -> None:
    """Write frscan's wheel, and those of all it needs, into the folder."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--only-binary=:all:", f"--wheel-dir={folder}"]
    subprocess.run([*command, str(ROOT)], check=True)


def program(folder: Path) -> Path:
    """Write `frscan.zip` (Windows) or `frscan.tar.gz` into the folder, made in an environment with nothing else in it.

    What is unpacked is a folder and not one file that PyInstaller makes, which would unpack itself at each start.
    """
    with TemporaryDirectory() as work:
        venv.create(f"{work}/venv", with_pip=True)
        python = Path(work, "venv", "Scripts" if WINDOWS else "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(ROOT), FREEZER], check=True)
        # readline is under the GPL, and nothing of frscan asks anybody to type a line of Python.
        options = ["--onedir", "--name=frscan", "--log-level=ERROR", "--exclude-module=readline"]
        hooks = f"--additional-hooks-dir={HERE / 'hooks'}"
        subprocess.run([python, "-m", "PyInstaller", *options, hooks, HERE / "start.py"], check=True, cwd=work)
        made = Path(work, "dist")
        # The program writes no compiled modules, so they come with it.
        compile_dir(made, quiet=1, stripdir=made, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        collect_licences(Path(work, "venv"), made / "frscan")
        return Path(
            make_archive(str(folder / "frscan"), "zip" if WINDOWS else "gztar", root_dir=made, base_dir="frscan")
        )


def one_file(folder: Path) -> None:
    """Write `frscan` into the folder: a script of the system's shell, and the program's archive behind it."""
    archive = program(folder)
    packed = archive.read_bytes()
    script = (HERE / "one_file.sh").read_text(encoding="utf-8")
    script = script.replace("@DIGEST@", sha256(packed).hexdigest()[:32])
    script = script.replace("@LINE@", str(script.count("\n") + 1))
    (folder / "frscan").write_bytes(script.encode() + packed)
    (folder / "frscan").chmod(0o755)
    archive.unlink()


def main() -> None:
    """Build what is asked for in the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--without-python", dest="build", action="store_const", const=program, default=wheelhouse)
    form.add_argument("--one-file", dest="build", action="store_const", const=one_file)
    asked = parser.parse_args()
    if WINDOWS and asked.build is one_file:
        parser.error("--one-file needs a shell where the program runs; use --without-python on Windows.")
    asked.folder.mkdir(parents=True, exist_ok=True)
    asked.build(asked.folder.resolve())


if __name__ == "__main__":
    main()
