"""What commands of a shell bring onto a machine: packages they install by name, container images they run.

For the readers of files in which commands stand: Dockerfiles, scripts, files of continuous integration. A command is
looked at as it stands: no variable is replaced, nothing is run.
"""

import re
import shlex
import string
from collections.abc import Callable, Iterator
from functools import partial

from scanner.formats.config_facts import image, setting
from scanner.formats.packages.purls import conda_purl, npm_purl, package_purl, pypi_purl
from scanner.model.observation import Config, Package

MAX_COMMAND = 16_384
"""What is read of a longer one."""
_TOOLS = frozenset(
    (
        b"pip pipx uv poetry pdm pipenv npm pnpm bun yarn gem cargo apt aptitude apk dnf microdnf yum zypper conda "
        b"mamba micromamba docker podman nerdctl"
    ).split()
)
_VERBS = frozenset({b"install", b"add", b"run", b"create", b"pull", b"i", b"in"})
"""The words of which one of either kind is in every command that is told of."""
_LETTERS_ALONE = bytes(byte if chr(byte) in string.ascii_letters else ord(" ") for byte in range(256))
_PARTS = re.compile(r"&&|\|\||[;|]")
_BEFORE = re.compile(
    r"(?:[@!({-]\s*|(?:sudo|exec|time|then|do|else|nohup)\s+(?:-\S+\s+){0,4}|[A-Za-z_]\w{0,60}=\S{0,200}\s+){0,6}"
)
"""What may stand before a command: marks of make, words of the shell, variables set for it alone."""
_NAME = re.compile(
    r"([A-Za-z0-9][\w.-]{0,100})(?:\[[^\]]{0,200}\])?(?:={1,3}([\w.!+:~-]{1,60}))?(?:[<>~!=;,].{0,200})?"
)
_AT_VERSION = re.compile(r"((?:@[\w.~-]{1,100}/)?[\w.~/-]{1,200})(?:@v?([\w.+^~-]{1,60}))?")
_OPTIONS_WITH_VALUE = frozenset(
    {"-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t",
     "--target", "--prefix", "--registry", "-v", "--version", "--trusted-host", "--platform", "--root", "--channel",
     "-n", "--name", "-p", "--repository", "-X"}
)  # fmt: skip
_OPTIONS_OF_RUN = re.compile(r"-[ditqP]+|--(?:detach|interactive|tty|rm|privileged|init|quiet|read-only|publish-all)")
"""Options of `docker run` that take no value: behind any other one stands its value."""
_MOST_WORDS = 500
_RUNS = re.compile(r"(?:docker|podman|nerdctl)\s+(?:container\s+|image\s+)?(?:run|pull|create)\s(.*)")
_Purl = Callable[[str], str | None]
_PYPI: tuple[re.Pattern[str], _Purl] = (_NAME, pypi_purl)
_NPM: tuple[re.Pattern[str], _Purl] = (_AT_VERSION, npm_purl)
_INSTALLERS: tuple[tuple[re.Pattern[str], tuple[re.Pattern[str], _Purl]], ...] = (
    (re.compile(r"(?:\S*/)?(?:python[\d.]*\s+-m\s+)?(?:uv\s+)?pip[\d.]*\s+install\s(.*)"), _PYPI),
    (re.compile(r"(?:pipx|uv\s+tool)\s+(?:install|run)\s(.*)"), _PYPI),
    (re.compile(r"(?:uv|poetry|pdm|pipenv)\s+(?:add|install)\s(.*)"), _PYPI),
    (re.compile(r"(?:npm|pnpm|bun)\s+(?:-g\s+)?(?:i|install|add)\s(.*)"), _NPM),
    (re.compile(r"yarn\s+(?:global\s+)?add\s(.*)"), _NPM),
    (re.compile(r"gem\s+install\s(.*)"), (_NAME, partial(package_purl, "gem"))),
    (re.compile(r"cargo\s+(?:add|install)\s(.*)"), (_AT_VERSION, partial(package_purl, "cargo"))),
    (re.compile(r"(?:apt|apt-get|aptitude)\s+(?:-\S+\s+){0,6}install\s(.*)"), (_NAME, partial(package_purl, "deb"))),
    (re.compile(r"apk\s+(?:-\S+\s+){0,6}add\s(.*)"), (_NAME, partial(package_purl, "apk", namespace="alpine"))),
    (
        re.compile(r"(?:dnf|microdnf|yum|zypper)\s+(?:-\S+\s+){0,6}(?:install|in)\s(.*)"),
        (_NAME, partial(package_purl, "rpm")),
    ),
    (re.compile(r"(?:conda|mamba|micromamba)\s+(?:install|create)\s(.*)"), (_NAME, conda_purl)),
)  # fmt: skip


def tools_in(data: bytes) -> frozenset[str]:
    """The commands that are told of and may stand in a text: only lines with one of them need to be looked at."""
    words = data.translate(_LETTERS_ALONE).split()
    if _TOOLS.isdisjoint(words) or _VERBS.isdisjoint(words):
        return frozenset()
    return frozenset(tool.decode("ascii") for tool in _TOOLS.intersection(words))


def may_stand_in(line: str, tools: frozenset[str]) -> bool:
    """Whether one of the commands may stand in a line."""
    if not any(tool in line for tool in tools):
        return False
    words = line.encode("ascii", "replace").translate(_LETTERS_ALONE).split()
    return not _TOOLS.isdisjoint(words) and not _VERBS.isdisjoint(words)


def command_facts(line: str, place: str) -> Iterator[Package | Config]:
    """The packages, images and variables that the commands in a line name."""
    for part in _PARTS.split(line[:MAX_COMMAND]):
        command = part.strip()
        command = command[_end(_BEFORE.match(command)) :]
        ran = _RUNS.match(command)
        if ran:
            yield from _of_run(ran[1], place)
        else:
            yield from _installed_by(command, place)


def _end(found: re.Match[str] | None) -> int:
    return found.end() if found else 0


def _installed_by(command: str, place: str) -> Iterator[Package]:
    for pattern, (shape, purl_of) in _INSTALLERS:
        found = pattern.match(command)
        if found:
            for word in _operands(found[1]):
                package = shape.fullmatch(word.rpartition("::")[2])
                purl = purl_of(package[1]) if package else None
                if package and purl is not None:
                    version = (package[2] or "") if (package[2] or "x")[0].isdigit() else ""
                    yield Package(purl=purl, version=version, role="declares", place=place)
            return


def _of_run(text: str, place: str) -> Iterator[Config]:
    """The image that is run, and the variables it is given."""
    words = iter(_words(text))
    for word in words:
        if not word.startswith("-"):
            yield from image(word, place)
            return
        name, is_given, value = word.partition("=")
        if not is_given and not _OPTIONS_OF_RUN.fullmatch(word):
            value = next(words, "")
        if name in ("-e", "--env"):
            variable, _, held = value.partition("=")
            yield setting(variable, held, place)


def _operands(text: str) -> Iterator[str]:
    """The words that are no options, values of options, paths, variables or addresses."""
    skips = False
    for word in _words(text):
        if not skips and word[:1] not in ("-", ".", "/", "$") and "://" not in word:
            yield word
        skips = word in _OPTIONS_WITH_VALUE


def _words(text: str) -> list[str]:
    """The words of a command up to a comment or a redirection."""
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        words = text.split()
    end = next((n for n, word in enumerate(words) if word[:1] in (">", "<") or word[:2] in ("2>", "1>", "&>")), None)
    return words[:end][:_MOST_WORDS]
