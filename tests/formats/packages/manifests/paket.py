"""What Paket's files give."""

from scanner.formats.packages import paket
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        paket,
        "paket.dependencies",
        "source https://host.example/index.json\nnuget Acme.Faces 1.2.3\ngroup Test\n  nuget Probe ~> 2\n",
        [("pkg:nuget/Acme.Faces", "1.2.3", "line 2"), ("pkg:nuget/Probe", "", "line 4")],
    ),
    Case(
        paket,
        "paket.lock",
        "NUGET\n  remote: https://host.example/index.json\n    Acme.Faces (1.2.3)\n      Acme.Core (>= 1.0)\n"
        "    Acme.Core (1.0)\n",
        [("pkg:nuget/Acme.Faces", "1.2.3", "line 3"), ("pkg:nuget/Acme.Core", "1.0", "line 5")],
    ),
    Case(
        paket,
        "paket.references",
        "Acme.Faces\ngroup Test\n  Probe\n",
        [("pkg:nuget/Acme.Faces", "", "line 1")],
    ),
]
