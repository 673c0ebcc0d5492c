"""The same tree as a folder and in every form of image gives the same findings, of the same components."""

import gzip
import io
import lzma
import plistlib
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from scanner.containers.libraries import library
from scanner.engine.extract import extract
from scanner.engine.scan import Settings, scan
from scanner.model.report import Report
from tests.containers import apfs_volumes, bitlocker_volumes, core_storage_volumes
from tests.containers.hfs_volume import volume
from tests.containers.test_container_image import archive, layout, saved
from tests.containers.test_disk_image import super_partition
from tests.containers.test_firmware import update
from tests.containers.test_hfs_plus import apple_map
from tests.containers.test_udif import ZLIB, packed

STARTUP = bitlocker_volumes.startup_key("a computer")
SETTINGS = Settings(uses_cache=False, jobs=1)
FILES = {
    "opt/att/svc.py": b"import face_recognition as fr\nprint(fr.compare_faces([], None), fr.face_distance([], None))\n",
    "opt/own/tool.py": b"import face_recognition\nface_recognition.face_encodings(None)\n",
    "usr/share/doc/att/README": b"attendance\n",
    # What names an archive around it, were it at the top of one.
    "opt/own/AndroidManifest.xml": b'<manifest package="org.example.bank"><application/></manifest>',
    "opt/own/control": b"Package: desk\nVersion: 1.0\nArchitecture: all\nMaintainer: Eve <e@x.org>\n",
    "var/lib/dpkg/status": b"Package: att\nStatus: install ok installed\nMaintainer: Ada <a@x.org>\nVersion: 1.0-1\n",
    "var/lib/dpkg/info/att.list": b"/.\n/opt\n/opt/att\n/opt/att/svc.py\n",
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("folder") / "tree"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def of_the_folder(tree: Path) -> list[tuple[object, ...]]:
    """What a scan of the folder tells, once for all forms."""
    return told(tree)


def made_by(*command: str, told: str | None = None, folder: Path | None = None) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, check=True, capture_output=True, input=told, text=True, cwd=folder).stdout


def ext4(tree: Path, image: Path) -> None:
    image.write_bytes(b"")
    made_by("truncate", "-s", "8M", str(image))
    made_by("mke2fs", "-q", "-t", "ext4", "-d", str(tree), str(image))


def squashfs(tree: Path, image: Path) -> None:
    made_by("mksquashfs", str(tree), str(image), "-quiet", "-no-progress")


def erofs(tree: Path, image: Path) -> None:
    made_by("mkfs.erofs", "-zlz4", str(image), str(tree))


def qcow2(tree: Path, image: Path) -> None:
    ext4(tree, image.with_suffix(".raw"))
    made_by("qemu-img", "convert", "-c", "-O", "qcow2", str(image.with_suffix(".raw")), str(image))


def converted(form: str) -> Callable[[Path, Path], None]:
    def make(tree: Path, image: Path) -> None:
        ext4(tree, image.with_suffix(".raw"))
        made_by("qemu-img", "convert", "-O", *form.split(), str(image.with_suffix(".raw")), str(image))

    make.__name__ = form.replace(" ", "-")
    return make


def split(form: str) -> Callable[[Path, Path], None]:
    def make(tree: Path, image: Path) -> None:
        ext4(tree, image.parent / "disk.raw")
        image.mkdir()
        disk = image / "disk.vmdk"
        made_by(
            "qemu-img", "convert", "-O", "vmdk", "-o", f"subformat={form}", str(image.parent / "disk.raw"), str(disk)
        )

    make.__name__ = form
    return make


def sparse(tree: Path, image: Path) -> None:
    ext4(tree, image.with_suffix(".raw"))
    made_by("img2simg", str(image.with_suffix(".raw")), str(image))


def partitioned(tree: Path, image: Path) -> None:
    ext4(tree, image.with_suffix(".raw"))
    content = image.with_suffix(".raw").read_bytes()
    image.write_bytes(bytes(1 << 20) + content + bytes(1 << 20))
    made_by("sfdisk", "-q", str(image), told=f"label: gpt\nstart=2048, size={len(content) // 512}\n")


