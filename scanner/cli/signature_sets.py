"""`frscan signatures export` and `install`: carry a set of signatures to a place without a network."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.exits import refuse


def export_signatures(
    bundle: Annotated[Path, typer.Argument(help="The file to write.", show_default=False)],
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of signatures; without it, those in use.", show_default=False)
    ] = None,
) -> None:
    """Write a set of signatures to one file, to be installed elsewhere."""
    from scanner.catalogue.bundle import BundleError, export_bundle
    from scanner.catalogue.installed import read_in_use
    from scanner.catalogue.load import CatalogueError, catalogue_of
    from scanner.catalogue.signature_folder import read_signature_files

    try:
        files = read_signature_files(folder) if folder else read_in_use()
        catalogue_of(files)
        about = export_bundle(files, bundle)
    except (CatalogueError, BundleError) as error:
        refuse(str(error))
    print(f"{bundle}: {about.files} files, set {about.digest[:16]} of {about.date or 'an unknown day'}.")
    print(f"SHA-256 of the set: {about.digest}")


def install_signatures(
    bundle: Annotated[Path | None, typer.Argument(help="The bundle.", show_default=False)] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the set used before the last installation.")] = False,  # noqa: FBT002  (typer makes a flag of it)
) -> None:
    """Check a bundle of signatures and use it from now on; the set used until now is kept."""
    from scanner.catalogue.bundle import BundleError, read_bundle
    from scanner.catalogue.installed import SHIPPED, InstallError, install, undo_install
    from scanner.catalogue.load import CatalogueError, catalogue_of

    if (bundle is None) != undo:
        refuse("name a bundle to install, or --undo alone.")
    try:
        if bundle is None:
            name = undo_install()
            print("The signatures that came with frscan are in use." if name == SHIPPED else f"Set {name} is in use.")
            return
        checked = read_bundle(bundle)
        technologies = len(catalogue_of(checked.files).technologies)
        install(checked)
    except (BundleError, InstallError, CatalogueError) as error:
        refuse(str(error))
    print(f"Set {checked.about.digest[:16]} of {checked.about.date} is in use: {technologies} technologies.")
    print("`frscan signatures install --undo` goes back to the set before.", file=sys.stderr)
