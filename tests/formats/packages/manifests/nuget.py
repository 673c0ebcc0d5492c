"""What the manifests and lock files of .NET: NuGet give."""

from scanner.formats.packages import nuget
from scanner.model.vocabulary import Cause
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        nuget,
        "packages.config",
        '<?xml version="1.0"?>\n<packages>\n <package id="Example.Face" version="1.2.3"/>\n</packages>',
        [("pkg:nuget/Example.Face", "1.2.3", "line 3")],
    ),
    Case(
        nuget,
        "App.csproj",
        """<Project Sdk="X"><ItemGroup>
<PackageReference Include="Example.Face" Version="[1.2.3]" />
<PackageReference Include="Example.Other"><Version>2.0.0</Version></PackageReference>
<PackageReference Include="Example.Third" Version="3.*" />
</ItemGroup></Project>""",
        [
            ("pkg:nuget/Example.Face", "1.2.3", "line 2"),
            ("pkg:nuget/Example.Other", "2.0.0", "line 3"),
            ("pkg:nuget/Example.Third", "", "line 4"),
        ],
    ),
    Case(
        nuget,
        "packages.lock.json",
        '{"version": 1, "dependencies": {"net8.0": {"Example.Face": {"type": "Direct", "resolved": "1.2.3"},'
        ' "app": {"type": "Project"}}}}',
        [("pkg:nuget/Example.Face", "1.2.3", 'dependencies["net8.0"].Example.Face')],
    ),
    Case(
        nuget,
        "App.deps.json",
        '{"libraries": {"App/1.0.0": {"type": "project"}, "Example.Face/1.2.3": {"type": "package"}}}',
        [("pkg:nuget/Example.Face", "1.2.3", 'libraries["Example.Face/1.2.3"]')],
    ),
    Case(
        nuget,
        "example.face.nuspec",
        """<package xmlns="x"><metadata><id>Example.Face</id><version>1.2.3</version>
<dependencies><group><dependency id="Example.Core" version="2.0.0"/></group></dependencies></metadata></package>""",
        [("pkg:nuget/Example.Core", "2.0.0", "line 2")],
        ("pkg:nuget/Example.Face", "1.2.3"),
        "./",
    ),
]
DAMAGED = [
    (nuget, "a.csproj", b"<Project>", Cause.DAMAGED),
    (nuget, "a.csproj", b'<!DOCTYPE a [<!ENTITY b "c">]><Project/>', Cause.UNSUPPORTED),
    (nuget, "a.csproj", b"<a>" * 1000, Cause.LIMIT),
    (nuget, "a.deps.json", b"[]", Cause.DAMAGED),
]
WANTED = [
    (nuget, "a.props", b"<Project>", True),
    (nuget, "a.props", b"key=value", False),
    (nuget, "a.csproj", b"", True),
]
