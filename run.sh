#!/usr/bin/env bash
# Builds Trade Following and opens it; what is missing is installed first. Arguments go to the program.
# Where there is no display the same system runs in the terminal for a minute, or as the arguments say
# (`./run.sh backtest --data FOLDER`).
set -euo pipefail
top=$(cd "$(dirname "$0")" && pwd)
build=$top/build-release
# shellcheck source=tools/packages.sh
. "$top/tools/packages.sh"

packages_ensure build
{
  [ -f "$build/build.ninja" ] || meson setup "$build" "$top" --buildtype=release
  ninja -C "$build" src/window/tradefollow src/cli/tradefollow-cli data/gschemas.compiled
} >&2
export GSETTINGS_SCHEMA_DIR=$build/data

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$build/src/window/tradefollow" "$@"
elif [ $# -gt 0 ]; then
  exec "$build/src/cli/tradefollow-cli" "$@"
fi
echo 'No display here: the demo market runs in this terminal for a minute.'
workspace=${XDG_DATA_HOME:-${HOME:-/root}/.local/share}/tradefollow/demo.tfw
"$build/src/cli/tradefollow-cli" run --market demo --speed 60 --for 60s --workspace "$workspace"
echo "Its journal is $workspace"
