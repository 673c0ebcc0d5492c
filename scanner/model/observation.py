"""Observations: one fact read from one artifact, with its exact place. A new kind of fact is one new class here."""

from typing import Literal

import msgspec

from scanner.model.network import Tensor
from scanner.model.vocabulary import BuildWord, Scope


class _Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    place: str
    """Where in the artifact: `class_defs[12]`, `DT_NEEDED[0]`, `offset 0x1234 in .rodata`, `line 7`, `row 3`."""


class Identity(_Fact, frozen=True, kw_only=True, tag="identity"):
    """The artifact (or what contains it) names itself as something a person can act on: an app, a package."""

    subject: Literal["self", "container", "package"]
    """`container`: the file that holds this one, as an APK holds its manifest; `package`: the same where mere archives
    lie between the two, as in a Debian package."""
    name: str
    version: str = ""
    purl: str = ""
    """Package URL without version, if there is one."""
    bundle: str = ""
    """Android package name, bundle identifier …"""


class Package(_Fact, frozen=True, kw_only=True, tag="package"):
    """A package is declared (manifest, lock file), installed (its own metadata lies here), or registered."""

    purl: str
    """Package URL without version."""
    version: str = ""
    role: Literal["declares", "installed", "registered"]
    """`registered`: a row of a register or inventory of installed software; such a package is a component of its own,
    and the artifact at hand is only where it is written down."""
    scope: Scope = Scope.RUNTIME
    """What it is declared for."""
    publisher: str = ""
    """Who made or packaged it, as its metadata says."""
    installed_on: str = ""
    """When it was installed, as `2024-05-31`."""
    installed_for: Literal["", "system", "user"] = ""
    """Whether it is there for everybody on the system or for one account."""


class Installed(_Fact, frozen=True, kw_only=True, tag="installed"):
    """When a package was installed, told by a log, where the register of the packages does not tell it."""

    purl: str
    """Package URL without version, as in the register's `Package`; its distribution may be another."""
    on: str
    """As `2024-05-31`."""
    register: str
    """The artifact that is the register, as in `Owns`."""


class Diverted(_Fact, frozen=True, kw_only=True, tag="diverted"):
    """A package has a file of its own where others have one, whose file lies elsewhere therefore."""

    path: str
    """From the root of the system."""
    to: str
    by: str
    """The package's name; empty: somebody did it by hand."""


class Requires(_Fact, frozen=True, kw_only=True, tag="requires"):
    """In a file that declares many packages: which of them one of them asks for, or the project itself does.

    A file that describes one installed package needs none: that package asks for all that is declared beside it.
    """

    by: str
    """Package URL without version, as in its own `Package`; empty: the project that the file belongs to."""
    purls: tuple[str, ...]
    """Package URLs without version, as in their own `Package` in the same file."""
    scope: Scope = Scope.RUNTIME


class Owns(_Fact, frozen=True, kw_only=True, tag="owns"):
    """A package or product that this artifact describes owns a file, or everything below a folder."""

    purl: str = ""
    """Package URL without version, as in the artifact's `Package`; empty for a product."""
    name: str = ""
    """The name of a product, as in the artifact's `Product`; empty for a package."""
    version: str = ""
    path: str
    """Relative to the folder the artifact lies in, `/` as separator, `..` allowed; a folder ends in `/`;
    `./` is that folder itself. With a `register`, one that begins with `/` is meant from the root of the system, which
    is any folder around the artifact; what it has below `/usr` may be written without."""
    publisher: str = ""
    installed_on: str = ""
    """Where the artifact has no `Package` or `Product` that tells it."""
    in_folders: bool = False
    """Its name and version are those of the folders it lies in, `NAME/VERSION/`; the name only if none is given here,
    as in `pkg:brew/`."""
    as_one: bool = False
    """Nobody removes a part of it alone: an app, an extension, a snap."""
    register: str = ""
    """The artifact whose `registered` row tells of the package or product, as a path like `path` (`./name`: beside this
    one); empty if this artifact describes one package that was put here without a register."""


class Import(_Fact, frozen=True, kw_only=True, tag="import"):
    """Source or bytecode imports a module."""

    language: str
    name: str


class Call(_Fact, frozen=True, kw_only=True, tag="call"):
    """Code refers to a function or method in order to call it."""

    language: str
    name: str
    """Dotted, the class or module first: `com.vendor.Sdk.start`."""
    by: str = ""
    """The class or function that calls, if known."""


class ClassName(_Fact, frozen=True, kw_only=True, tag="class"):
    """A class is defined here, or code here refers to it."""

    language: str
    name: str
    """Dotted, inner classes with `$`: `com.vendor.Sdk$Result`."""
    role: Literal["defines", "references"]
    by: str = ""
    """For a reference: the class that refers, if known."""


class Library(_Fact, frozen=True, kw_only=True, tag="library"):
    """A native library's name: its own, one it is linked to, or one it loads by name."""

    name: str
    role: Literal["is", "links", "loads"]
    by: str = ""
    """The class that loads it, if known."""


class RunPath(_Fact, frozen=True, kw_only=True, tag="run-path"):
    """Where a native file asks its loader to look for the libraries it is linked to."""

    value: str
    """As written: folders between `:`, `$ORIGIN` and the like not replaced."""


class Symbol(_Fact, frozen=True, kw_only=True, tag="symbol"):
    """A symbol of a native file's tables."""

    name: str
    role: Literal["exports", "imports", "defines"]


