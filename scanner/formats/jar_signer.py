"""Who signed a Java archive or Android app by the oldest scheme: the signature lies in the archive as a file.

Found in triage, for it is a file of a few kilobytes of which an archive has one or two.
"""

from collections.abc import Iterator

from scanner.formats.certificate import signers_of
from scanner.formats.records import damaged
from scanner.model.observation import Observation, Signer
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="jar-signer",
    version=1,
    line="Java archives and Android apps: who signed them (META-INF/*.RSA, scheme v1)",
    specification="https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#digital-signatures",
    limits="It is not checked whether the signature is valid.",
    suffixes=(".rsa", ".dsa", ".ec"),
    proves_type=True,
)
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_MOST_BYTES = 1 << 20


def wants(_name: str, head: bytes) -> bool:
    """Whether it begins as a PKCS #7 signature does."""
    return head[:1] == b"\x30" and _SIGNED_DATA in head[:20]


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the common name of each certificate, once.

    Raises:
        Unreadable: damaged, when no certificate with a name is in it.
    """
    told = dict.fromkeys(signers_of(source.view(0, _MOST_BYTES), budget))
    for name in told:
        yield Signer(name=name, place="certificates of the signature")
    if not told:
        raise damaged("No certificate in the signature could be read; who signed is not known.")
