"""The readers of settings: YAML, JSON, TOML, ini and environment files, and what of their values is kept."""

import json
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import settings_json, settings_lines, settings_toml, settings_yaml
from scanner.formats.config_facts import shown
from scanner.model.observation import Config
from scanner.model.vocabulary import Cause
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource


def seen(reader: ModuleType, name: str, text: str) -> dict[str, str]:
    return {o.name: o.value for o in read(reader, BytesSource(name, text.encode())) if isinstance(o, Config)}


SERVER = """# a server
mqtt: {host: broker, password: "hunter2", ports: [1883, 8883]}
face_search:
  enabled: True   # on
  threshold: 0.9
  model_size: 'large'
cameras:
  - name: front
    face_search:
      enabled: false
  - back
notes: |
  enabled: yes
  - x
long: "begins
  and: ends"
api_key: AAAA
empty:
anchored: &a {deep: true}
again: *a
<<: *a
"""


def test_a_server_s_settings_are_named_by_their_path():
    assert seen(settings_yaml, "config.yml", SERVER) == {
        "mqtt.host": "broker",
        "mqtt.ports": "8883",
        "mqtt.password": "",
        "api_key": "",
        "face_search.enabled": "true",
        "face_search.threshold": "0.9",
        "face_search.model_size": "large",
        "cameras.name": "front",
        "cameras.face_search.enabled": "false",
        "cameras": "back",
        "anchored.deep": "true",
    }


def test_a_setting_stands_in_its_line():
    found = read(settings_yaml, BytesSource("a.yml", b"a:\n  b: true\n"))
    assert found == [Config(name="a.b", value="true", place="line 2")]


COMPOSE = """services:
  recorder:
    image: ghcr.io/owner/recorder:${TAG:-stable}
    environment:
      APP_DISABLE_FACES: "false"
      APP_PASSWORD: geheim
  photos:
    image: "${REGISTRY:-docker.io/}owner/photos@sha256:%s"
    environment:
      - APP_FACE_SIZE=50
      - APP_FLAG
  built:
    build: .
""" % ("0" * 64)


def test_compose_files_give_images_and_variables():
    assert [
        (o.name, o.value)
        for o in read(settings_yaml, BytesSource("docker-compose.yml", COMPOSE.encode()))
        if o.name != "x"
    ] == [
        ("image", "ghcr.io/owner/recorder:stable"),
        ("APP_DISABLE_FACES", "false"),
        ("APP_PASSWORD", ""),
        ("image", "docker.io/owner/photos@sha256:" + "0" * 64),
        ("APP_FACE_SIZE", "50"),
        ("APP_FLAG", ""),
        ("services.built.build", ""),
    ]


MANIFEST = """apiVersion: v1
kind: Pod
spec:
  containers:
  - name: app
    image: registry.example:5000/owner/app:1.2
    env:
    - name: APP_FACES
      value: "true"
    - name: APP_TOKEN
      valueFrom: {secretKeyRef: {name: x, key: y}}
---
kind: ConfigMap
data:
  config.yml: |
    face_search:
      enabled: true
  other: |
    no: true
image:
  repository: owner/chart-app
  tag: {{ .Values.tag }}
"""


def test_manifests_of_kubernetes_give_images_variables_and_nested_settings():
    found = [(o.name, o.value) for o in read(settings_yaml, BytesSource("pod.yaml", MANIFEST.encode()))]
    assert found[:4] == [
        ("image", "registry.example:5000/owner/app:1.2"),
        ("image", "owner/chart-app"),
        ("APP_FACES", "true"),
        ("APP_TOKEN", ""),
    ]
    assert ("face_search.enabled", "true") in found
    assert not any(name == "no" for name, _ in found)


TEMPLATE = """Statement:
  - Effect: Allow
    Action:
      - faces:Search*
      - 'faces:IndexFaces'
  - Effect: "Deny"
    Action: faces:DeleteFaces
  - {Effect: Allow, Action: ["storage:Get*", "*"]}
  - NotAction: [faces:NotThis]
"""


def test_policies_give_the_actions_they_allow():
    expected = {"iam:faces:Search*", "iam:faces:IndexFaces", "iam:storage:Get*"}
    assert {n for n in seen(settings_yaml, "t.yml", TEMPLATE) if n.startswith("iam:")} == expected
    policy = {
        "Statement": [
            {"Action": ["faces:Search*", "faces:IndexFaces"], "Effect": "Allow"},
            {"Action": "faces:DeleteFaces", "Effect": "Deny"},
            {"Effect": "Allow", "Action": "storage:Get*"},
        ]
    }
    assert set(seen(settings_json, "policy.json", json.dumps(policy))) == expected


def test_a_service_of_an_action_is_written_in_any_case_and_what_is_left_out_names_none():
    policy = {
        "Statement": [
            {"Effect": "Allow", "Action": "Faces:searchFaces"},
            {"Effect": "Allow", "NotAction": ["faces:Delete*"]},
            {"Effect": "Allow", "Action": "*"},
        ]
    }
    found = seen(settings_json, "policy.json", json.dumps(policy))
    assert {name for name in found if name.startswith("iam:")} == {"iam:faces:searchFaces"}


