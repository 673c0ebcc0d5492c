"""Makes variants of one face network with public converters and says which of them are still recognised.

    python -m venv VARIANTS && VARIANTS/bin/pip install torch onnx onnxruntime onnxscript safetensors onnxslim \\
        openvino pnnx mnn coremltools h5py
    VARIANTS/bin/python tests/benchmarks/network_variants.py OUT --frscan .venv/bin/frscan

The networks are of the two shapes most in use (a residual one with 512 numbers at the end, and a small separable
one), with random weights: nobody's trained network is needed. A converter that is not installed is left out and said
so. Not part of the tests: it needs gigabytes of packages and minutes.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

PICTURE = (1, 3, 112, 112)


def residual(width: float = 1.0) -> Any:
    """A residual network as face recognition has it: 112 by 112 in, 512 numbers out."""
    from torch import nn

    def block(inner: int, outer: int, stride: int) -> Any:
        class Block(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.way = nn.Sequential(
                    nn.BatchNorm2d(inner),
                    nn.Conv2d(inner, outer, 3, 1, 1, bias=False),
                    nn.BatchNorm2d(outer),
                    nn.PReLU(outer),
                    nn.Conv2d(outer, outer, 3, stride, 1, bias=False),
                    nn.BatchNorm2d(outer),
                )
                self.short = nn.Conv2d(inner, outer, 1, stride, bias=False) if stride > 1 else nn.Identity()

            def forward(self, x: Any) -> Any:
                return self.way(x) + self.short(x)

        return Block()

    sizes = [int(n * width) for n in (64, 64, 128, 256)] + [512]
    layers: list[Any] = [nn.Conv2d(3, sizes[0], 3, 1, 1, bias=False), nn.BatchNorm2d(sizes[0]), nn.PReLU(sizes[0])]
    for inner, outer in pairwise(sizes):
        layers += [block(inner, outer, 2), block(outer, outer, 1)]
    layers += [nn.BatchNorm2d(512), nn.Dropout(0.0), nn.Flatten(), nn.Linear(512 * 49, 512), nn.BatchNorm1d(512)]
    return nn.Sequential(*layers).eval()


def separable(width: float = 1.0) -> Any:
    """A small separable network with one convolution over all places at the end."""
    from torch import nn

    def step(inner: int, outer: int, kernel: int, stride: int, pad: int, groups: int = 1) -> list[Any]:
        return [
            nn.Conv2d(inner, outer, kernel, stride, pad, groups=groups, bias=False),
            nn.BatchNorm2d(outer),
            nn.PReLU(outer),
        ]

    c, d, e = (int(n * width) for n in (64, 128, 256))
    layers = step(3, c, 3, 2, 1) + step(c, c, 3, 1, 1, c)
    for inner, outer, stride in ((c, d, 2), (d, d, 1), (d, e, 2), (e, e, 1), (e, d, 2)):
        layers += step(inner, outer, 1, 1, 0) + step(outer, outer, 3, stride, 1, outer)
    layers += step(d, 512, 1, 1, 0)
    layers += [nn.Conv2d(512, 512, 7, groups=512, bias=False), nn.BatchNorm2d(512), nn.Conv2d(512, 128, 1, bias=False)]
    return nn.Sequential(*layers, nn.BatchNorm2d(128), nn.Flatten()).eval()


def export_onnx(model: Any, path: Path, **how: Any) -> None:
    import torch

    torch.onnx.export(model, (torch.zeros(PICTURE),), str(path), **how)


def _shaken(model: Any) -> Any:
    """The same with a different mean in each channel: some converters trip over numbers that are equal everywhere."""
    for part in model.modules():
        if hasattr(part, "running_mean"):
            part.running_mean.normal_()
    return model


def _pruned(model: Any) -> Any:
    from torch.nn.utils import prune

    for part in model.modules():
        if part.__class__.__name__ in ("Conv2d", "Linear"):
            prune.l1_unstructured(part, "weight", amount=0.5)
            prune.remove(part, "weight")
    return model


def variants(build: Callable[..., Any], out: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Names of variants, each with what makes it; the plain export comes first, for others begin with it."""
    import torch

    model = _shaken(build())
    plain = out / "plain.onnx"
    yield "plain.onnx", lambda: export_onnx(model, plain, dynamo=False)
    yield "new_exporter.onnx", lambda: export_onnx(build(), out / "new_exporter.onnx", dynamo=True, external_data=False)
    yield (
        "open_batch_other_names.onnx",
        lambda: export_onnx(
            model, out / "open_batch_other_names.onnx", dynamo=False, input_names=["a"], output_names=["b"],
            dynamic_axes={"a": {0: "n"}, "b": {0: "n"}},
        ),
    )  # fmt: skip
    unfolded = {"do_constant_folding": False, "training": torch.onnx.TrainingMode.PRESERVE}
    yield "not_folded.onnx", lambda: export_onnx(model, out / "not_folded.onnx", dynamo=False, **unfolded)
    yield "half_pruned.onnx", lambda: export_onnx(_pruned(build()), out / "half_pruned.onnx", dynamo=False)
    yield "three_quarters_wide.onnx", lambda: export_onnx(build(0.75), out / "three_quarters_wide.onnx", dynamo=False)
    yield "half_precision.onnx", lambda: _half(plain, out / "half_precision.onnx")
    yield "dynamic_int8.onnx", lambda: _dynamic(plain, out / "dynamic_int8.onnx")
    yield "static_int8_qdq.onnx", lambda: _static(plain, out / "static_int8_qdq.onnx", "QDQ")
    yield "static_int8_operators.onnx", lambda: _static(plain, out / "static_int8_operators.onnx", "QOperator")
    yield "slimmed.onnx", lambda: _run("onnxslim", plain, out / "slimmed.onnx")
    yield "state_dictionary.pth", lambda: torch.save(model.state_dict(), out / "state_dictionary.pth")
    yield (
        "old_format.pth",
        lambda: torch.save(model.state_dict(), out / "old_format.pth", _use_new_zipfile_serialization=False),
    )
    yield "whole_script.pt", lambda: torch.jit.trace(model, torch.zeros(PICTURE)).save(str(out / "whole_script.pt"))
    yield "weights.safetensors", lambda: _safetensors(model, out / "weights.safetensors")
    yield "openvino.xml", lambda: _openvino(plain, out / "openvino.xml")
    yield "openvino_half.xml", lambda: _openvino(plain, out / "openvino_half.xml", half=True)
    yield "phone.ncnn.param", lambda: _ncnn(model, out)
    yield "phone.mnn", lambda: _mnn(plain, out / "phone.mnn", [])
    yield "phone_int8.mnn", lambda: _mnn(plain, out / "phone_int8.mnn", ["--weightQuantBits", "8"])
    yield "apple.mlmodel", lambda: _coreml(model, out / "apple.mlmodel", "neuralnetwork")
    yield "apple.mlpackage", lambda: _coreml(model, out / "apple.mlpackage", "mlprogram")


