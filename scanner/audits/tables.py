"""The tables of the store, for SQLite and PostgreSQL alike. Imported only where a store is opened."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

version = Table("frscan_schema", metadata, Column("version", Integer, primary_key=True))

audits = Table(
    "audits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan", String(80), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("started", String(20), nullable=False),
    Column("finished", String(20), nullable=False, server_default=""),
    Column("signatures", Text, nullable=False),
    Column("tool", Text, nullable=False),
    Column("asked", LargeBinary, nullable=False),
    Column("is_again", Boolean, nullable=False),
)

results = Table(
    "results",
    metadata,
    Column("audit", Integer, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("department", Text, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("is_complete", Boolean, nullable=False),
    Column("error", Text, nullable=False),
    Column("outcome", String(24), nullable=False),
    Column("report", LargeBinary, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("audit", Integer, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("fingerprint", String(80), primary_key=True),
    Column("component_id", String(16), primary_key=True),
    Column("department", Text, nullable=False),
    Column("technology", Text, nullable=False),
    Column("vendor", Text, nullable=False),
    Column("component", Text, nullable=False),
    Column("locator", Text, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("presence", String(12), nullable=False),
    Column("outcome", String(24), nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("plan", String(80), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
