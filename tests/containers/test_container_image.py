"""Container images: what a container started from them would see."""

import gzip
import hashlib
import io
import json
import tarfile

import pytest

from scanner.containers import container_image
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


def layout(*layers):
    """As an OCI layout has it."""
    blobs = {}

    def blob(content):
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = content
        return {"digest": f"sha256:{digest}", "mediaType": "x", "size": len(content)}

    config = blob(json.dumps({"history": [{"created_by": f"RUN step {n}"} for n in range(len(layers))]}).encode())
    manifest = blob(json.dumps({"config": config, "layers": [blob(layer) for layer in layers]}).encode())
    index = {"schemaVersion": 2, "manifests": [manifest]}
    return archive({"oci-layout": b"{}", **blobs, "index.json": json.dumps(index).encode()})


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
    above = beside("../../etc/keep"), found["usr/lib/a.so"].beside("b.so")
    assert above == (None, None)
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


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (archive({"manifest.json": b'[{"Config": "c", "Layers": ["gone/layer.tar"]}]'}), "the layer is not there"),
        (archive({"manifest.json": b"[{"}), "not what it should be"),
        (saved(gzip.compress(LOWER)[:-30]), "ends early"),
    ],
)
def test_what_is_missing_or_damaged_is_reported(data, reason):
    with pytest.raises(Unreadable, match=reason):
        list(container_image.members(BytesSource("i.tar", data), CountingBudget()))


def test_an_entry_that_no_image_uses_is_handed_out_as_it_is():
    names = {
        "manifest.json": b'[{"Config": "c.json", "Layers": ["l.tar"]}]',
        "l.tar": archive({"a": b"a"}),
        "c.json": b"{}",
    }
    found = contents(opened(archive({**names, "blobs/sha256/" + "0" * 64: b"something"})))
    assert found == {"a": b"a", "(in no image)/blobs/sha256/" + "0" * 64: b"something"}
