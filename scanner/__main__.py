"""`python -m scanner` is `frscan`."""

from scanner.cli import main

main()
