"""Builds networks of many kinds with random weights, for faces and for other things, and says which are recognised.

    python -m venv ZOO && ZOO/bin/pip install torch torchvision timm onnx onnxscript safetensors
    ZOO/bin/python tests/benchmarks/network_zoo.py OUT --frscan .venv/bin/frscan

Each network is written twice, under a name that means nothing: as an ONNX graph, and as weights alone. The shapes are
those of the papers and of public code; nobody's trained network is needed. `PEOPLE` tell people apart by the face,
`OTHERS` do other things, many of them with numbers of the same shape at the end. A file is removed once it was scanned.
Not part of the tests: it needs gigabytes of packages and minutes.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.benchmarks.network_parts import (
    Last,
    Shape,
    conv,
    dlib_residual,
    gdc,
    ghost,
    inception,
    light,
    low_rank,
    of,
    over_all,
    patches,
    plain,
    residual,
    separable,
    sphere,
    text,
    voice,
)
from tests.benchmarks.network_variants import recognised

Network = tuple[Callable[[], Any], Shape]
"""What builds it, and what goes in."""
FACE, SMALL, PICTURE = (1, 3, 112, 112), (1, 1, 128, 128), (1, 3, 224, 224)
VGG_COUNTS, VGG_WIDTHS = (2, 2, 3, 3, 3), (64, 128, 256, 512, 512)

PEOPLE: dict[str, Network] = {
    "residual 18": (lambda: residual((2, 2, 2, 2)), FACE),
    "residual 50": (lambda: residual((3, 4, 14, 3)), FACE),
    "residual 50 with gates": (lambda: residual((3, 4, 14, 3), gate=True), FACE),
    "residual 34, 256 numbers": (lambda: residual((3, 4, 6, 3), 256), FACE),
    "residual 50 for larger faces": (lambda: residual((3, 4, 14, 3), places=196), PICTURE),
    "residual 18 for grey faces": (lambda: residual((2, 2, 2, 2), places=64, channels=1), SMALL),
    "separable, 128 numbers": (lambda: gdc(128), FACE),
    "separable, 512 numbers": (lambda: gdc(512), FACE),
    "separable, 112 by 96": (
        lambda: separable(nn.Sequential(over_all(512, (7, 6)), nn.Conv2d(512, 128, 1), nn.Flatten())),
        (1, 3, 112, 96),
    ),
    "separable, flat end": (
        lambda: separable(nn.Sequential(conv(512, 64, 1), nn.Flatten(), nn.Linear(3136, 512), nn.BatchNorm1d(512))),
        FACE,
    ),
    "ghost 1.0": (lambda: ghost(1.0), FACE),
    "ghost 1.3": (lambda: ghost(1.3), FACE),
    "edge, very small": (low_rank("edgenext_xx_small", 0.5), FACE),
    "edge, extra small": (low_rank("edgenext_x_small", 0.6), FACE),
    "edge, small": (low_rank("edgenext_small", 0.5), FACE),
    "inception-residual, 128": (lambda: inception(128), (1, 3, 160, 160)),
    "inception-residual, 512": (lambda: inception(512), (1, 3, 160, 160)),
    "inception-residual, in training": (lambda: inception(512, 8631), (1, 3, 160, 160)),
    "inception-residual 2": (of("inception_resnet_v2", 512), (1, 3, 160, 160)),
    "light 29": (light, SMALL),
    "sphere 20": (sphere, (1, 3, 112, 96)),
    "plain 16, in training": (
        lambda: plain((2, 2, 3, 3, 3), (64, 128, 256, 512, 512), (4096, 4096, 2622), 49),
        PICTURE,
    ),
    "residual 50 of 8,631 people": (of("resnet50", 8631), PICTURE),
    "dlib": (dlib_residual, (1, 3, 150, 150)),
    "patches, small": (lambda: patches(512, 6), FACE),
    "patches, tiny": (lambda: patches(256, 6), FACE),
    "windows": (of("swin_tiny_patch4_window7_224", 512, img_size=112), FACE),
    "mobile 2 on small faces": (of("mobilenetv2_100", 128), (1, 3, 96, 96)),
    "mobile 3 on small faces": (of("mobilenetv3_large_100", 512), FACE),
    "efficient on small faces": (of("efficientnet_b0", 512), FACE),
    "residual 34, ordinary": (of("resnet34", 512), FACE),
}
OTHERS: dict[str, Network] = {
    "persons, residual 50": (of("resnet50", 0), (1, 3, 256, 128)),
    "persons, 512 numbers": (of("resnet18", 512), (1, 3, 256, 128)),
    "persons, small": (of("mobilenetv2_100", 128), (1, 3, 128, 64)),
    "vehicles": (of("resnet50", 512), (1, 3, 208, 208)),
    "voices, x-vectors": (lambda: voice(512, 512), (1, 80, 200)),
    "voices, 192 numbers": (lambda: voice(1024, 192), (1, 80, 200)),
    "voices, recurrent": (lambda: nn.Sequential(Last(40, 256, 3), nn.Linear(256, 256), nn.ReLU()), (1, 160, 40)),
    "voices, as pictures": (of("resnet34", 256, in_chans=1), (1, 1, 80, 200)),
    "texts": (lambda: text(384, 6), (1, 32, 300)),
    "pictures and texts, patches": (of("vit_base_patch32_clip_224", 512), PICTURE),
    "pictures, patches without names": (of("vit_small_patch14_dinov2", 0, img_size=224), PICTURE),
    "pictures, residual 18": (of("resnet18", 0), PICTURE),
    "pictures, residual 50": (of("resnet50", 1000), PICTURE),
    "copies of pictures": (of("resnet50", 512), (1, 3, 288, 288)),
    "pictures, mobile 1": (of("mobilenetv1_100", 1000), PICTURE),
    "pictures, mobile 2": (of("mobilenetv2_100", 0), (1, 3, 160, 160)),
    "pictures, mobile 3": (of("mobilenetv3_large_100", 1000), PICTURE),
    "pictures, efficient": (of("efficientnet_b0", 0), PICTURE),
    "pictures, inception-residual 2": (of("inception_resnet_v2", 1000), (1, 3, 299, 299)),
    "pictures, edge": (of("edgenext_x_small", 1000), (1, 3, 256, 256)),
    "pictures, windows": (of("swin_tiny_patch4_window7_224", 1000), PICTURE),
    "pictures, plain 16": (lambda: plain(VGG_COUNTS, VGG_WIDTHS, (4096, 4096, 1000), 49), PICTURE),
    "pictures, plain 16 with a small end": (
        lambda: plain(VGG_COUNTS, VGG_WIDTHS, (512, 2), 49),
        PICTURE,
    ),
    "pictures, ghost": (of("ghostnet_100", 1000), PICTURE),
    "pictures, convolutions of 7": (of("convnext_tiny", 1000), PICTURE),
    "small pictures, 100 kinds": (of("resnet18", 100), (1, 3, 32, 32)),
    "small pictures, 200 kinds": (of("resnet34", 200), (1, 3, 64, 64)),
    "films": (
        lambda: nn.Sequential(
            nn.Conv3d(3, 64, 3), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(64, 512)
        ),
        (1, 3, 16, 112, 112),
    ),
    "letters": (lambda: nn.Sequential(conv(1, 64), nn.Flatten(2), nn.Linear(32 * 100, 512)), (1, 1, 32, 100)),
    "points of faces, separable": (lambda: gdc(136), FACE),
    "moods of faces, separable": (lambda: gdc(7), FACE),
    "age of faces, residual": (of("resnet18", 101), FACE),
    "turn of faces": (of("mobilenetv2_100", 3), FACE),
    "worth of pictures of faces": (of("mobilenetv2_100", 1), FACE),
    "live faces, separable": (lambda: gdc(3), FACE),
    "live faces, separable, 128 between": (
        lambda: separable(nn.Sequential(over_all(512), nn.Conv2d(512, 128, 1), nn.Flatten(), nn.Linear(128, 3))),
        FACE,
    ),
    "parts of faces": (lambda: nn.Sequential(conv(3, 64), conv(64, 64), nn.Conv2d(64, 19, 1)), (1, 3, 512, 512)),
    "codes for painting faces": (of("resnet50", 18 * 512), (1, 3, 256, 256)),
}


def write(build: Callable[[], Any], shape: Shape, out: Path, number: int) -> list[Path]:
    """The graph and the weights alone."""
    torch.manual_seed(number)
    model = build().eval()
    graph, weights = out / f"file_{number}.onnx", out / f"data_{number}.pth"
    torch.onnx.export(model, (torch.zeros(shape),), str(graph), dynamo=False)
    torch.save({f"t{n}": t for n, t in enumerate(model.state_dict().values())}, weights)
    return [graph, weights]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--frscan", default="frscan")
    parser.add_argument("--keep", action="store_true", help="keep the files, and scan those that are there")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    right = {"PEOPLE": [0, 0], "OTHERS": [0, 0]}
    for group, networks in (("PEOPLE", PEOPLE), ("OTHERS", OTHERS)):
        for number, (name, (build, shape)) in enumerate(networks.items(), 100 * (group == "OTHERS")):
            paths = [options.out / f"file_{number}.onnx", options.out / f"data_{number}.pth"]
            if not all(path.exists() for path in paths):
                paths = write(build, shape, options.out, number)
            found = [recognised(options.frscan, path)[0] for path in paths]
            for place, one in enumerate(found):
                right[group][place] += one is (group == "PEOPLE")
            print(f"{group} {name:36} graph {found[0]!s:6} weights {found[1]!s:6}", flush=True)
            for path in paths if not options.keep else ():
                path.unlink()
    for group, (graphs, weights) in right.items():
        total = len(PEOPLE if group == "PEOPLE" else OTHERS)
        print(f"{group}: right of {total}: {graphs} graphs, {weights} weights alone")


if __name__ == "__main__":
    main()
