#!/bin/sh
# Runs a tool on its arguments, or tells meson that the test is skipped because there is no such tool.
command -v "$1" >/dev/null || { echo "$1 is not installed"; exit 77; }
exec "$@"