def test_a_policy_may_stand_in_a_text_and_statements_of_terraform_in_json_have_other_keys():
    inner = json.dumps({"Statement": {"Effect": "Allow", "Action": ["faces:Index*"]}})
    tree = {
        "resource": {"vendor_faces_collection": {"v": {"policy": inner}}},
        "data": {"vendor_policy_document": {"p": {"statement": [{"effect": "Allow", "actions": ["faces:Find"]}]}}},
    }
    assert seen(settings_json, "main.tf.json", json.dumps(tree)) == {
        "resource": "vendor_faces_collection",
        "iam:faces:Index*": "",
        "iam:faces:Find": "",
    }


def test_templates_say_what_they_create():
    cloud = "Resources:\n  V:\n    Type: Vendor::Faces::Collection\n  S:\n    Type: String\n"
    assert seen(settings_yaml, "stack.template", cloud) == {
        "Resources.S.Type": "String",
        "resource": "Vendor::Faces::Collection",
    }
    other = {"resources": [{"type": "Microsoft.Cloud/accounts", "apiVersion": "1", "kind": "Face"}]}
    assert seen(settings_json, "azuredeploy.json", json.dumps(other))["resource"] == "Microsoft.Cloud/accounts/Face"


SERVICES = """services:
  - owner/faces:1.2
  - name: other/thing
jobs:
  t:
    container: owner/box:2
    image: {name: owner/named}
    steps:
      - uses: docker://owner/step:3
      - uses: actions/checkout@v4
data:
  APP_FACES: "on"
  VISION-FACE: no variable here
env: {VISION-FACE: "True"}
"""


def test_ci_files_name_images_in_many_ways_and_variables_stand_in_maps_of_kubernetes():
    found = [(o.name, o.value) for o in read(settings_yaml, BytesSource("ci.yml", SERVICES.encode()))]
    assert [value for name, value in found if name == "image"] == [
        "owner/faces:1.2",
        "owner/box:2",
        "owner/named",
        "owner/step:3",
    ]
    assert ("APP_FACES", "on") in found
    assert ("VISION-FACE", "true") in found


def test_json_gives_settings_variables_and_images_with_their_place():
    text = json.dumps(
        {
            "faceSearch": {"enabled": True, "limit": 3, "secretKey": "x"},
            "containers": [{"image": "owner/app:1", "environment": [{"name": "APP_FACES", "value": "on"}]}],
        }
    )
    assert read(settings_json, BytesSource("config.json", text.encode())) == [
        Config(name="image", value="owner/app:1", place="containers[0].image"),
        Config(name="APP_FACES", value="on", place="containers[0].environment[0].name"),
        Config(name="faceSearch.enabled", value="true", place="faceSearch.enabled"),
    ]


def test_data_with_very_many_values_is_no_file_of_settings():
    text = json.dumps({"image": "owner/app:1", **{f"a{n}": True for n in range(3200)}})
    assert seen(settings_json, "data.json", text) == {"image": "owner/app:1"}


def test_json_may_have_comments_and_trailing_commas():
    text = '{\n // a "comment"\n "faceSearch": {"enabled": true, /* more */ "url": "http://x",},\n}'
    assert seen(settings_json, "config.json", text) == {"faceSearch.enabled": "true"}


@pytest.mark.parametrize("text", ["{} {}", '{"a": }', "{{ name }}", "{a, b}", "{]"])
def test_what_is_no_json_counts_as_data(text: str):
    assert seen(settings_json, "a.json", text) == {}


@pytest.mark.parametrize("text", ["{", '{"a": "', "{/*", '{"a": "\\'])
def test_json_that_is_cut_off_is_reported(text: str):
    assert read_until_stopped(settings_json, BytesSource("a.json", text.encode()))[1].cause is Cause.DAMAGED


def test_settings_that_are_cut_off_are_read_as_far_as_they_go():
    text = '{"image": "owner/app:1",\n "on": true, "list": [{"image": "owner/more:2"}], "last'
    found, stopped = read_until_stopped(settings_json, BytesSource("a.json", text.encode()))
    assert {(one.name, one.value) for one in found} == {
        ("image", "owner/app:1"),
        ("image", "owner/more:2"),
        ("on", "true"),
    }
    assert "line 2" in stopped.reason
    text = '[face]\nenabled = true\n[more]\nlist = [\n1,\n2\nimage = "owner/'
    found, stopped = read_until_stopped(settings_toml, BytesSource("a.toml", text.encode()))
    assert [(one.name, one.value) for one in found] == [("face.enabled", "true")]
    assert stopped.cause is Cause.DAMAGED
    text = "image: owner/app:1\nlist: [a,\n b"
    found, stopped = read_until_stopped(settings_yaml, BytesSource("a.yml", text.encode()))
    assert ("image", "owner/app:1") in {(one.name, one.value) for one in found}
    assert stopped.cause is Cause.DAMAGED


