"""Container images: what a container started from them would see."""

import gzip
import hashlib
import io
import json
import struct
import tarfile

import pytest

from scanner.containers import container_image
from scanner.containers import sif as container_sif
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.sources import BytesSource


def archive(files):
    """A tar archive; a name that ends in `/` makes a folder."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as made:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            made.addfile(entry, io.BytesIO(content))
    return held.getvalue()


def saved(*layers, tag="acme:1"):
    """As `docker save` writes it."""
    names = [f"{hashlib.sha256(layer).hexdigest()}/layer.tar" for layer in layers]
    history = [
        {"created_by": "ENV x", "empty_layer": True},
        *({"created_by": f"RUN step {n}"} for n in range(len(layers))),
    ]
    config = hashlib.sha256(b"config").hexdigest() + ".json"
    manifest = [{"Config": config, "RepoTags": [tag], "Layers": names}]
    return archive(
        {
            **dict(zip(names, layers, strict=True)),
            config: json.dumps({"history": history}).encode(),
            "manifest.json": json.dumps(manifest).encode(),
        }
    )


def layout(*layers, **more):
    """As an OCI layout has it; `more` says other things of the manifest, the layers or the configuration."""
    return archive(layout_files(*layers, **more))


def layout_files(*layers, manifest_says=None, layer_says=None, config=None):
    """The files of an OCI layout."""
    blobs = {}

    def blob(content):
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = content
        return {"digest": f"sha256:{digest}", "mediaType": "x", "size": len(content)}

    steps = [{"created_by": f"RUN step {n}"} for n in range(len(layers))]
    diffs = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    made = {"history": steps, "os": "linux", "rootfs": {"type": "layers", "diff_ids": diffs}, **(config or {})}
    configured = blob(json.dumps(made).encode()) | {"mediaType": "application/vnd.oci.image.config.v1+json"}
    layer_type = {"mediaType": "application/vnd.oci.image.layer.v1.tar"} | (layer_says or {})
    told = {"schemaVersion": 2, "config": configured, "layers": [blob(layer) | layer_type for layer in layers]}
    manifest = blob(json.dumps(told | (manifest_says or {})).encode())
    index = {"schemaVersion": 2, "manifests": [manifest | {"mediaType": "application/vnd.oci.image.manifest.v1+json"}]}
    return {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', **blobs, "index.json": json.dumps(index).encode()}


LOWER = archive(
    {"usr/": b"", "usr/lib/": b"", "usr/lib/a.so": b"old a", "usr/lib/b.so": b"b", "etc/keep": b"keep", "opt/x/1": b"1"}
)
MIDDLE = archive({"usr/lib/a.so": b"new a", "opt/x/.wh..wh..opq": b"", "opt/x/2": b"2"})
UPPER = archive({"usr/lib/.wh.b.so": b""})
SEEN = {"usr/lib/a.so": b"new a", "etc/keep": b"keep", "opt/x/2": b"2"}


def opened(data):
    source = BytesSource("image.tar", data)
    assert container_image.wants("image.tar", source.head)
    assert container_image.confirms(source)
    return [member for member in container_image.members(source, CountingBudget()) if member.kind == "file"]


def contents(found):
    return {member.name: b"".join(member.chunks()) for member in found}


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("make", [saved, layout])
def test_an_image_holds_what_its_layers_leave_of_each_other(make, pack):
    assert contents(opened(make(*map(pack, (LOWER, MIDDLE, UPPER))))) == SEEN


def test_each_file_tells_the_layer_it_comes_from_and_how_that_was_made():
    origins = {m.name: m.origin for m in opened(saved(LOWER, MIDDLE, UPPER))}
    assert origins["etc/keep"].startswith("layer 1 of 3 (")
    assert origins["etc/keep"].endswith("): RUN step 0")
    assert origins["usr/lib/a.so"].startswith("layer 2 of 3 (")


def test_what_a_layer_removes_is_told():
    members = container_image.members(BytesSource("i.tar", saved(LOWER, MIDDLE, UPPER)), CountingBudget())
    notes = [note for member in members for note in member.notes]
    assert notes == ["3 files that a higher layer hides or removes were not examined."]


def test_a_file_finds_its_neighbour_whichever_layer_that_comes_from():
    found = {m.name: m for m in opened(saved(LOWER, MIDDLE, UPPER))}
    beside = found["opt/x/2"].beside
    assert beside is not None
    assert beside("1") is None
    assert beside("../../../etc/keep") is found["usr/lib/a.so"].beside("b.so") is None
    assert beside("../../etc/keep").name == "etc/keep"
    assert b"".join(found["etc/keep"].beside("keep").chunks()) == b"keep"


def test_a_file_where_a_folder_was_hides_what_lay_in_it():
    assert set(contents(opened(saved(LOWER, archive({"opt": b"now a file"}))))) == {
        "opt",
        "usr/lib/a.so",
        "usr/lib/b.so",
        "etc/keep",
    }


def test_several_images_lie_below_their_names():
    both = json.dumps(
        [{"Config": "c.json", "RepoTags": [tag], "Layers": ["l.tar"]} for tag in ("one:1", "two/x:2")]
    ).encode()
    found = opened(archive({"l.tar": archive({"a": b"a"}), "c.json": b"{}", "manifest.json": both}))
    assert [m.name for m in found] == ["one\\x3a1/a", "two/x\\x3a2/a"] or [m.name for m in found] == [
        "one:1/a",
        "two/x:2/a",
    ]


def test_an_ordinary_archive_is_none():
    for files in ({"manifest.json.bak": b"", "src/a.py": b""}, {"a.json": b"{}"}):
        assert not container_image.confirms(BytesSource("a.tar", archive(files)))


INDEX_OF_TWO = layout_files(LOWER)
del INDEX_OF_TWO[f"blobs/sha256/{hashlib.sha256(LOWER).hexdigest()}"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (layout(LOWER, layer_says={"mediaType": "application/vnd.oci.image.layer.v1.tar+encrypted"}), "is encrypted"),
        (archive(INDEX_OF_TWO), "the layer is not there"),
        (
            layout(LOWER, layer_says={"digest": "sha256:" + "0" * 64, "urls": ["https://registry.example.invalid/l"]}),
            "to be fetched from https://registry.example.invalid/l",
        ),
        (archive({"manifest.json": b'[{"Config": "c", "Layers": ["gone/layer.tar"]}]'}), "the layer is not there"),
        (archive({"manifest.json": b"[{"}), "not what it should be"),
        (saved(gzip.compress(LOWER)[:-30]), "ends early"),
    ],
)
def test_what_is_missing_or_damaged_is_reported(data, reason):
    with pytest.raises(Unreadable, match=reason):
        list(container_image.members(BytesSource("i.tar", data), CountingBudget()))


def test_an_image_of_several_platforms_is_each_and_those_that_are_not_there_are_told():
    files, manifests = {}, []
    for platform in ("amd64", "arm64", "s390x"):
        one = layout_files(archive({f"{platform}.so": b"x"}))
        (manifest,) = json.loads(one.pop("index.json"))["manifests"]
        manifests.append(manifest | {"platform": {"os": "linux", "architecture": platform}})
        files |= {} if platform == "s390x" else one
    inner = json.dumps({"manifests": manifests}).encode()
    digest = hashlib.sha256(inner).hexdigest()
    named = {"digest": f"sha256:{digest}", "annotations": {"org.opencontainers.image.ref.name": "web"}}
    files |= {f"blobs/sha256/{digest}": inner, "index.json": json.dumps({"manifests": [named]}).encode()}
    members = list(container_image.members(BytesSource("i.tar", archive(files)), CountingBudget()))
    assert [m.name for m in members if m.kind == "file"] == ["web (linux-amd64)/amd64.so", "web (linux-arm64)/arm64.so"]
    assert next(note for m in members for note in m.notes if "platforms" in note).endswith("web (linux-s390x).")


def test_a_manifest_that_is_missing_does_not_cost_the_images_behind_it():
    files = layout_files(LOWER)
    index = json.loads(files["index.json"])
    index["manifests"].insert(0, {"digest": "sha256:" + "0" * 64})
    data = archive(files | {"index.json": json.dumps(index).encode()})
    found = []
    with pytest.raises(Unreadable, match="the manifest is missing"):
        found.extend(m.name for m in container_image.members(BytesSource("i.tar", data), CountingBudget()))
    # `extend` keeps what came before the error
    assert "etc/keep" in found


def test_a_file_that_another_name_still_leads_to_is_seen():
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as made:
        made.addfile(tarfile.TarInfo("opt/"))
        first = tarfile.TarInfo("./opt/a.so")
        first.size = 4
        made.addfile(first, io.BytesIO(b"face"))
        other = tarfile.TarInfo("./opt/b.so")
        other.type, other.linkname = tarfile.LNKTYPE, "./opt/a.so"
        made.addfile(other)
    assert contents(opened(saved(held.getvalue(), archive({"opt/.wh.a.so": b""}))))["opt/b.so"] == b"face"


def test_what_is_no_container_image_is_read_and_its_kind_is_told():
    title = {"annotations": {"org.opencontainers.image.title": "model.bin"}, "mediaType": "application/x-model"}
    data = layout(b"weights", layer_says=title, manifest_says={"artifactType": "application/vnd.acme.model"})
    members = list(container_image.members(BytesSource("i.tar", data), CountingBudget()))
    assert contents(members) == {"model.bin": b"weights", "(kind)": b""}
    assert "of the kind application/vnd.acme.model" in members[-1].notes[0]


def test_an_archive_of_docker_before_it_wrote_manifests_is_read_by_its_layers_parents():
    low, high = "1" * 64, "2" * 64
    files = {
        f"{low}/json": b"{}",
        f"{low}/layer.tar": LOWER,
        f"{high}/json": json.dumps({"parent": low}).encode(),
        f"{high}/layer.tar": UPPER,
        "repositories": json.dumps({"web": {"1": high}}).encode(),
    }
    assert set(contents(opened(archive(files)))) == {"usr/lib/a.so", "etc/keep", "opt/x/1"}


def test_an_entry_that_no_image_uses_is_handed_out_as_it_is():
    names = {
        "manifest.json": b'[{"Config": "c.json", "Layers": ["l.tar"]}]',
        "l.tar": archive({"a": b"a"}),
        "c.json": b"{}",
    }
    found = contents(opened(archive({**names, "blobs/sha256/" + "0" * 64: b"something"})))
    assert found == {"a": b"a", "(in no image)/blobs/sha256/" + "0" * 64: b"something"}


def sif(*entries: tuple[int, bytes, bytes]) -> bytes:
    """As Singularity writes it: kind, name and content of each entry."""
    table, content, start = b"", b"", 128 + 585 * 4
    for number, (kind, name, held) in enumerate(entries, 1):
        place = start + len(content)
        head = struct.pack("<I?3I3Q4q", kind, True, number, 1, 0, place, len(held), len(held), 0, 0, 0, 0)
        table += head + name.ljust(128, b"\0") + bytes(384)
        content += held
    head = b"#!/usr/bin/env run-singularity\n".ljust(32, b"\0") + b"SIF_MAGIC\0" + b"01\0" + b"02\0" + bytes(16)
    head += struct.pack("<8Q", 0, 0, 4 - len(entries), 4, 128, 585 * 4, start, len(content))
    return head + table.ljust(585 * 4, b"\0") + content


def test_an_image_of_singularity_gives_its_file_systems():
    data = sif((0x4001, b"Definition", b"bootstrap: docker"), (0x4004, b"FS", b"hsqs and more"))
    source = BytesSource("a.sif", data)
    found = contents(container_sif.members(source, CountingBudget()))
    assert found == {"1 Definition": b"bootstrap: docker", "2 FS.img": b"hsqs and more"}


@pytest.mark.parametrize("size", [50, 200, 129])
def test_a_cut_image_of_singularity_is_told(size):
    with pytest.raises(Unreadable):
        list(container_sif.members(BytesSource("a.sif", sif((0x4004, b"FS", b"x"))[:size]), CountingBudget()))
