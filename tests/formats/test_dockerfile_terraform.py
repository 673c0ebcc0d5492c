"""The readers of Dockerfiles, of scripts and of Terraform."""

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import dockerfile, shell_scripts, terraform
from scanner.formats.shell_commands import command_facts
from scanner.model.observation import Config, Package
from tests.format_fixtures import FOLDER
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

DOCKERFILE = (FOLDER / "dockerfile" / "Dockerfile").read_text(encoding="utf-8")
TERRAFORM = (FOLDER / "terraform" / "main.tf").read_text(encoding="utf-8")


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
        ("sudo -H pip3 install face-kit>=2 > log.txt 2>&1  # why", "pkg:pypi/face-kit"),
        ("@PIP_NO_CACHE=1 pip install face-kit", "pkg:pypi/face-kit"),
        ("pipx install face-kit", "pkg:pypi/face-kit"),
        ("conda install -y -c conda-forge conda-forge::face-kit=1.2", "pkg:conda/face-kit"),
        ("apk add --no-cache face-kit", "pkg:apk/alpine/face-kit"),
        ("dnf -y install face-kit", "pkg:rpm/face-kit"),
        ("cargo add face-kit@1", "pkg:cargo/face-kit"),
        ("echo; gem install face-kit", "pkg:gem/face-kit"),
    ],
)
def test_every_installer_is_understood(command: str, purl: str):
    assert [o.purl for o in command_facts(command, "line 1") if isinstance(o, Package)] == [purl]


@pytest.mark.parametrize("command", ["echo pip install face-kit", "pip install -r face.txt", "pip install $KIT ./face"])
def test_what_installs_nothing_by_name_gives_nothing(command: str):
    assert list(command_facts(command, "line 1")) == []


def test_a_container_that_is_run_gives_its_image_and_variables():
    assert list(command_facts("docker run -d --rm -p 80:80 -e APP_FACES=on --name x owner/app:1 serve", "line 2")) == [
        Config(name="APP_FACES", value="on", place="line 2"),
        Config(name="image", value="owner/app:1", place="line 2"),
    ]


LATER = """# syntax=docker/dockerfile:1
FROM python:3
RUN --mount=type=cache,target=/c pip install one-kit
RUN ["pip", "install", "two-kit==2"]
RUN ["sh", "-c", "pip install three-kit"]
RUN <<EOF
pip install four-kit
EOF
COPY <<'END' /x.sh
pip install not-this
END
"""


def test_flags_lists_and_scripts_in_a_dockerfile_are_understood():
    assert [(o.purl, o.place) for o in read_docker(LATER) if isinstance(o, Package)] == [
        ("pkg:pypi/one-kit", "line 3"),
        ("pkg:pypi/two-kit", "line 4"),
        ("pkg:pypi/three-kit", "line 5"),
        ("pkg:pypi/four-kit", "line 7"),
    ]


@pytest.mark.parametrize(
    ("name", "head", "wanted"),
    [
        ("dockerfile", b"# nothing telling", True),
        ("dockerfile.faces", b"# x\nFROM a\n", True),
        ("dockerfile.py", b"from x import y\n", False),
        ("dockerfile", b"FROM a\0", False),
    ],
)
def test_a_dockerfile_may_have_any_ending(name: str, head: bytes, wanted: bool):
    assert dockerfile.wants(name, head) is wanted


PIPELINE = """pipeline {
  agent { docker { image 'owner/app:1' } }
  environment {
    APP_FACES = 'on'
    APP_TOKEN = 'S3cret'
  }
  stages { stage('t') { steps {
    // sh 'pip install not-this'
    sh 'pip install one-kit==1'
    sh '''
      pip install \\
        two-kit
    '''
    sh(script: "npm i three-kit")
  } } }
}
"""


def test_a_jenkinsfile_gives_images_variables_and_packages():
    found = read(shell_scripts, BytesSource("Jenkinsfile", PIPELINE.encode()))
    assert [(o.name, o.value) for o in found if isinstance(o, Config)] == [
        ("image", "owner/app:1"),
        ("APP_FACES", "on"),
        ("APP_TOKEN", ""),
    ]
    assert [(o.purl, o.place) for o in found if isinstance(o, Package)] == [
        ("pkg:pypi/one-kit", "line 9"),
        ("pkg:pypi/two-kit", "line 11"),
        ("pkg:npm/three-kit", "line 14"),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("setup.sh", "set -e\nexport APP=1\nif true; then pip install face-kit; fi\n"),
        ("Makefile", "install:\n\t@pip install face-kit\n"),
        ("ci.yml", "steps:\n  - run: pip install face-kit\n"),
        ("ci.yml", "steps:\n  - name: pip install other\n    run: |\n      pip install face-kit\n"),
        ("ci.yml", 'script:\n  - "pip install face-kit"\n'),
    ],
)
def test_scripts_and_ci_files_give_the_packages_they_install(name: str, text: str):
    found = read(shell_scripts, BytesSource(name, text.encode()))
    assert [o.purl for o in found if isinstance(o, Package)] == ["pkg:pypi/face-kit"]


def test_a_script_that_installs_nothing_is_not_read():
    assert read(shell_scripts, BytesSource("a.sh", b"echo hello\n")) == []


def test_terraform_gives_actions_images_and_variables():
    found = read(terraform, BytesSource("main.tf", TERRAFORM.encode()))
    assert [(o.name, o.value, o.place) for o in found if isinstance(o, Config)] == [
        ("iam:faces:Search*", "", "line 6"),
        ("iam:faces:IndexFaces", "", "line 7"),
        ("iam:storage:Get*", "", "line 20"),
        ("image", "owner/app", "line 21"),
        ("APP_FACES", "true", "line 24"),
        ("resource", "x", "line 19"),
    ]


LATE = """resource "cloud_account" "a" {
  kind = "Face"
}
data "policy" "d" {
  statement {
    actions = ["faces:*"]
    condition {
      values = ["y"]
    }
    effect = "Deny"
  }
}
container {
  env {
    name  = "APP_FACES"
    value = "on"
  }
}
"""


def test_terraform_tells_kinds_pairs_and_an_effect_that_stands_last():
    found = read(terraform, BytesSource("main.tf", LATE.encode()))
    assert [(o.name, o.value) for o in found if isinstance(o, Config)] == [
        ("APP_FACES", "on"),
        ("resource", "cloud_account/Face"),
    ]


@pytest.mark.parametrize(
    ("reader", "name", "sound"),
    [
        (dockerfile, "Dockerfile", DOCKERFILE),
        (terraform, "a.tf", TERRAFORM),
        (shell_scripts, "Jenkinsfile", PIPELINE),
    ],
)
@given(junk=st.text(max_size=20), part=st.floats(0, 1))
def test_a_mutated_file_gives_observations_or_unreadable(
    reader: ModuleType, name: str, sound: str, junk: str, part: float
):
    cut = int(part * len(sound))
    mutated = sound[:cut] + junk + sound[cut + len(junk) :]
    read_until_stopped(reader, BytesSource(name, mutated.encode("utf-8", "replace")))
