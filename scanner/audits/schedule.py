"""Schedules: what an operating system needs to repeat an audit every week, written out to be looked at first.

Two runs cannot overlap (the store's lock), one that was missed is caught up with, and a status that says "found" is no
failure of the service, while "incomplete" (3) stays one: a run that could not look is an alarm and no quiet week.
"""

import re
import shlex
from pathlib import Path
from xml.sax.saxutils import escape

import msgspec


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be repeated: Mondays at three, by the plan's name."""

    plan: Path
    name: str
    program: tuple[str, ...]
    """The command that starts frscan."""
    notices: tuple[tuple[str, Path], ...] = ()
    """Options of `frscan audit run` for notices, each with the file it writes."""

    @property
    def command(self) -> tuple[str, ...]:
        """The whole command."""
        notices = (f"{option}={file}" for option, file in self.notices)
        return (*self.program, "audit", "run", "--quiet", *notices, str(self.plan))

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders that it writes to: the store's and the notices'."""
        return tuple(dict.fromkeys([self.plan.parent, *(file.parent for _, file in self.notices)]))


def schedules(repeat: Repeat) -> dict[str, dict[str, str]]:
    """System → file name → content, and under `install` the commands that put them to work."""
    return {
        "systemd": _systemd(repeat),
        "windows": _windows(repeat),
        "launchd": _launchd(repeat),
        "cron": {"install": "crontab -e", f"{_unit(repeat)}.cron": _cron(repeat)},
    }


def _unit(repeat: Repeat) -> str:
    return f"frscan-audit-{repeat.name}"


def _cron(repeat: Repeat) -> str:
    # What is printed goes to syslog. crontab(5): `%` ends a command unless it is escaped.
    command = f"{shlex.join(repeat.command)} 2>&1 | logger -t {_unit(repeat)}".replace("%", r"\%")
    return f"0 3 * * 1 {command}\n"


def _setting(path: Path) -> str:
    """A path as a setting of systemd takes it (systemd.syntax(7)): quoted, `%` doubled."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"' if re.search(r"[\s\"'\\]", text) else text


def _systemd(repeat: Repeat) -> dict[str, str]:
    unit = _unit(repeat)
    folders = " ".join(_setting(folder) for folder in repeat.folders)
    # systemd.service(5): in ExecStart `%` begins a specifier and `$` a variable; both are doubled.
    command = shlex.join(repeat.command).replace("%", "%%").replace("$", "$$")
    return {
        f"{unit}.service": (
            f"[Unit]\nDescription=Audit for face-recognition technology: {repeat.name}\n\n"
            f"[Service]\nType=oneshot\nExecStart={command}\nSuccessExitStatus=1\nNice=10\nIOSchedulingClass=idle\n"
            "NoNewPrivileges=yes\nPrivateNetwork=yes\nPrivateTmp=yes\nProtectSystem=strict\n"
            f"CacheDirectory=frscan\nEnvironment=FRSCAN_CACHE_DIR=/var/cache/frscan\nReadWritePaths={folders}\n"
        ),
        f"{unit}.timer": (
            f"[Unit]\nDescription=Weekly audit: {repeat.name}\n\n[Timer]\nOnCalendar=Mon 03:00\nPersistent=true\n"
            "RandomizedDelaySec=30min\n\n[Install]\nWantedBy=timers.target\n"
        ),
        "install": (
            f"sudo cp {unit}.service {unit}.timer /etc/systemd/system/ && sudo systemctl daemon-reload && "
            f"sudo systemctl enable --now {unit}.timer"
        ),
    }


def _windows(repeat: Repeat) -> dict[str, str]:
    program, *arguments = repeat.command
    quoted = " ".join(f'"{word}"' if " " in word else word for word in arguments)
    return {
        f"{_unit(repeat)}.xml": (
            '<?xml version="1.0" encoding="UTF-16"?>\n'
            '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
            "  <Triggers><CalendarTrigger><StartBoundary>2024-01-01T03:00:00</StartBoundary><ScheduleByWeek>"
            "<DaysOfWeek><Monday /></DaysOfWeek><WeeksInterval>1</WeeksInterval></ScheduleByWeek></CalendarTrigger>"
            "</Triggers>\n"
            "  <Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>"
            "<StartWhenAvailable>true</StartWhenAvailable></Settings>\n"
            f"  <Actions><Exec><Command>{escape(program)}</Command><Arguments>{escape(quoted)}</Arguments></Exec>"
            "</Actions>\n</Task>\n"
        ),
        "install": f"schtasks /create /xml {_unit(repeat)}.xml /tn {_unit(repeat)}",
    }


def _launchd(repeat: Repeat) -> dict[str, str]:
    label = f"org.frscan.audit.{repeat.name}"
    words = "".join(f"<string>{escape(word)}</string>" for word in repeat.command)
    return {
        f"{label}.plist": (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
            f'<plist version="1.0"><dict><key>Label</key><string>{escape(label)}</string>'
            f"<key>ProgramArguments</key><array>{words}</array>"
            "<key>StartCalendarInterval</key><dict><key>Weekday</key><integer>1</integer><key>Hour</key>"
            "<integer>3</integer><key>Minute</key><integer>0</integer></dict>"
            "<key>LowPriorityIO</key><true/></dict></plist>\n"
        ),
        "install": f"cp {label}.plist ~/Library/LaunchAgents/ && launchctl load ~/Library/LaunchAgents/{label}.plist",
    }
