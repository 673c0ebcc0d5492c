"""What the manifests and lock files of C and C++: Conan give."""

from scanner.formats.packages import conan
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        conan,
        "conanfile.txt",
        "[requires]\nface/1.2.3\nother/[>1.0]@user/channel\n[generators]\nno/1.0\n",
        [("pkg:conan/face", "1.2.3", "line 2"), ("pkg:conan/other", "", "line 3")],
    ),
    Case(
        conan,
        "conanfile.py",
        'class A:\n    requires = "face/1.2.3"\n\n    def f(self):\n        self.requires("other/2.0.0@u/c")\n',
        [("pkg:conan/face", "1.2.3", "line 2"), ("pkg:conan/other", "2.0.0", "line 5")],
    ),
    Case(
        conan,
        "conanfile.py",
        'class A:\n    requires = "face/1.2.3", "other/2.0.0"\n',
        [("pkg:conan/face", "1.2.3", "line 2"), ("pkg:conan/other", "2.0.0", "line 2")],
    ),
    Case(
        conan,
        "conan.lock",
        '{\n "requires": [\n  "face/1.2.3#abc%1",\n  "other/2.0.0#def"\n ]\n}\n',
        [("pkg:conan/face", "1.2.3", "requires[0]"), ("pkg:conan/other", "2.0.0", "requires[1]")],
    ),
]