def romfs(tree: Path, image: Path) -> None:
    made_by("genromfs", "-d", str(tree), "-f", str(image))


def disc_for_macs(tree: Path, image: Path) -> None:
    made_by("xorriso", "-as", "mkisofs", "-quiet", "-hfsplus", "-r", "-o", str(image), str(tree))


def hfs_plus(tree: Path, image: Path) -> None:
    """What a disc has for Macs, by itself."""
    disc_for_macs(tree, image.with_suffix(".iso"))
    disc = image.with_suffix(".iso").read_bytes()
    image.write_bytes(disc[disc.index(b"H+\0\4") - 1024 :])


def image_of_macos(tree: Path, image: Path) -> None:
    """What only its end tells is looked for by its name."""
    hfs_plus(tree, image.with_suffix(".raw"))
    image.mkdir()
    (image / "software.dmg").write_bytes(packed(image.with_suffix(".raw").read_bytes(), ZLIB))


def cramfs(tree: Path, image: Path) -> None:
    made_by("mkfs.cramfs", str(tree), str(image))


def jffs2(tree: Path, image: Path) -> None:
    made_by("mkfs.jffs2", "-r", str(tree), "-e", "64KiB", "-o", str(image))


def ubi(tree: Path, image: Path) -> None:
    volume = image.with_suffix(".ubifs")
    made_by("mkfs.ubifs", "-r", str(tree), "-m", "2048", "-e", "126976", "-c", "60", "-x", "zlib", "-o", str(volume))
    settings = image.with_suffix(".ini")
    settings.write_text(f"[a]\nmode=ubi\nimage={volume}\nvol_id=0\nvol_type=dynamic\nvol_name=root\nvol_size=4MiB\n")
    made_by("ubinize", "-o", str(image), "-m", "2048", "-p", "128KiB", str(settings))


def xfs(tree: Path, image: Path) -> None:
    image.write_bytes(b"")
    made_by("truncate", "-s", "300M", str(image))
    described = image.with_suffix(".proto")
    described.write_text("\n".join(["/", "0 0", *prototype(tree, "d--755 0 0"), ""]))
    made_by("mkfs.xfs", "-q", "-p", str(described), str(image))


def prototype(folder: Path, mode: str) -> Iterator[str]:
    """The folder as mkfs.xfs wants it told."""
    yield mode
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            first, *rest = prototype(path, "d--755 0 0")
            yield f"{path.name} {first}"
            yield from rest
        else:
            yield f"{path.name} ---644 0 0 {path}"
    yield "$"


def btrfs(tree: Path, image: Path) -> None:
    image.write_bytes(b"")
    made_by("truncate", "-s", "128M", str(image))
    made_by("mkfs.btrfs", "-q", "--rootdir", str(tree), str(image))


def fat(tree: Path, image: Path, size: str = "8M") -> None:
    image.write_bytes(b"")
    made_by("truncate", "-s", size, str(image))
    made_by("mkfs.fat", str(image))
    made_by("mcopy", "-s", "-i", str(image), *map(str, sorted(tree.iterdir())), "::/")


def ntfs(tree: Path, image: Path, size: str = "8M") -> None:
    image.write_bytes(b"")
    made_by("truncate", "-s", size, str(image))
    made_by("mkntfs", "-q", "-F", str(image))
    mounted(tree, image, "ntfs-3g", str(image))


def bitlocker(tree: Path, image: Path) -> None:
    """With its protection suspended, so that it opens without a key."""
    ntfs(tree, image.with_suffix(".ntfs"), "2M")
    image.write_bytes(closed(image.with_suffix(".ntfs"), bitlocker_volumes.clear_key(), STARTUP))


def closed(content: Path, *protectors: bitlocker_volumes.Protector) -> bytes:
    return bitlocker_volumes.volume(content.read_bytes(), protectors, bitlocker_volumes.Form("cbc-256"))


