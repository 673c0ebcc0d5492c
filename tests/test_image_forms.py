"""The same tree as a folder and in every form of image gives the same findings, of the same components."""

import gzip
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from scanner.engine.scan import Settings, scan
from tests.containers.test_container_image import archive, layout, saved

SETTINGS = Settings(uses_cache=False, jobs=1)
FILES = {
    "opt/att/svc.py": b"import face_recognition as fr\nprint(fr.compare_faces([], None), fr.face_distance([], None))\n",
    "opt/own/tool.py": b"import face_recognition\nface_recognition.face_encodings(None)\n",
    "usr/share/doc/att/README": b"attendance\n",
    "var/lib/dpkg/status": b"Package: att\nStatus: install ok installed\nMaintainer: Ada <a@x.org>\nVersion: 1.0-1\n",
    "var/lib/dpkg/info/att.list": b"/.\n/opt\n/opt/att\n/opt/att/svc.py\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def made_by(*command: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    subprocess.run(command, check=True, capture_output=True)


def ext4(tree: Path, image: Path) -> None:
    image.write_bytes(b"")
    made_by("truncate", "-s", "8M", str(image))
    made_by("mke2fs", "-q", "-t", "ext4", "-d", str(tree), str(image))


def squashfs(tree: Path, image: Path) -> None:
    made_by("mksquashfs", str(tree), str(image), "-quiet", "-no-progress")


def qcow2(tree: Path, image: Path) -> None:
    ext4(tree, image.with_suffix(".raw"))
    made_by("qemu-img", "convert", "-c", "-O", "qcow2", str(image.with_suffix(".raw")), str(image))


def docker_save(tree: Path, image: Path) -> None:
    halves = [archive(dict(list(FILES.items())[:2])), archive(dict(list(FILES.items())[2:]))]
    image.write_bytes(saved(*halves))


def oci_layout(tree: Path, image: Path) -> None:
    image.write_bytes(layout(gzip.compress(archive(FILES))))


def oci_folder(tree: Path, image: Path) -> None:
    lower = {**FILES, "opt/gone.py": b"import face_recognition\n"}
    with tarfile.open(
        fileobj=io.BytesIO(layout(gzip.compress(archive(lower)), archive({"opt/.wh.gone.py": b""})))
    ) as whole:
        whole.extractall(image, filter="data")


def told(path: Path) -> list[tuple[object, ...]]:
    report = scan([path], SETTINGS)
    assert report.complete, report.unreadable
    owners = {component.id: component for component in report.components}
    return sorted(
        (
            finding.technology.id,
            str(finding.verdict),
            str(finding.presence),
            owners[finding.component.id].name,
            owners[finding.component.id].version,
            owners[finding.component.id].publisher,
            tuple(
                sorted((e.locator.rpartition("!/")[2], e.place.partition(", from layer")[0]) for e in finding.evidence)
            ),
        )
        for finding in report.findings
    )


@pytest.mark.parametrize(
    "make", [ext4, squashfs, qcow2, docker_save, oci_layout, oci_folder], ids=lambda make: make.__name__
)
def test_an_image_gives_what_the_folder_gives(make, tree, tmp_path):
    image = tmp_path / "image.bin"
    make(tree, image)
    assert told(image) == told(tree)


def test_the_component_is_the_package_that_owns_the_file(tree):
    components = {found[3:6] for found in told(tree)}
    assert ("att", "1.0-1", "Ada") in components
    assert ("tool.py", "", "") in components
