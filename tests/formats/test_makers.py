"""Who made something, and where Windows says that it lies."""

import pytest

from scanner.formats.packages.makers import publisher_in, without_address
from scanner.formats.windows_paths import common_folders, drive_path, own_folder, program_in


@pytest.mark.parametrize(
    ("line", "maker"),
    [
        ("Copyright © 2019-2024 Acme Inc. All rights reserved.", "Acme Inc."),
        ("© 2024 Acme", "Acme"),
        ("(c) Acme GmbH, 2020", "Acme GmbH, 2020"),
        ("Copyright (c) 2003\u20132023 by Acme. All rights reserved.", "Acme"),
        ("All rights reserved", ""),
        ("", ""),
    ],
)
def test_a_line_of_copyright_names_a_maker(line, maker):
    assert publisher_in(line) == maker


def test_addresses_of_people_are_left_out():
    assert without_address("Ada L. <ada@example.org> (https://example.org)") == "Ada L."
    assert without_address("ada@example.org") == ""


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ('"C:\\Program Files\\Acme\\a.exe" -x', "/Program Files/Acme/a.exe"),
        ("C:\\Program Files\\Acme\\a.exe -x", "/Program Files/Acme/a.exe"),
        ("C:\\Acme\\a.exe,0", "/Acme/a.exe"),
        ("%SystemRoot%\\System32\\svchost.exe -k x", "/Windows/System32/svchost.exe"),
        ("\\SystemRoot\\System32\\drivers\\a.sys", "/Windows/System32/drivers/a.sys"),
        ("system32\\drivers\\a.sys", "/Windows/system32/drivers/a.sys"),
        ("\\??\\C:\\Acme\\a.sys", "/Acme/a.sys"),
        ("MsiExec.exe /X{1}", ""),
        ("C:\\Acme\\..\\a.exe", ""),
    ],
)
def test_a_command_line_of_windows_starts_a_program(command, program):
    assert program_in(command) == program


def test_a_folder_in_which_many_programs_lie_is_nobodys():
    shared = (
        "/",
        "/Program Files",
        "/Windows/System32/x",
        "/Users/ada/AppData/Local",
        "/Users/ada/Desktop",
        "/Users/ada",
    )
    assert [own_folder(path) for path in shared] == [""] * len(shared)
    assert own_folder("/Users/ada/AppData/Local/Gate") == "/Users/ada/AppData/Local/Gate/"
    assert own_folder("/Program Files/Acme/uninstall") == "/Program Files/Acme/"
    assert drive_path("%ProgramFiles(x86)%\\Acme") == "/Program Files (x86)/Acme"


def test_the_files_of_a_product_amount_to_its_folder_and_what_it_put_elsewhere():
    files = ["/Program Files/Acme/Faces/a.exe", "/Program Files/Acme/Faces/lib/b.dll", "/Windows/System32/c.dll"]
    assert common_folders(files) == ["/Program Files/Acme/Faces/", "/Windows/System32/c.dll"]
