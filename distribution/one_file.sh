#!/bin/sh
# frscan in one file. The first start unpacks it into a folder of the user's own, under a digest of what is in it; later
# ones find it there. The archive stands behind the last line.
set -eu
umask 077
folder="${FRSCAN_PROGRAM_DIR:-${XDG_CACHE_HOME:-${HOME:?is not set; FRSCAN_PROGRAM_DIR can name a folder to unpack into}/.cache}/frscan-program}"
program="$folder/@DIGEST@"
if [ ! -x "$program/frscan" ]; then
  mkdir -p "$folder"
  new="$(mktemp -d "$folder/new.XXXXXX")"
  trap 'rm -rf "$new"' EXIT
  trap 'exit 130' HUP INT TERM
  tail -n +@LINE@ "$0" | tar -xzf - -C "$new" || { echo "frscan: $0 could not be unpacked into $folder." >&2; exit 2; }
  # Where two begin at once, the second finds a folder that it cannot replace.
  mv "$new/frscan" "$program" 2>/dev/null || [ -x "$program/frscan" ]
  rm -rf "$new"
  trap - EXIT HUP INT TERM
fi
# The program begins with zlib, which it brings along, and which a bare system may not have.
LD_LIBRARY_PATH="$program/_internal${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export LD_LIBRARY_PATH
exec "$program/frscan" "$@"
