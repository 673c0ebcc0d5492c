"""Settings as evidence, through the whole: a folder of small files in, a verdict for each and no secret out."""

import json
from pathlib import Path

import pytest

from tests.commands import frscan_here

SECRET = "S3cret-hunter2"


def policy(effect: str, key: str, action: str) -> str:
    return json.dumps({"Statement": [{"Effect": effect, key: action, "Resource": "*"}]})


FILES = {
    # Feature switches of servers: on, off, and not told.
    "frigate-on/config.yml": "face_recognition:\n  enabled: yes\nmqtt: {password: S3cret-hunter2}\n",
    "frigate-off/config.yml": "face_recognition:\n  enabled: false\n",
    "frigate/compose.yaml": "services:\n  nvr:\n    image: ghcr.io/blakeblackshear/frigate:stable\n",
    "immich-on/immich.json": '{"machineLearning": {"facialRecognition": {"enabled": true}}, "token": "S3cret-hunter2"}',
    "immich-off/immich.json": '{"machineLearning": {"facialRecognition": {"enabled": false}}}',
    "photos-on/.env.nas": "PHOTOPRISM_DISABLE_FACES=0\nPHOTOPRISM_ADMIN_PASSWORD=S3cret-hunter2\n",
    "photos-off/compose.yaml": "services:\n  p:\n    image: photoprism/photoprism\n"
    "    environment: [PHOTOPRISM_DISABLE_FACES=true]\n",
    "photos/compose.yaml": "services:\n  p:\n    image: photoprism/photoprism\n",
    "deepstack-on/compose.yaml": "services:\n  d:\n    image: deepquestai/deepstack\n"
    "    environment:\n      VISION-FACE: 'True'\n      API-KEY: S3cret-hunter2\n",
    "deepstack-off/compose.yaml": "services:\n  d:\n    image: deepquestai/deepstack\n"
    "    environment: [VISION-FACE=False]\n",
    "recognize-on/config.json": '{"apps": {"recognize": {"faces.enabled": "true"}}, "salt": "S3cret-hunter2"}',
    "recognize-off/config.json": '{"apps": {"recognize": {"faces.enabled": "false"}}}',
    "home/configuration.yaml": "image_processing:\n  - platform: dlib_face_identify\n    api_key: S3cret-hunter2\n",
    # Permissions and infrastructure.
    "allow-all/policy.json": policy("Allow", "Action", "rekognition:*"),
    "allow-search/policy.json": policy("Allow", "Action", "Rekognition:Search*"),
    "deny/policy.json": policy("Deny", "Action", "rekognition:*"),
    "not-action/policy.json": policy("Allow", "NotAction", "rekognition:*"),
    "terraform/main.tf": 'resource "aws_rekognition_collection" "v" {\n  collection_id = "v"\n}\n'
    'variable "db_password" {\n  default = "S3cret-hunter2"\n}\n',
    "template/stack.template": "Resources:\n  V:\n    Type: AWS::Rekognition::Collection\n"
    "    Key: !Ref S3cret-hunter2\n",
    # What is installed and run.
    "image/Dockerfile.gpu": "FROM python:3\nENV TOKEN=S3cret-hunter2\nRUN <<EOF\npip install face_recognition\nEOF\n",
    "pipeline/Jenkinsfile": "  agent { docker { image 'exadel/compreface-core:1' } }\n  PASSWORD = 'S3cret-hunter2'\n",
    "workflow/ci.yml": "steps:\n  - run: |\n      pip install deepface --token S3cret-hunter2\n",
    "script/door.sh": "aws rekognition search-faces-by-image --token S3cret-hunter2\n",
    # What cannot be read says so, and does not show what stands in it.
    "broken/app.toml": '[face_recognition]\nenabled = true\npassword = "S3cret-hunter2\n',
}
VERDICTS = {
    "broken": ("recognition", "used"),  # what stands before the fault is read
    "frigate-on": ("recognition", "used"),
    "frigate-off": ("none", "referenced"),
    "frigate": ("none", "declared"),
    "immich-on": ("recognition", "used"),
    "immich-off": ("none", "referenced"),
    "photos-on": ("recognition", "used"),
    "photos-off": ("none", "referenced"),
    "photos": ("recognition", "declared"),
    "deepstack-on": ("recognition", "used"),
    "deepstack-off": ("none", "referenced"),
    "recognize-on": ("recognition", "used"),
    "recognize-off": ("none", "referenced"),
    "home": ("recognition", "used"),
    "allow-all": ("capable-dormant", "present"),
    "allow-search": ("recognition", "used"),
    "terraform": ("recognition", "used"),
    "template": ("recognition", "used"),
    "image": ("recognition", "declared"),
    "pipeline": ("recognition", "declared"),
    "workflow": ("recognition", "declared"),
    "script": ("recognition", "used"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("settings")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_every_way_to_set_something_up_gives_its_verdict_and_no_secret_is_shown(folder: Path, tmp_path: Path):
    written = {form: tmp_path / form for form in ("text", "html", "json", "sarif", "markdown", "csv", "cyclonedx")}
    options = [f"--format={form}={path}" for form, path in written.items()]
    ran = frscan_here("scan", "--fail-on", "never", "--no-cache", *options, folder)
    report = ran._replace(out=written["json"].read_text("utf-8")).report
    found = {f["component"]["locator"].partition("/")[0]: (f["verdict"], f["presence"]) for f in report["findings"]}
    assert found == VERDICTS
    assert [(u["locator"], u["cause"]) for u in report["unreadable"]] == [("broken/app.toml", "damaged")]
    for text in (ran.out, ran.err, *(path.read_text("utf-8") for path in written.values())):
        assert SECRET not in text
