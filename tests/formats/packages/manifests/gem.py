"""What the manifests and lock files of Ruby: gems give."""

from scanner.formats.packages import gem
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        gem,
        "Gemfile.lock",
        "GEM\n  remote: x\n  specs:\n    face (1.2.3)\n      other (~> 2.0)\n\nDEPENDENCIES\n  face\n",
        [("pkg:gem/face", "1.2.3", "line 4")],
    ),
    Case(gem, "Gemfile", "source 'x'\ngem 'face', '~> 1.2'\n# gem 'no'\n", [("pkg:gem/face", "", "line 2")]),
    Case(
        gem,
        "face-1.2.3.gemspec",
        'Gem::Specification.new do |s|\n  s.name = "face".freeze\n  s.version = "1.2.3"\n'
        '  s.add_runtime_dependency(%q<other>.freeze, [">= 0"])\nend\n',
        [("pkg:gem/other", "", "line 4")],
        ("pkg:gem/face", "1.2.3"),
    ),
]