def exfat(tree: Path, image: Path) -> None:
    image.write_bytes(b"")
    made_by("truncate", "-s", "8M", str(image))
    made_by("mkfs.exfat", str(image))
    device = made_by("losetup", "-f", "--show", str(image)).strip()
    try:
        mounted(tree, image, "mount.exfat-fuse", device)
    finally:
        made_by("losetup", "-d", device)


def mounted(tree: Path, image: Path, program: str, what: str) -> None:
    """Copy the tree into a file system that only a mount can write; a machine may not allow that."""
    folder = image.parent / "mounted"
    folder.mkdir()
    made_by(program, what, str(folder))
    try:
        shutil.copytree(tree, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    finally:
        made_by("umount", str(folder))


def expert_witness(tree: Path, image: Path) -> None:
    """What forensic programs write, in several files; the first is the target."""
    ext4(tree, image.with_suffix(".raw"))
    image.mkdir()
    made_by(
        "ewfacquire", "-u", "-q", "-S", "1MiB", "-c", "none", "-t", str(image / "disk"), str(image.with_suffix(".raw"))
    )


def initramfs(tree: Path, image: Path) -> None:
    names = "\n".join(str(path.relative_to(tree)) for path in sorted(tree.rglob("*")))
    made_by("cpio", "-o", "-H", "newc", "--quiet", "-O", str(image), told=names, folder=tree)
    image.write_bytes(gzip.compress(image.read_bytes()))


def android_update_of(tree: Path, image: Path) -> None:
    ext4(tree, image.with_suffix(".raw"))
    whole = image.with_suffix(".raw").read_bytes()
    image.write_bytes(update((8, lzma.compress(whole), 0, len(whole) // 4096), size=len(whole)))


def android_super(tree: Path, image: Path) -> None:
    ext4(tree, image.with_suffix(".raw"))
    image.write_bytes(super_partition(("system", image.with_suffix(".raw").read_bytes())))


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


def without_volume(locator: str) -> str:
    return locator.removeprefix("partition 1/").removeprefix("root/").removeprefix("system/")


def told(path: Path, key: bytes = b"") -> list[tuple[object, ...]]:
    return told_by(scan([path], msgspec.structs.replace(SETTINGS, keys=(key,) if key else ())))


def told_by(report: Report) -> list[tuple[object, ...]]:
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
            owners[finding.component.id].installed_for,
            tuple(
                sorted(
                    (without_volume(e.locator.rpartition("!/")[2]), e.place.partition(", from layer")[0])
                    for e in finding.evidence
                )
            ),
        )
        for finding in report.findings
    )


FORMS = [
    ext4, squashfs, erofs, exfat, disc_for_macs, hfs_plus, image_of_macos, qcow2, docker_save, oci_layout, oci_folder,
    partitioned, sparse, romfs, cramfs, ubi, initramfs, android_update_of, android_super,
    ntfs,
]  # fmt: skip
WITH_EXTRA = [
    jffs2, xfs, btrfs, fat, bitlocker, expert_witness, converted("vmdk"),
    converted("vmdk -o subformat=streamOptimized"), converted("vpc"), converted("vhdx"), converted("vdi"),
    split("monolithicFlat"), split("twoGbMaxExtentFlat"), split("twoGbMaxExtentSparse"),
]  # fmt: skip


@pytest.mark.parametrize("make", [*FORMS, *WITH_EXTRA], ids=lambda make: make.__name__)
def test_an_image_gives_what_the_folder_gives(make, tree, of_the_folder, tmp_path):
    if make in WITH_EXTRA and library("dissect.target") is None:
        pytest.skip("the extra “images” is not installed")
    image = tmp_path / "image.bin"
    make(tree, image)
    report = scan([image], SETTINGS)
    assert told_by(report) == of_the_folder
    assert_evidence_can_be_taken_out(report, image)


def assert_evidence_can_be_taken_out(report: Report, image: Path) -> None:
    """`frscan extract` gives what the tree holds at the place that the report names."""
    (locator,) = {e.locator for f in report.findings for e in f.evidence if e.locator.endswith("opt/own/tool.py")}
    taken = bytearray()
    extract(str(image / locator if image.is_dir() else image.parent / locator), taken.extend)
    assert taken == FILES["opt/own/tool.py"]


def test_the_component_is_the_package_that_owns_the_file(of_the_folder):
    components = {found[3:7] for found in of_the_folder}
    assert ("att", "1.0-1", "Ada", "system") in components
    assert ("own", "", "", "system") in components


def luks2(tree: Path, image: Path) -> bytes:
    ext4(tree, image)
    image.write_bytes(image.read_bytes() + bytes(32 << 20))
    key = image.with_suffix(".key")
    key.write_bytes(b"a phrase")
    made_by(
        "cryptsetup", "reencrypt", "--encrypt", "--type", "luks2", "--pbkdf", "pbkdf2",
        "--pbkdf-force-iterations", "1000", "--reduce-device-size", "32M", "-q", "--key-file", str(key), str(image),
    )  # fmt: skip
    return b"a phrase\n"


def bitlocker_in_a_partition(tree: Path, image: Path) -> bytes:
    """Beside a plain one that holds nothing."""
    fat(tree, image.with_suffix(".fat"), "1M")
    volume = closed(image.with_suffix(".fat"), STARTUP)
    image.write_bytes(bytes(1 << 20) + volume + bytes(1 << 20))
    made_by("sfdisk", "-q", str(image), told=f"label: gpt\nstart=2048, size={len(volume) // 512}\n")
    return bitlocker_volumes.bek(STARTUP)


def files_of(tree: Path) -> dict[str, bytes]:
    return {str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def file_vault(tree: Path, image: Path) -> bytes:
    """As it was before APFS: HFS+ in a volume of CoreStorage."""
    content = volume(files_of(tree))
    image.write_bytes(core_storage_volumes.volume(content, ["another person's", "a phrase"]))
    return b"a phrase"


def file_vault_on_apfs(tree: Path, image: Path) -> bytes:
    apfs_volumes.Container(files_of(tree), ("another person's", "a phrase")).write(image)
    return b"a phrase\n"


@pytest.mark.skipif(library("dissect.fve") is None, reason="the extra “images” is not installed")
@pytest.mark.parametrize(
    "make", [luks2, bitlocker_in_a_partition, file_vault, file_vault_on_apfs], ids=lambda make: make.__name__
)
def test_an_encrypted_volume_gives_what_the_folder_gives_once_its_key_is_given(make, tree, of_the_folder, tmp_path):
    image = tmp_path / "image.bin"
    key = make(tree, image)
    assert told(image, key) == of_the_folder
    for given in ((), (b"another",)):
        report = scan([image], msgspec.structs.replace(SETTINGS, keys=given))
        assert [unread.cause for unread in report.unreadable] == ["encrypted"]
        assert not report.complete
        assert not report.findings


def test_an_app_in_a_disk_image_of_macos_is_the_component_and_has_its_version(tmp_path):
    told = {"CFBundlePackageType": "APPL", "CFBundleIdentifier": "org.acme.gate", "CFBundleName": "Gate"}
    files = {
        "Gate.app/Contents/Info.plist": plistlib.dumps({**told, "CFBundleShortVersionString": "2.5.1"}),
        "Gate.app/Contents/Resources/gate.py": FILES["opt/own/tool.py"],
    }
    image = tmp_path / "Gate.dmg"
    image.write_bytes(packed(apple_map(("Apple_HFS", volume(files))), ZLIB))
    report = scan([image], SETTINGS)
    assert report.complete
    assert [(component.name, component.version) for component in report.components] == [("Gate", "2.5.1")]
    assert {e.locator for f in report.findings for e in f.evidence} == {
        "Gate.dmg!/partition 2/Gate.app/Contents/Resources/gate.py"
    }
