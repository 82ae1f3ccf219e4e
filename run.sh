#!/usr/bin/env bash
# Builds Trade Following and opens it; what is missing is installed first. Arguments go to the program.
# Where there is no display the same system runs in the terminal for a minute, or as the arguments say
# (`./run.sh backtest --data FOLDER`).
set -euo pipefail
cd "$(dirname "$0")"
. tools/packages.sh

packages_ensure build
[ -f build-release/build.ninja ] || meson setup build-release --buildtype=release
ninja -C build-release src/window/tradefollow src/cli/tradefollow-cli data/gschemas.compiled
export GSETTINGS_SCHEMA_DIR=$PWD/build-release/data

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec build-release/src/window/tradefollow "$@"
elif [ $# -gt 0 ]; then
  exec build-release/src/cli/tradefollow-cli "$@"
fi
echo 'No display here: the demo market runs in this terminal for a minute.'
build-release/src/cli/tradefollow-cli run --market demo --for 60s
echo "Its journal is ${XDG_DATA_HOME:-${HOME:-/root}/.local/share}/tradefollow/demo.tfw"
