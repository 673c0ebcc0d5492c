"""Parts of networks, and bodies of the families that papers on faces, persons and voices describe, in PyTorch."""

from collections.abc import Callable
from typing import Any

import timm
import torch
from torch import nn

Shape = tuple[int, ...]


class Sum(nn.Module):
    """What goes in by each of several ways, added up."""

    def __init__(self, *ways: nn.Module) -> None:
        super().__init__()
        self.ways = nn.ModuleList(ways)

    def forward(self, x: Any) -> Any:
        total = self.ways[0](x)
        for way in self.ways[1:]:
            total = total + way(x)
        return total


class Joined(Sum):
    """The same, side by side."""

    def forward(self, x: Any) -> Any:
        return torch.cat([way(x) for way in self.ways], 1)


class Gate(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, width: int, by: int = 16) -> None:
        super().__init__()
        self.way = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(width, width // by, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(width // by, width, 1, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x: Any) -> Any:
        return x * self.way(x)


class Larger(nn.Module):
    """The larger of two halves, as LightCNN has instead of an activation."""

    def forward(self, x: Any) -> Any:
        half, other = x.chunk(2, 1)
        return torch.max(half, other)


class Doubled(nn.Module):
    """As many channels again, of zeros."""

    def forward(self, x: Any) -> Any:
        return torch.cat([x, x * 0], 1)


class Normed(nn.Module):
    def forward(self, x: Any) -> Any:
        return nn.functional.normalize(x, dim=1)


class Patches(nn.Module):
    """A picture as a row of patches."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.way = nn.Conv2d(3, width, size, size)

    def forward(self, x: Any) -> Any:
        return self.way(x).flatten(2).transpose(1, 2)


class Last(nn.Module):
    """The last state of a recurrent network."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.way = nn.LSTM(*sizes, batch_first=True)

    def forward(self, x: Any) -> Any:
        return self.way(x)[0][:, -1]


class Statistics(nn.Module):
    """Mean and deviation over time."""

    def forward(self, x: Any) -> Any:
        return torch.cat([x.mean(-1), x.std(-1)], 1)


def conv(inner: int, outer: int, size: int = 3, stride: int = 1, groups: int = 1, act: Any = nn.PReLU) -> nn.Module:
    parts = [nn.Conv2d(inner, outer, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(outer)]
    return nn.Sequential(*parts, *([act(outer)] if act is nn.PReLU else [act()] if act else []))


def over_all(width: int, size: Any = 7) -> nn.Module:
    """One convolution over all places, each channel for itself."""
    return nn.Sequential(nn.Conv2d(width, width, size, groups=width, bias=False), nn.BatchNorm2d(width))


def residual(counts: Shape, head: int = 512, places: int = 49, channels: int = 3, gate: bool = False) -> nn.Module:
    """Improved residual networks of the ArcFace papers, of AdaFace, MagFace and others, with or without gates."""

    def block(inner: int, outer: int, stride: int) -> nn.Module:
        way = [nn.BatchNorm2d(inner), conv(inner, outer), conv(outer, outer, stride=stride, act=None)]
        short = nn.Identity() if inner == outer and stride == 1 else conv(inner, outer, 1, stride, act=None)
        return Sum(nn.Sequential(*way, *([Gate(outer)] if gate else [])), short)

    parts, inner = [conv(channels, 64)], 64
    for outer, count in zip((64, 128, 256, 512), counts, strict=True):
        parts += [block(inner, outer, 2), *(block(outer, outer, 1) for _ in range(count - 1))]
        inner = outer
    end = [nn.BatchNorm2d(512), nn.Dropout(), nn.Flatten(), nn.Linear(512 * places, head), nn.BatchNorm1d(head)]
    return nn.Sequential(*parts, *end)


def separable(head: nn.Module) -> nn.Module:
    """MobileFaceNet, up to its head."""
    parts = [conv(3, 64, 3, 2), conv(64, 64, groups=64)]
    plan = [(64, 64, 2, 128), *[(64, 64, 1, 128)] * 4, (64, 128, 2, 256), *[(128, 128, 1, 256)] * 6]
    for inner, outer, stride, wide in [*plan, (128, 128, 2, 512), *[(128, 128, 1, 256)] * 2]:
        way = nn.Sequential(conv(inner, wide, 1), conv(wide, wide, 3, stride, wide), conv(wide, outer, 1, act=None))
        parts.append(Sum(way, nn.Identity()) if stride == 1 and inner == outer else way)
    return nn.Sequential(*parts, conv(128, 512, 1), head)


def ghost(width: float) -> nn.Module:
    """GhostFaceNet: blocks of which half is made of the other half by cheap steps, then a convolution over all."""

    def module(inner: int, outer: int) -> nn.Module:
        half = conv(inner, outer // 2, 1)
        return nn.Sequential(half, Joined(nn.Identity(), conv(outer // 2, outer // 2, groups=outer // 2)))

    parts, before = [conv(3, 16, 3, 2)], 16
    for wide, outer, stride in ((16, 16, 1), (48, 24, 2), (72, 40, 2), (240, 80, 2), (480, 112, 1), (960, 160, 1)):
        w, o = (int(n * width) // 4 * 4 for n in (wide, outer))
        parts += [module(before, w), conv(w, w, 3, stride, w), module(w, o)]
        before = o
    end = int(512 * width) // 4 * 4
    return nn.Sequential(*parts, conv(before, end, 1), over_all(end), nn.Conv2d(end, 512, 1), nn.Flatten())


def inception(head: int, classes: int = 0) -> nn.Module:
    """Inception-ResNet of version 1, as FaceNet's second edition is."""

    def c(inner: int, outer: int, size: Any = 1, stride: int = 1) -> nn.Module:
        wide = size if isinstance(size, tuple) else (size, size)
        pad = tuple(n // 2 for n in wide) if stride == 1 else 0
        return nn.Sequential(nn.Conv2d(inner, outer, wide, stride, pad, bias=False), nn.BatchNorm2d(outer), nn.ReLU())

    def grown(width: int, ways: list[nn.Module], end: int) -> nn.Module:
        return Sum(nn.Sequential(Joined(*ways), nn.Conv2d(end, width, 1)), nn.Identity())

    s = nn.Sequential
    parts: list[nn.Module] = [c(3, 32, 3, 2), c(32, 32, 3), c(32, 64, 3), nn.MaxPool2d(3, 2)]
    parts += [c(64, 80), c(80, 192, 3), c(192, 256, 3, 2)]
    for _ in range(5):
        a = [c(256, 32), s(c(256, 32), c(32, 32, 3)), s(c(256, 32), c(32, 32, 3), c(32, 32, 3))]
        parts.append(grown(256, a, 96))
    parts.append(Joined(c(256, 384, 3, 2), s(c(256, 192), c(192, 192, 3), c(192, 256, 3, 2)), nn.MaxPool2d(3, 2)))
    for _ in range(10):
        parts.append(grown(896, [c(896, 128), s(c(896, 128), c(128, 128, (1, 7)), c(128, 128, (7, 1)))], 256))
    tails = [s(c(896, 256), c(256, out, 3, 2)) for out in (384, 256)]
    parts.append(Joined(*tails, s(c(896, 256), c(256, 256, 3), c(256, 256, 3, 2)), nn.MaxPool2d(3, 2)))
    for _ in range(6):
        parts.append(grown(1792, [c(1792, 192), s(c(1792, 192), c(192, 192, (1, 3)), c(192, 192, (3, 1)))], 384))
    end: list[nn.Module] = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1792, head, bias=False)]
    return s(*parts, *end, nn.BatchNorm1d(head), nn.Linear(head, classes) if classes else Normed())


def light(head: int = 256) -> nn.Module:
    """LightCNN of 29 layers, on grey pictures."""

    def m(inner: int, outer: int, size: int = 3) -> nn.Module:
        return nn.Sequential(nn.Conv2d(inner, 2 * outer, size, 1, size // 2), Larger())

    parts = [m(1, 48, 5), nn.MaxPool2d(2)]
    for inner, outer, count in ((48, 96, 1), (96, 192, 2), (192, 128, 3), (128, 128, 4)):
        parts += [Sum(nn.Sequential(m(inner, inner), m(inner, inner)), nn.Identity()) for _ in range(count)]
        parts += [m(inner, inner, 1), m(inner, outer)]
        if outer != 128 or inner == 128:
            parts.append(nn.MaxPool2d(2))
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(128 * 64, 2 * head), Larger())


def sphere(head: int = 512) -> nn.Module:
    """SphereFace's network of 20 layers, on faces of 112 by 96 points."""
    parts: list[nn.Module] = []
    inner = 3
    for outer, count in ((64, 1), (128, 2), (256, 4), (512, 1)):
        parts += [nn.Conv2d(inner, outer, 3, 2, 1), nn.PReLU(outer)]
        for _ in range(count):
            way = [nn.Conv2d(outer, outer, 3, 1, 1), nn.PReLU(outer), nn.Conv2d(outer, outer, 3, 1, 1), nn.PReLU(outer)]
            parts.append(Sum(nn.Sequential(*way), nn.Identity()))
        inner = outer
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(512 * 42, head))


def plain(counts: Shape, widths: Shape, head: Shape, places: int) -> nn.Module:
    """VGG: convolutions of 3 by 3 one behind the other."""
    parts: list[nn.Module] = []
    inner = 3
    for count, outer in zip(counts, widths, strict=True):
        for _ in range(count):
            parts += [nn.Conv2d(inner, outer, 3, 1, 1), nn.ReLU()]
            inner = outer
        parts.append(nn.MaxPool2d(2))
    parts.append(nn.Flatten())
    inner *= places
    for outer in head:
        parts += [nn.Linear(inner, outer), nn.ReLU()]
        inner = outer
    return nn.Sequential(*parts[:-1])


def dlib_residual(head: int = 128) -> nn.Module:
    """The residual network of dlib for faces of 150 by 150 points."""

    def block(inner: int, outer: int, stride: int) -> nn.Module:
        way = nn.Sequential(conv(inner, outer, 3, stride, act=nn.ReLU), conv(outer, outer, act=None))
        more = nn.Sequential(nn.AvgPool2d(2, 2, ceil_mode=True), Doubled()) if stride > 1 else nn.Identity()
        return nn.Sequential(Sum(way, more), nn.ReLU())

    parts: list[nn.Module] = [nn.Conv2d(3, 32, 7, 2), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(3, 2)]
    parts += [block(32, 32, 1), block(32, 32, 1), block(32, 32, 1), block(32, 64, 2), *[block(64, 64, 1)] * 1]
    parts += [block(64, 64, 1), block(64, 64, 1), block(64, 128, 2), block(128, 128, 1), block(128, 128, 1)]
    parts += [block(128, 256, 2), block(256, 256, 1), block(256, 256, 1), block(256, 256, 1)]
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, head, bias=False))


def patches(width: int, depth: int, head: int = 512) -> nn.Module:
    """A transformer for faces: 12 by 12 patches of 9 points, all of which make the row at the end."""
    layer = nn.TransformerEncoderLayer(width, 8, 4 * width, batch_first=True, activation="gelu", norm_first=True)
    body = nn.TransformerEncoder(layer, depth, nn.LayerNorm(width), enable_nested_tensor=False)
    end = [nn.Flatten(), nn.Linear(144 * width, width), nn.BatchNorm1d(width), nn.Linear(width, head)]
    return nn.Sequential(Patches(9, width), body, *end, nn.BatchNorm1d(head))


def of(name: str, head: int, **how: Any) -> Callable[[], nn.Module]:
    """A network of the library timm with a head of that many numbers; none: its features."""
    return lambda: timm.create_model(name, num_classes=head, **how)


def low_rank(name: str, ratio: float) -> Callable[[], nn.Module]:
    """EdgeFace: a small hybrid network, each matrix as two of lower rank."""

    def change(module: nn.Module) -> nn.Module:
        for part, inner in module.named_children():
            if isinstance(inner, nn.Linear) and "head" not in part:
                rank = max(2, int(min(inner.in_features, inner.out_features) * ratio))
                two = nn.Sequential(nn.Linear(inner.in_features, rank, bias=False), nn.Linear(rank, inner.out_features))
                setattr(module, part, two)
            else:
                change(inner)
        return module

    return lambda: change(timm.create_model(name, num_classes=512))


def voice(width: int, head: int) -> nn.Module:
    """A time-delay network for voices, on 80 bands."""

    def c(inner: int, outer: int, size: int) -> list[nn.Module]:
        return [nn.Conv1d(inner, outer, size, padding=size // 2), nn.ReLU(), nn.BatchNorm1d(outer)]

    parts = [*c(80, width, 5), *c(width, width, 3), *c(width, width, 3), *c(width, 1500, 1)]
    return nn.Sequential(*parts, Statistics(), nn.Linear(3000, head), nn.BatchNorm1d(head))


def text(width: int, depth: int) -> nn.Module:
    layer = nn.TransformerEncoderLayer(width, 8, 4 * width, batch_first=True, activation="gelu")
    return nn.Sequential(nn.Linear(300, width), nn.TransformerEncoder(layer, depth, enable_nested_tensor=False))


def gdc(head: int) -> nn.Module:
    return separable(nn.Sequential(over_all(512), nn.Flatten(), nn.Linear(512, head, bias=False), nn.BatchNorm1d(head)))
