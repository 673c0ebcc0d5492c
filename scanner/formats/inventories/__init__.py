"""Lists of software: inventories of endpoints, software bills of materials, lists of devices.

A dialect is one TOML file under `dialects/`: how its files are known again, where their rows lie, and which columns
hold a product's name, publisher, version and identifiers. A syntax is a reader beside this file (`delimited`,
`json_rows`, `xml_rows`, `lines`, `records`, `workbook`), which reads every dialect that has a section for it.

Rows become `Listing` observations: the products they name are somewhere else, so nothing of them is opened, and a row
can prove no more than `declared`. Columns that no dialect maps are not kept, those about people among them.
"""
