"""What is wrong with a signature file, for the person who writes it."""


class SignatureError(Exception):
    """One mistake in one file: `libraries/foo.yaml:12: what is wrong and what to write instead.`"""

    def __init__(self, file: str, line: int, message: str) -> None:
        self.file = printable(file)
        """Path below the signatures folder, or the folder itself."""
        self.line = line
        """Counted from 1; 0 if the mistake has no line."""
        self.message = message
        where = f"{self.file}:{line}" if line else self.file
        super().__init__(f"{where}: {message}")


class CatalogueError(Exception):
    """The signatures cannot be used; says the first ten mistakes and how many more there are."""

    def __init__(self, errors: tuple[SignatureError, ...]) -> None:
        self.errors = errors
        shown = [str(error) for error in errors[:10]]
        if len(errors) > len(shown):
            shown.append(f"… and {len(errors) - len(shown)} more.")
        super().__init__("\n".join(shown))


def printable(text: str) -> str:
    """Text with everything escaped that a terminal would not show as it stands."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def quoted(text: str) -> str:
    """A word of the file as a message shows it: in quotes, printable, not longer than a line."""
    shown = printable(text)
    return f"'{shown}'" if len(shown) <= 60 else f"'{shown[:57]}…'"
