"""What builds for the Java machine beside Maven and Gradle give."""

from scanner.formats.packages import jvm_builds
from tests.formats.packages.manifest import Case

FACE = "pkg:maven/com.acme/face-kit"
CASES = [
    Case(
        jvm_builds,
        "build.sbt",
        'libraryDependencies += "com.acme" % "face-kit" % "1.2"\n// "com.acme" % "old" % "1"\n'
        '"com.acme" %% "scala-kit" % version\n"com.acme" % "probe" % "2.0" % Test\n',
        [
            (FACE, "1.2", "line 1"),
            ("pkg:maven/com.acme/scala-kit", "", "line 3"),
            ("pkg:maven/com.acme/probe", "2.0", "line 4"),
        ],
    ),
    Case(
        jvm_builds,
        "MODULE.bazel",
        'maven.install(artifacts = [\n  "com.acme:face-kit:1.2",\n  "com.acme:bom",\n  "//lib:x", # "a.b:c:1"\n])\n',
        [(FACE, "1.2", "line 2"), ("pkg:maven/com.acme/bom", "", "line 3"), ("pkg:maven/a.b/c", "1", "line 4")],
    ),
    Case(jvm_builds, "build.mill", 'mvn"com.acme::face-kit:1.2"\n', [(FACE, "1.2", "line 1")]),
    Case(jvm_builds, "project.clj", ':dependencies [[com.acme/face-kit "1.2"]]\n', [(FACE, "1.2", "line 1")]),
    Case(jvm_builds, "deps.edn", '{:deps {com.acme/face-kit {:mvn/version "1.2"}}}\n', [(FACE, "1.2", "line 1")]),
]
