"""Notices of an audit, as files for a site's own senders: options of `run`, and of `schedule`, which hands them on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.audit.opened import COMMAND
from scanner.cli.exits import refuse

if TYPE_CHECKING:
    from scanner.audits import Store

Events = Annotated[
    Path | None, typer.Option("--events", metavar="FILE", help="Add what happened to a file of JSON lines.")
]
Mail = Annotated[
    Path | None, typer.Option("--mail", metavar="FILE", help="Write the text of a mail about it to a file.")
]
Webhook = Annotated[
    Path | None, typer.Option("--webhook", metavar="FILE", help="Write the body of a webhook's call (JSON) to a file.")
]


def write_notices(store: "Store", audit: int, events: Path | None, mail: Path | None, webhook: Path | None) -> None:
    """Write those that were asked for; a file that cannot be written ends the program with a sentence."""
    if events is None and mail is None and webhook is None:
        return
    from scanner.audits import append_events, mail_body, notice_of, webhook_body

    notice = notice_of(store, audit)
    try:
        if events is not None:
            append_events(notice, events)
        if mail is not None:
            mail.write_text(mail_body(notice), encoding="utf-8")
        if webhook is not None:
            webhook.write_bytes(webhook_body(notice))
    except OSError as error:
        refuse(f"{error.filename}: cannot be written: {error.strerror}.", command=COMMAND)
