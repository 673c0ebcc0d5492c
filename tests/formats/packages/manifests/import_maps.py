"""What import maps and Deno's settings give."""

from scanner.formats.packages import import_maps
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        import_maps,
        "deno.jsonc",
        '{ // names\n "imports": {"faces": "npm:@acme/faces@1.2.3", "mine": "./mine.ts", "@std/x": "jsr:@std/x@1"},\n'
        ' "scopes": {"/old/": {"faces": "https://host.example/npm/faces@0.1.0/x.js"}}, }\n',
        [
            ("pkg:npm/%40acme/faces", "1.2.3", "imports.faces"),
            ("pkg:npm/faces", "0.1.0", "scopes./old/.faces"),
        ],
    ),
]