def test_toml_gives_settings():
    text = '[face.search]\nenabled = true\n[env]\nAPP_FACES = "off"\n[[list]]\nimage = "owner/app:1"\n'
    assert seen(settings_toml, "config.toml", text) == {
        "image": "owner/app:1",
        "APP_FACES": "off",
        "face.search.enabled": "true",
    }


def test_an_environment_file_gives_every_variable():
    text = (
        "# x\nexport APP_FACES=true\nAPP_SECRET='abc'\nAPP_URL=https://a.example/x\nnot a line\nAPP_IMAGE=owner/app:1\n"
    )
    assert seen(settings_lines, ".env", text) == {
        "APP_FACES": "true",
        "APP_SECRET": "",
        "APP_URL": "",
        "image": "owner/app:1",
        "APP_IMAGE": "",
    }


def test_ini_files_give_settings_by_section():
    text = (
        "[face search]\nenabled = yes ; why\nmodel: large\npassword = true\n\n[x]\n; a = b\nhash = 9f86d081884c7d65\n"
    )
    assert seen(settings_lines, "app.ini", text) == {
        "face search.enabled": "yes",
        "face search.model": "large",
        "face search.password": "true",
        "x.hash": "",
    }


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("enabled", "True", "true"),
        ("limit", "-1.5", "-1.5"),
        ("model", "buffalo/large_v2", "buffalo/large_v2"),
        ("model", "x" * 41, ""),
        ("password", "plain", ""),
        ("db.PASSWORD_FILE", "plain", ""),
        ("apiKey", "plain", ""),
        ("access_token", "12", ""),
        ("use_token", "true", "true"),
        ("id", "AKIAIOSFODNN7EXAMPLE9", ""),
        ("id", "9f86d081884c7d659a2f", ""),
        ("id", "wJalrXUtnFEMIbPxRfiCY", ""),
        ("text", "a sentence, with more", ""),
        ("url", "https://user:pass@host.example", ""),
    ],
)
def test_only_harmless_values_are_kept(name: str, value: str, kept: str):
    assert shown(name, value) == kept


@pytest.mark.parametrize(
    ("reader", "name", "head", "wanted"),
    [
        (settings_json, "package.json", b"{", False),
        (settings_json, "app.deps.json", b"{", False),
        (settings_json, "list.json", b"[1]", False),
        (settings_json, "config.json", b"\xef\xbb\xbf {", True),
        (settings_yaml, "pnpm-lock.yaml", b"", False),
        (settings_yaml, "config.yml", b"", True),
        (settings_toml, "pyproject.toml", b"", False),
        (settings_toml, "app.toml", b"", True),
        (settings_lines, "setup.cfg", b"", False),
        (settings_lines, "a.conf", b"\0", False),
        (settings_lines, ".env", b"A=b", True),
    ],
)
def test_lists_of_packages_are_left_to_their_readers(reader: ModuleType, name: str, head: bytes, wanted: bool):
    assert reader.wants(name, head) is wanted


@pytest.mark.parametrize(
    ("reader", "name", "data", "cause"),
    [
        (settings_json, "a.json", b'{"a":' * 50_000, Cause.LIMIT),
        (settings_toml, "a.toml", b"a", Cause.DAMAGED),
        (settings_yaml, "a.yml", b" " * 1_100_000, Cause.LIMIT),
        (settings_lines, "a.ini", b" " * 1_100_000, Cause.LIMIT),
        (settings_yaml, "a.yml", b"a:\n" * 30_000, Cause.LIMIT),
    ],
)
def test_what_cannot_be_read_says_so(reader: ModuleType, name: str, data: bytes, cause: Cause):
    _, stopped = read_until_stopped(reader, BytesSource(name, data))
    assert stopped is not None
    assert stopped.cause is cause


@pytest.mark.parametrize(
    "text", ["- " * 2000, "[" * 4000, "{a: " * 1000, 'a: "' + "\\" * 4000, "a: {" + "'" * 4000, "  " * 2000]
)
def test_hostile_lines_are_no_harm(text: str):
    read_until_stopped(settings_yaml, BytesSource("a.yml", ((text + "\n") * 5).encode()))


@given(
    junk=st.text(max_size=20),
    cut=st.integers(0, len(SERVER)),
    whole=st.sampled_from([SERVER, COMPOSE, MANIFEST, TEMPLATE]),
)
def test_mutated_yaml_gives_observations_or_unreadable(junk: str, cut: int, whole: str):
    data = (whole[:cut] + junk + whole[cut + len(junk) :]).encode("utf-8", "replace")
    for reader, name in ((settings_yaml, "a.yml"), (settings_toml, "a.toml"), (settings_lines, "a.env")):
        read_until_stopped(reader, BytesSource(name, data))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Action", "Effect", "env", "name", "value", "image", "x"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(value=st.dictionaries(st.text(max_size=4), json_values, max_size=4))
def test_any_json_gives_observations(value: object):
    assert read_until_stopped(settings_json, BytesSource("a.json", json.dumps(value).encode()))[1] is None
