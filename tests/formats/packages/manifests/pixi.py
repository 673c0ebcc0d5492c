"""What the manifests and lock files of Pixi give."""

from scanner.formats.packages import pixi
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        pixi,
        "pixi.toml",
        '[dependencies]\nface-kit = "==1.2"\n[feature.gpu.pypi-dependencies]\nface-py = { version = ">=2" }\n',
        [
            ("pkg:conda/face-kit", "1.2", "dependencies.face-kit"),
            ("pkg:pypi/face-py", "", "feature.gpu.pypi-dependencies.face-py"),
        ],
    ),
    Case(
        pixi,
        "pixi.lock",
        "version: 6\nenvironments:\n  default:\n    packages:\n      linux-64:\n      - conda: https://host.example/x\n"
        "packages:\n- conda: https://host.example/linux-64/face-kit-1.2-h1_0.conda\n  sha256: abc\n"
        "- pypi: https://host.example/face_py-2.0-py3-none-any.whl\n  name: face-py\n  version: '2.0'\n"
        "- kind: conda\n  name: old-kit\n  version: 0.1\n",
        [
            ("pkg:conda/face-kit", "1.2", "line 8"),
            ("pkg:pypi/face-py", "2.0", "line 10"),
            ("pkg:conda/old-kit", "0.1", "line 13"),
        ],
    ),
]
