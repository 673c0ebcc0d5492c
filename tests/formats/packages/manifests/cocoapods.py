"""What the manifests and lock files of CocoaPods give."""

from scanner.formats.packages import cocoapods
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        cocoapods,
        "Podfile.lock",
        """PODS:
  - ExampleKit (1.2.3):
    - ExampleCore (~> 2.0)
  - ExampleKit/Face (1.2.3)
DEPENDENCIES:
  - ExampleKit (1.2.3)
""",
        [
            ("pkg:cocoapods/ExampleKit", "1.2.3", "line 2"),
            ("pkg:cocoapods/ExampleKit", "1.2.3", "line 4"),
            ("pkg:cocoapods/ExampleKit#Face", "1.2.3", "line 4"),
        ],
    ),
    Case(
        cocoapods,
        "Podfile",
        "target 'App' do\n  pod 'ExampleKit', '~> 1.2'\n  pod 'Exact', '= 2.0.0'\n  # pod 'No'\nend\n",
        [("pkg:cocoapods/ExampleKit", "", "line 2"), ("pkg:cocoapods/Exact", "2.0.0", "line 3")],
    ),
    Case(
        cocoapods,
        "wrapper.podspec",
        "Pod::Spec.new do |s|\n  s.name = 'Wrapper'\n  s.dependency 'ExampleKit', '1.2.3'\nend\n",
        [("pkg:cocoapods/ExampleKit", "1.2.3", "line 3")],
    ),
    Case(
        cocoapods,
        "ExampleKit.podspec.json",
        '{"name": "ExampleKit", "version": "1.2.3", "dependencies": {"ExampleCore": ["~> 2.0"], "Plain": []}}',
        [
            ("pkg:cocoapods/ExampleCore", "", "dependencies.ExampleCore"),
            ("pkg:cocoapods/Plain", "", "dependencies.Plain"),
            ("pkg:cocoapods/ExampleKit", "1.2.3", "name"),
        ],
    ),
]
