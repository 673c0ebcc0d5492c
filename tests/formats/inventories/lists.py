"""A small list in every dialect, each with the same made-up product among others."""

from typing import NamedTuple


class Sample(NamedTuple):
    """A list, and what its reader must say of the product in it."""

    dialect: str
    file: str
    text: str
    name: str
    version: str = "8.1"
    publisher: str = "Acme, Inc."
    ids: tuple[str, ...] = ()
    place: str = ""
    encoding: str = "utf-8"


_WIN = "Acme Faces"
SAMPLES = (
    Sample(
        "osquery",
        "programs.csv",
        "name|version|install_location|publisher|identifying_number\nEditor|1|C:\\|Other|{1}\nAcme Faces|8.1|C:\\|Acme, Inc.|{2}\n",
        _WIN,
        place="row 3",
    ),
    Sample(
        "osquery",
        "programs.json",
        '[{"name": "Acme Faces", "version": "8.1", "publisher": "Acme, Inc.", "install_date": "20240611"}]',
        _WIN,
        place="entry 1",
    ),
    Sample(
        "osquery-deb",
        "deb.json",
        '[{"name": "python3-acmefaces", "version": "8.1", "arch": "amd64", "status": "install ok installed"}]',
        "python3-acmefaces",
        publisher="",
        ids=("pkg:deb/debian/python3-acmefaces", "pkg:pypi/acmefaces"),
    ),
    Sample(
        "osquery-rpm",
        "rpm.json",
        '[{"name": "acmefaces", "version": "8.1", "release": "1", "arch": "x86_64", "vendor": "Acme, Inc."}]',
        "acmefaces",
        ids=("pkg:rpm/acmefaces",),
    ),
    Sample(
        "osquery-python",
        "python.json",
        '[{"name": "acme_faces", "version": "8.1", "summary": "s", "author": "Acme, Inc.", "license": "", "path": "/x"}]',
        "acme_faces",
        ids=("pkg:pypi/acme-faces",),
    ),
    Sample(
        "winget-export",
        "schema2.json",
        '{"$schema": "x", "CreationDate": "x", "Sources": [{"Packages": [{"PackageIdentifier": "Acme.Faces", "Version": "8.1"}], '
        '"SourceDetails": {"Name": "winget"}}], "WinGetVersion": "1.8"}',
        "Acme.Faces",
        publisher="",
        ids=("Acme.Faces",),
    ),
    Sample(
        "winget-export",
        "schema1.json",
        '{"$schema": "x", "CreationDate": "x", "Sources": [{"Packages": [{"Id": "Acme.Faces"}], "SourceDetails": {"Name": "w"}}]}',
        "Acme.Faces",
        version="",
        publisher="",
        ids=("Acme.Faces",),
    ),
    Sample(
        "winget-list",
        "list.txt",
        "Name           Id          Version   Source\n-------------------------------------------\n"
        "Editor         Other.Edit  1.0       winget\nAcme Faces     Acme.Faces  8.1       winget\n",
        _WIN,
        publisher="",
        ids=("Acme.Faces",),
        place="line 4",
    ),
    Sample(
        "intune",
        "detected.json",
        '{"value": [{"id": "1", "displayName": "Acme Faces", "version": "8.1", "sizeInByte": 0, "deviceCount": 3, '
        '"publisher": "Acme, Inc.", "platform": "windows"}]}',
        _WIN,
    ),
    Sample(
        "intune",
        "AppInvRawData.csv",
        "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationVersion,DeviceName,EmailAddress,UserName\n"
        'k,Acme Faces,"Acme, Inc.",8.1,PC-1,a@example.org,Ann\n',
        _WIN,
    ),
    Sample(
        "configuration-manager",
        "arp.csv",
        'ResourceID;DisplayName0;Version0;Publisher0\n1;"Acme\nFaces";8.1;Acme, Inc.\n',
        _WIN,
    ),
    Sample(
        "defender",
        "software.jsonl",
        '{"deviceId": "1", "softwareVendor": "acme", "softwareName": "faces", "softwareVersion": "8.1", "rbacGroupName": "Parks"}\n',
        "faces",
        publisher="acme",
        place="entry 1 (Parks)",
    ),
    Sample(
        "jamf",
        "computers.json",
        '{"totalCount": 1, "results": [{"id": "1", "applications": [{"name": "Acme Faces.app", "version": "8.1", '
        '"macAppStore": false, "bundleId": "org.acme.faces"}]}]}',
        "Acme Faces.app",
        publisher="",
        ids=("org.acme.faces",),
    ),
    Sample(
        "jamf",
        "computer.xml",
        '<?xml version="1.0"?><computer><general><name>MAC-1</name></general><software><applications><size>1</size><application>'
        "<name>Acme Faces.app</name><version>8.1</version></application></applications></software></computer>",
        "Acme Faces.app",
        publisher="",
    ),
    Sample(
        "system-profiler",
        "apps.json",
        '{"SPApplicationsDataType": [{"_name": "Acme Faces", "version": "8.1", "signed_by": ["Acme, Inc.", "CA"]}]}',
        _WIN,
    ),
    Sample(
        "mdm-apps",
        "apps.json",
        '{"InstalledApplicationList": [{"Identifier": "org.acme.faces", "Name": "Acme Faces", "ShortVersion": "8.1"}]}',
        _WIN,
        publisher="",
        ids=("org.acme.faces",),
    ),
    Sample(
        "device-list",
        "cameras.csv",
        "Asset Tag,Manufacturer,Model,Serial,Location\n1,Acme,FaceCam 9,S1,Lobby\n",
        "FaceCam 9",
        version="",
        publisher="Acme",
        place="row 2 (Lobby)",
    ),
    Sample(
        "windows-programs",
        "wmic.csv",
        '\r\nNode,Description,IdentifyingNumber,Name,Vendor,Version\r\nPC-1,Acme Faces,{1},Acme Faces,"Acme, Inc.",8.1\r\n',
        _WIN,
        encoding="utf-16",
        place="row 3",
    ),
    Sample(
        "windows-programs",
        "export.csv",
        '#TYPE Selected.Object\n"DisplayName","DisplayVersion","Publisher"\n"Acme Faces","8.1","Acme, Inc."\n',
        _WIN,
        place="row 3",
    ),
    Sample("table", "list.tsv", "App Name\tVersion\tVendor\nAcme Faces\t8.1\tAcme, Inc.\n", _WIN, encoding="utf-8-sig"),
    Sample("table", "liste.csv", "Anwendung;Version;Hersteller\nAcme Faces;8.1;Acme, Inc.\n", _WIN, encoding="cp1252"),
    Sample(
        "cyclonedx",
        "bom.json",
        '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "application", "name": "app", "components": '
        '[{"name": "faces", "version": "8.1", "publisher": "Acme, Inc.", "purl": "pkg:npm/%40acme/faces@8.1?x=y"}]}]}',
        "faces",
        ids=("pkg:npm/%40acme/faces",),
    ),
    Sample(
        "cyclonedx",
        "bom.xml",
        '<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="application"><name>app</name><components>'
        "<component><publisher>Acme, Inc.</publisher><name>faces</name><version>8.1</version><purl>pkg:pypi/acme_faces@8.1</purl>"
        "</component></components></component></components></bom>",
        "faces",
        ids=("pkg:pypi/acme-faces",),
    ),
    Sample(
        "spdx-json",
        "a.spdx.json",
        '{"spdxVersion": "SPDX-2.3", "packages": [{"SPDXID": "1", "name": "faces", "versionInfo": "8.1", "supplier": "Acme, Inc.", '
        '"externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:pypi/acme-faces@8.1"}]}]}',
        "faces",
        ids=("pkg:pypi/acme-faces",),
    ),
    Sample(
        "spdx-3",
        "b.spdx.json",
        '{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [{"type": "software_Package", "name": "faces", '
        '"software_packageVersion": "8.1", "software_packageUrl": "pkg:pypi/acme-faces@8.1"}]}',
        "faces",
        publisher="",
        ids=("pkg:pypi/acme-faces",),
    ),
    Sample(
        "spdx-text",
        "a.spdx",
        "SPDXVersion: SPDX-2.2\nDocumentName: fw\n\nPackageName: faces\nPackageVersion: 8.1\nPackageSupplier: Organization: Acme, Inc.\n"
        "ExternalRef: PACKAGE-MANAGER purl pkg:pypi/acme-faces@8.1\n",
        "faces",
        ids=("pkg:pypi/acme-faces",),
        place="line 4",
    ),
    Sample(
        "spdx-text",
        "a.rdf",
        '<rdf:RDF xmlns:rdf="r" xmlns:spdx="http://spdx.org/rdf/terms#"><spdx:Package><spdx:name>faces</spdx:name>'
        "<spdx:versionInfo>8.1</spdx:versionInfo><spdx:supplier>Acme, Inc.</spdx:supplier><spdx:externalRef><spdx:ExternalRef>"
        "<spdx:referenceLocator>pkg:pypi/acme-faces@8.1</spdx:referenceLocator></spdx:ExternalRef></spdx:externalRef></spdx:Package>"
        "</rdf:RDF>",
        "faces",
        ids=("pkg:pypi/acme-faces",),
    ),
    Sample(
        "dpkg-list",
        "dpkg.txt",
        "Desired=Unknown/Install\n| Status=Not\n||/ Name  Version Architecture Description\n+++-====-====-====\n"
        "rc  gone 1 amd64 removed\nii  acmefaces:amd64   8.1  amd64  faces\n",
        "acmefaces",
        publisher="",
        ids=("pkg:deb/debian/acmefaces",),
        place="line 6",
    ),
    Sample(
        "rpm-query",
        "rpm.txt",
        "bash-5.1-2.el9.x86_64\npython3-acme_faces-8.1-1.noarch\n",
        "python3-acme_faces",
        version="8.1-1",
        publisher="",
        ids=("pkg:rpm/python3-acme_faces", "pkg:pypi/acme-faces"),
        place="line 2",
    ),
    Sample(
        "pip-list",
        "pip.txt",
        "Package    Version\n---------- -------\nacme_faces 8.1\n",
        "acme_faces",
        publisher="",
        ids=("pkg:pypi/acme-faces",),
        place="line 3",
    ),
    Sample(
        "pip-list",
        "pip.json",
        '[{"name": "acme_faces", "version": "8.1"}]',
        "acme_faces",
        publisher="",
        ids=("pkg:pypi/acme-faces",),
    ),
    Sample(
        "pip-inspect",
        "inspect.json",
        '{"version": "1", "pip_version": "24", "installed": [{"metadata": {"name": "acme_faces", "version": "8.1"}}]}',
        "acme_faces",
        publisher="",
        ids=("pkg:pypi/acme-faces",),
    ),
    Sample(
        "npm-list",
        "npm.json",
        '{"name": "shop", "dependencies": {"x": {"version": "1", "resolved": "https://registry.example.invalid/x", "overridden": false, '
        '"dependencies": {"@acme/faces": {"version": "8.1"}}}}}',
        "@acme/faces",
        publisher="",
        ids=("pkg:npm/%40acme/faces",),
    ),
    Sample(
        "npm-list",
        "npm.txt",
        "shop@1.0.0 /srv/shop\n\u251c\u2500\u252c x@1.0.0\n\u2502 \u2514\u2500\u2500 @acme/faces@8.1\n\u2514\u2500\u2500 y@2.0.0\n",
        "@acme/faces",
        publisher="",
        ids=("pkg:npm/%40acme/faces",),
        place="line 3",
    ),
    Sample(
        "brew-list",
        "brew.txt",
        "git 2.45.2\nacmefaces 8.1 8.0\n",
        "acmefaces",
        publisher="",
        ids=("pkg:brew/acmefaces",),
    ),
    Sample(
        "choco-list",
        "choco.txt",
        "Chocolatey v2.2.2\nacmefaces 8.1\n1 packages installed.\n",
        "acmefaces",
        publisher="",
        ids=("pkg:chocolatey/acmefaces",),
    ),
    Sample(
        "adb-packages",
        "adb.txt",
        "package:/data/app/~~a==/org.acme.faces-b==/base.apk=org.acme.faces\npackage:/system/app/X/X.apk=org.x\n",
        "org.acme.faces",
        version="",
        publisher="",
        ids=("org.acme.faces",),
    ),
)
