"""The readers of Dockerfiles and of Terraform."""

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import dockerfile, terraform
from scanner.model.observation import Config, Package
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

DOCKERFILE = r"""# syntax=docker/dockerfile:1
ARG BASE=python:3.12
FROM --platform=linux/amd64 ghcr.io/owner/base:1.2 AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3-face libx=1 && \
    # a comment in between
    pip3 install --no-cache-dir -r requirements.txt face-kit==1.2.3 'other[extra]>=2' ./local
FROM build
FROM ${BASE} AS last
COPY --from=owner/models:2 /m /m
COPY --from=0 /x /x
ENV APP_FACES=true APP_TOKEN="abc"
ENV APP_OLD yes
RUN npm install -g @scope/face@4.5.6 --registry https://host.example && yarn add plain; gem install ruby-face
RUN ["python", "x.py"]
FROM scratch
"""


def test_a_dockerfile_gives_images_variables_and_packages():
    assert [o if isinstance(o, Config) else (o.purl, o.version, o.place) for o in read_docker(DOCKERFILE)] == [
        Config(name="BASE", place="line 2"),
        Config(name="image", value="ghcr.io/owner/base:1.2", place="line 3"),
        ("pkg:deb/python3-face", "", "line 4"),
        ("pkg:deb/libx", "1", "line 4"),
        ("pkg:pypi/face-kit", "1.2.3", "line 4"),
        ("pkg:pypi/other", "", "line 4"),
        Config(name="image", value="python:3.12", place="line 8"),
        Config(name="image", value="owner/models:2", place="line 9"),
        Config(name="APP_FACES", value="true", place="line 11"),
        Config(name="APP_TOKEN", place="line 11"),
        Config(name="APP_OLD", value="yes", place="line 12"),
        ("pkg:npm/%40scope/face", "4.5.6", "line 13"),
        ("pkg:npm/plain", "", "line 13"),
        ("pkg:gem/ruby-face", "", "line 13"),
    ]


def read_docker(text: str) -> list[Config | Package]:
    return [o for o in read(dockerfile, BytesSource("Dockerfile", text.encode())) if isinstance(o, (Config, Package))]


@pytest.mark.parametrize(
    ("command", "purl"),
    [
        ("python3.11 -m pip install face-kit", "pkg:pypi/face-kit"),
        ("uv pip install --system face-kit", "pkg:pypi/face-kit"),
        ("uv add face-kit", "pkg:pypi/face-kit"),
        ("pnpm add face-kit", "pkg:npm/face-kit"),
        ("apt -y install face-kit", "pkg:deb/face-kit"),
        ("pip install --index-url https://host.example/x face-kit", "pkg:pypi/face-kit"),
    ],
)
def test_every_installer_is_understood(command: str, purl: str):
    assert [o.purl for o in dockerfile.installed_by(command, "line 1")] == [purl]


TERRAFORM = """
# actions = ["faces:No"]
data "aws_iam_policy_document" "a" {
  statement {
    actions = [
      "faces:Search*",  # a comment
      "faces:IndexFaces",
    ]
    resources = ["arn:x:y"]
  }
  statement {
    effect  = "Deny"
    actions = ["faces:DeleteFaces"]
  }
  statement {
    not_actions = ["faces:NotThis"]
  }
}
resource "x" "y" {
  policy = jsonencode({ Statement = [{ Action = "storage:Get*", Effect = "Allow" }] })
  image  = "owner/app:${var.tag}"
  environment {
    variables = {
      APP_FACES = "true"
    }
  }
}
"""


def test_terraform_gives_actions_images_and_variables():
    found = read(terraform, BytesSource("main.tf", TERRAFORM.encode()))
    assert [(o.name, o.value, o.place) for o in found if isinstance(o, Config)] == [
        ("iam:faces:Search*", "", "line 6"),
        ("iam:faces:IndexFaces", "", "line 7"),
        ("iam:storage:Get*", "", "line 20"),
        ("image", "owner/app", "line 21"),
        ("APP_FACES", "true", "line 24"),
    ]


@pytest.mark.parametrize(
    ("reader", "name", "sound"), [(dockerfile, "Dockerfile", DOCKERFILE), (terraform, "a.tf", TERRAFORM)]
)
@given(junk=st.text(max_size=20), part=st.floats(0, 1))
def test_a_mutated_file_gives_observations_or_unreadable(
    reader: ModuleType, name: str, sound: str, junk: str, part: float
):
    cut = int(part * len(sound))
    mutated = sound[:cut] + junk + sound[cut + len(junk) :]
    read_until_stopped(reader, BytesSource(name, mutated.encode("utf-8", "replace")))
