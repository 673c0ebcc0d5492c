"""What the manifests and lock files of Java and Kotlin: Gradle give."""

from scanner.formats.packages import gradle
from scanner.model.vocabulary import Cause
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        gradle,
        "gradle.lockfile",
        "# This is a Gradle generated file\ncom.example:face:1.2.3=compileClasspath,runtimeClasspath\nempty=x\n",
        [("pkg:maven/com.example/face", "1.2.3", "line 2")],
    ),
    Case(
        gradle,
        "build.gradle",
        """dependencies {
  // implementation 'com.example:no:1'
  implementation 'com.example:face:1.2.3@aar'
  api("com.example:other:$version")
  /* api "com.example:no:1"
  */
  compileOnly group: 'com.example', name: 'third', version: '3.0'
  implementation platform("com.example:bom:1.+")
}
def url = "https://host.example:8080/x"
""",
        [
            ("pkg:maven/com.example/face", "1.2.3", "line 3"),
            ("pkg:maven/com.example/other", "", "line 4"),
            ("pkg:maven/com.example/third", "3.0", "line 7"),
            ("pkg:maven/com.example/bom", "", "line 8"),
        ],
    ),
    Case(
        gradle,
        "libs.versions.toml",
        """[versions]
face = "1.2.3"
rich = { strictly = "4.0" }
[libraries]
a = "com.example:a:1.0"
b = { module = "com.example:b", version.ref = "face" }
c = { group = "com.example", name = "c", version.ref = "rich" }
d = { module = "com.example:d" }
e = 1
""",
        [
            ("pkg:maven/com.example/a", "1.0", "libraries.a"),
            ("pkg:maven/com.example/b", "1.2.3", "libraries.b"),
            ("pkg:maven/com.example/c", "4.0", "libraries.c"),
            ("pkg:maven/com.example/d", "", "libraries.d"),
        ],
    ),
]
DAMAGED = [
    (gradle, "libs.versions.toml", b"[", Cause.DAMAGED),
]
WANTED = [
    (gradle, "build.gradle.kts", b"", True),
]