class BuildTrace(_Fact, frozen=True, kw_only=True, tag="build-trace"):
    """What a native file still tells of how it was made. It makes no finding; it says what to ask the maker about."""

    what: BuildWord
    value: str


class ByteHit(_Fact, frozen=True, kw_only=True, tag="bytes"):
    """A byte pattern of the catalogue stands in the artifact."""

    pattern: str
    """The pattern's key, as `catalogue/rules` gave it out."""
    offset: int
    """Bytes from the artifact's beginning."""
    length: int
    section: str = ""
    text: str
    """The matched bytes alone, printable."""
    context: str = ""
    """Printable neighbourhood, only when the user asked for it."""


class Digest(_Fact, frozen=True, kw_only=True, tag="hash"):
    """A digest: of the whole artifact, computed only where its size is one the catalogue knows; or of a network's
    weights alone, where its structure was recognised."""

    algorithm: Literal["sha256", "weights-sha256"]
    value: str


class AndroidEntry(_Fact, frozen=True, kw_only=True, tag="android"):
    """One entry of an Android manifest."""

    entry: Literal["permission", "feature", "component", "meta-data", "library", "query"]
    name: str
    value: str = ""


class Config(_Fact, frozen=True, kw_only=True, tag="config"):
    """A setting: IAM action, environment name, container image, feature switch."""

    name: str
    value: str = ""


class Product(_Fact, frozen=True, kw_only=True, tag="product"):
    """An installed or listed product by its display name or an identifier."""

    name: str
    publisher: str = ""
    version: str = ""
    role: Literal["is", "registered"] = "registered"
    """`registered`: a row of a register or inventory, and so a component of its own; `is`: the artifact itself, or what
    contains it."""
    installed_on: str = ""
    """When it was installed, as `2024-05-31`."""
    installed_for: Literal["", "system", "user"] = ""
    """Whether it is there for everybody on the system or for one account."""
    ids: tuple[str, ...] = ()
    """Identifiers that the list gives it: a package URL without version, a CPE, a winget, bundle or package id."""
    times: int = 1
    """How many equal rows of the register this one stands for."""


class Listing(_Fact, frozen=True, kw_only=True, tag="listing"):
    """A run of listed products, packed: an inventory has millions. `scanner.model.listing` packs and unpacks them."""

    products: bytes


class ListRead(_Fact, frozen=True, kw_only=True, tag="list-read"):
    """A list of software was read to its end; `place` is where its rows begin."""

    dialect: str
    """Which list it is, in words."""
    rows: int
    products: int
    """Different products among the rows: name, publisher, version and identifiers alike count once."""
    dropped: tuple[str, ...] = ()
    """Columns about people, as they are headed: not kept."""


class StoredLayer(_Fact, frozen=True, kw_only=True, tag="stored-layer"):
    """A layer of container images as the engine that keeps it on a computer knows it."""

    names: tuple[str, ...]
    """What others in the same store call it; its folder is one more."""
    below: tuple[str, ...] = ()
    """Names of layers that it lies over, the nearest first, and of all or of the nearest alone; empty where the file
    does not tell of any."""
    folder: str = ""
    """The name of its folder; empty where that is the one that the telling file lies in."""


class StoredImage(_Fact, frozen=True, kw_only=True, tag="stored-image"):
    """A container image as the engine that keeps it on a computer knows it."""

    id: str
    called: tuple[str, ...] = ()
    """Its names for people: `web:1.2`."""
    top: str = ""
    """A name of its topmost layer; empty where the file does not tell."""
    driver: str = ""
    """In which way the engine keeps its layers, where the file's place does not tell."""


class Service(_Fact, frozen=True, kw_only=True, tag="service"):
    """A registered system service, or a task that the system starts by itself."""

    name: str
    title: str = ""
    """What people see it called."""
    program: str = ""
    """The file that it runs, from the root of the system: `/opt/acme/gate`."""
    publisher: str = ""


class Signer(_Fact, frozen=True, kw_only=True, tag="signer"):
    """Who signed the artifact, as a fact and no trust decision."""

    name: str


class Network(_Fact, frozen=True, kw_only=True, tag="network"):
    """A neural network, or a trained classifier of an older kind, by its structure; its weights are not read."""

    framework: str
    """What wrote the file's format: `onnx`, `tflite`, `pytorch` …"""
    name: str = ""
    producer: str = ""
    """The program that wrote the file, as it names itself."""
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    layers: dict[str, int] = {}
    """How many layers of each kind; kinds that frameworks name differently go by one word."""
    weights: dict[str, int] = {}
    """How many blocks of weights of each shape, axes ascending and without those of length 1: `3x3x64x128`."""
    parameters: int = 0
    names: tuple[str, ...] = ()
    """What its layers and weights are called, each once, runs of digits as `#`."""
    strings: tuple[str, ...] = ()
    """Metadata: `key=value`, descriptions."""
    architecture: str = ""
    """Digest over the shapes of all blocks of weights: the same in every framework, whatever they are called."""
    topology: str = ""
    """Digest over the same shapes and how they follow each other; empty where the file has no graph."""
    sealed: str = ""
    """Why it could not be seen into (encrypted, compiled for a chip); empty if it could."""


Observation = (
    Identity
    | Package
    | Installed
    | Diverted
    | Requires
    | Owns
    | Import
    | Call
    | ClassName
    | Library
    | RunPath
    | Symbol
    | BuildTrace
    | ByteHit
    | Digest
    | AndroidEntry
    | Config
    | Product
    | Listing
    | ListRead
    | StoredLayer
    | StoredImage
    | Service
    | Signer
    | Network
)
