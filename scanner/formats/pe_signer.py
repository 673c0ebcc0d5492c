"""Who signed a Windows program or library (Authenticode), as a fact: whether the signature holds is not judged.

LIEF reads the PKCS #7 structure alone, which is 0.6 ms where a whole library takes it half a second; importing it costs
a third of a second, so it is asked only where something matched.
"""

import re
from collections.abc import Iterator
from struct import Struct

from scanner.formats.pe_tables import SIGNATURES, read_image
from scanner.formats.records import damaged, record
from scanner.model.observation import Observation, Signer
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="pe-signer",
    version=1,
    line="Windows programs and libraries: who signed them",
    specification="PE Format, The Attribute Certificate Table: "
    "https://learn.microsoft.com/windows/win32/debug/pe-format",
    limits="It is not checked whether the signature is valid. Signatures in catalogues (.cat) beside the file are not "
    "read.",
    depth=True,
    deepens=("pe", "dotnet"),
)

_CERTIFICATE = Struct("<IHH")
_PKCS7 = 2
_MOST_BYTES = 1 << 20
_COMMON_NAME = re.compile(r"(?:^|, )CN=((?:\\.|[^,\\])+)")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the common name of each signer's certificate.

    Raises:
        Unreadable: damaged, when the table of certificates or a signature in it cannot be read.
    """
    image = read_image(source, budget)
    start, size = image.directories[SIGNATURES] if len(image.directories) > SIGNATURES else (0, 0)
    end = start + size
    while start and start + _CERTIFICATE.size < end:
        budget.spend_items()
        length, _, kind = record(source, _CERTIFICATE, start, "the table of certificates")
        if length <= _CERTIFICATE.size:
            raise damaged("The table of certificates is damaged.")
        if kind == _PKCS7:
            yield from _signers(source.view(start + _CERTIFICATE.size, length - _CERTIFICATE.size), budget)
        start += (length + 7) & ~7


def _signers(content: memoryview, budget: Budget) -> Iterator[Signer]:
    import lief

    budget.spend_bytes(min(len(content), _MOST_BYTES))
    lief.logging.disable()
    signature = lief.PE.Signature.parse(list(content[:_MOST_BYTES]))
    if signature is None:
        raise damaged("The signature is damaged; who signed was not read.")
    for signer in signature.signers:
        subject = str(signer.cert.subject) if signer.cert is not None else ""
        found = _COMMON_NAME.search(subject)
        if found is not None:
            name = re.sub(r"\\(.)", r"\1", found[1])
            yield Signer(name=name, place=f"certificate table, subject {subject}")