def _half(plain: Path, path: Path) -> None:
    import onnx
    from onnxconverter_common import float16

    onnx.save(float16.convert_float_to_float16(onnx.load(str(plain))), str(path))


def _dynamic(plain: Path, path: Path) -> None:
    from onnxruntime.quantization import quantize_dynamic

    quantize_dynamic(str(plain), str(path))


def _static(plain: Path, path: Path, how: str) -> None:
    import numpy
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

    class Zeros(CalibrationDataReader):  # type: ignore[misc]  # untyped base
        def __init__(self) -> None:
            import onnx

            name = onnx.load(str(plain)).graph.input[0].name
            self._left = iter([{name: numpy.zeros(PICTURE, numpy.float32)}])

        def get_next(self) -> Any:
            return next(self._left, None)

    quantize_static(str(plain), str(path), Zeros(), quant_format=getattr(QuantFormat, how))


def _run(program: str, *arguments: object) -> None:
    command = [str(Path(sys.executable).parent / program), *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


def _safetensors(model: Any, path: Path) -> None:
    from safetensors.torch import save_file

    save_file(model.state_dict(), str(path))


def _openvino(plain: Path, path: Path, *, half: bool = False) -> None:
    import openvino

    openvino.save_model(openvino.convert_model(str(plain)), str(path), compress_to_fp16=half)


def _ncnn(model: Any, out: Path) -> None:
    import pnnx
    import torch

    script = out / "phone.pt"
    pnnx.export(model, str(script), torch.zeros(PICTURE))
    for left in out.glob("phone*"):
        if not left.name.endswith((".ncnn.param", ".mnn")):
            left.unlink()


def _mnn(plain: Path, path: Path, more: list[str]) -> None:
    _run("mnnconvert", "-f", "ONNX", "--modelFile", plain, "--MNNModel", path, "--bizCode", "x", *more)


def _coreml(model: Any, path: Path, kind: str) -> None:
    import coremltools
    import torch

    traced = torch.jit.trace(model, torch.zeros(PICTURE))
    inputs = [coremltools.TensorType(name="x", shape=PICTURE)]
    target = {} if kind == "mlprogram" else {"minimum_deployment_target": coremltools.target.iOS14}
    coremltools.convert(traced, inputs=inputs, convert_to=kind, **target).save(str(path))


def recognised(frscan: str, path: Path) -> tuple[bool, list[str], list[str]]:
    """Whether a scan says recognition, what it names, and the digests it read."""
    command = [frscan, "scan", "-q", "-j", "1", "--no-cache", "--fail-on", "never", "-f", "json", str(path)]
    report = json.loads(subprocess.run(command, check=False, capture_output=True, text=True).stdout)
    named = sorted({finding["technology"]["id"] for finding in report["findings"]})
    digests = sorted({card.get("architecture", "")[:8] for card in report.get("networks", [])})
    return report["verdict"] == "recognition", named, digests


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--frscan", default="frscan")
    options = parser.parse_args()
    kept = made = 0
    for build in (residual, separable):
        out = options.out / build.__name__
        out.mkdir(parents=True, exist_ok=True)
        for name, make in variants(build, out):
            try:
                if not (out / name).exists():
                    make()
            except Exception as error:
                print(f"{build.__name__:10} {name:30} not made: {type(error).__name__}: {str(error)[:90]}")
                continue
            found, named, digests = recognised(options.frscan, out / name)
            made, kept = made + 1, kept + found
            print(f"{build.__name__:10} {name:30} {'recognised' if found else 'LOST'} {named} {digests}")
    print(f"{kept} of {made} variants recognised")


if __name__ == "__main__":
    main()
