"""What PyInstaller has to know of frscan.

Modules are found by their place, so all are taken along. What is kept of compiled signatures is kept for just these
files of the program and its engines, so they stay files.
"""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

hiddenimports = collect_submodules("scanner")
datas = collect_data_files("scanner")
module_collection_mode = dict.fromkeys(("scanner", "yara", "hyperscan", "msgspec"), "py")
