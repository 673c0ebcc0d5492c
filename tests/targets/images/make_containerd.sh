#!/bin/sh
# Makes containerd.tar.xz beside this file: the databases and the packed content of a containerd that has two images, of
# which one is unpacked. Needs root, Debian's containerd, xz-utils and the environment of the tests; run it in the
# repository. Snapshots are left out: test_layers.py lays out the files itself, since a device needs root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'kill "$(cat "$work/pid")" 2>/dev/null; rm -rf "$work"' EXIT
cat > "$work/config.toml" <<END
version = 2
root = "$work/root"
state = "$work/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[grpc]
address = "$work/c.sock"
[ttrpc]
address = "$work/t.sock"
END
python3 - "$work" <<'END'
import sys
from pathlib import Path
from tests.containers.test_container_image import archive, layout
from tests.targets.test_layers import PACKED, UNPACKED
for name, layers in (("unpacked", UNPACKED), ("packed", PACKED)):
    Path(sys.argv[1], f"{name}.tar").write_bytes(layout(*map(archive, layers), config={"architecture": "amd64"}))
END
containerd -c "$work/config.toml" 2> "$work/log" & echo $! > "$work/pid"
sleep 3
ctr -a "$work/c.sock" -n k8s.io images import --index-name registry.example.invalid/web:1.2 "$work/unpacked.tar"
ctr -a "$work/c.sock" -n k8s.io images import --no-unpack --index-name registry.example.invalid/spare:1 "$work/packed.tar"
kill "$(cat "$work/pid")"
sleep 1
cd "$work/root"
tar --sort=name --owner=0 --group=0 --mtime=@0 -cJf "$here/containerd.tar.xz" \
    io.containerd.metadata.v1.bolt/meta.db io.containerd.snapshotter.v1.overlayfs/metadata.db io.containerd.content.v1.content/blobs
