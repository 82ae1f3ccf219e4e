#!/bin/bash
# First pixels and memory of the window beside gnome-text-editor's, in turn, with the program that the figures are defined by.
# usage: startup.sh PROGRAM SCHEMA_DIR MEASURE [RUNS]
set -u
program=$1 measure=$3 runs=${4:-6}
export GSETTINGS_SCHEMA_DIR=$2
for file in "$program" "$measure"; do
  [ -x "$file" ] || { echo "startup: skipped: $file is not there"; exit 77; }
done
for tool in gnome-text-editor xdotool Xvfb xwd dbus-run-session; do
  command -v "$tool" > /dev/null || { echo "startup: skipped: $tool is not installed"; exit 77; }
done
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for _ in $(seq "$runs"); do
  "$measure" 1 "$program"
  "$measure" 1 gnome-text-editor
done | tee "$log"
median() { # PATTERN FIELD-REGEX
  grep "$1" "$log" | sed -E "s/.*$2.*/\1/" | sort -n | awk '{v[NR]=$1} END {print v[int((NR + 1) / 2)]}'
}
for field in 'pixels ([0-9]+) ms' 'Pss ([0-9]+) KiB' 'VmRSS ([0-9]+) KiB'; do
  ours=$(median "^$program" "$field") theirs=$(median '^gnome-text-editor' "$field")
  echo "startup: ${field%% *}: ours $ours, gnome-text-editor $theirs, ratio $(awk "BEGIN {printf \"%.2f\", $ours / $theirs}")"
done
