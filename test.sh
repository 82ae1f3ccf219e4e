#!/usr/bin/env bash
# Builds everything and runs every test, those with a real window included; what is missing is installed first.
#   ./test.sh [-Doption=value…] [--suite NAME…]     -D goes to meson setup, the rest to meson test
# BUILD names the build folder (build-test). The last line says `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")"
. tools/packages.sh

build=${BUILD:-build-test}
options=() selection=()
for argument; do
  case $argument in
    -D*) options+=("$argument") ;;
    *) selection+=("$argument") ;;
  esac
done

build () {
  if [ ! -f "$build/build.ninja" ]; then
    meson setup "$build" -Dbuildtype=debugoptimized "${options[@]}" || return
  elif [ ${#options[@]} -gt 0 ]; then
    meson configure "$build" "${options[@]}" || return
  fi
  ninja -C "$build"
}

# Tests get a display, a session bus and home folders of their own, and leave nothing of them behind.
own=$(mktemp -d) server=
clean () {
  trap - EXIT
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
  rm -rf "$own"
}
trap clean EXIT
trap 'exit 130' INT TERM

run () {
  local display i
  mkdir -m 700 "$own/run" "$own/config" "$own/data" "$own/cache"
  # Without -noreset the server restarts each time its last client leaves, and a launch now and then finds no display.
  Xvfb -displayfd 3 -noreset -screen 0 1600x1000x24 -nolisten tcp 3>"$own/display" 2>"$own/server.log" &
  server=$!
  for ((i = 0; i < 200; i++)); do
    [ ! -s "$own/display" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  [ -s "$own/display" ] || { echo 'Xvfb does not start:' >&2; cat "$own/server.log" >&2; return 1; }
  display=$(<"$own/display")

  unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS
  export DISPLAY=:$display GDK_BACKEND=x11 GSK_RENDERER=cairo LIBGL_ALWAYS_SOFTWARE=1 LC_ALL=C.UTF-8
  export XDG_RUNTIME_DIR=$own/run XDG_CONFIG_HOME=$own/config XDG_DATA_HOME=$own/data XDG_CACHE_HOME=$own/cache
  dbus-run-session -- meson test -C "$build" --no-rebuild --print-errorlogs "${selection[@]}" </dev/null
}

packages_ensure build test
log=$build/meson-logs/testlog.json status=0
rm -f "$log"
{ build && run; } || status=$?
clean
echo
python3 tools/count.py --stage 'meson test' "$status" "$log"
