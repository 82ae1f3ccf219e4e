#!/usr/bin/env bash
# Fuzzes each venue's decoder and each source's reader for so many seconds:  tests/fuzz/run.sh [SECONDS=60] [VENUE…]
# As many at a time as there are processors. Inputs that break one are written into tests/fuzz/corpus/VENUE; put right, they
# stay there as tests. Ends with a TAP line for each.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$top/build-fuzz}
seconds=${1:-60}
shift || true
venues=("$@")
[ ${#venues[@]} -gt 0 ] || venues=(binance coinbase kraken hyperliquid feed lexicon webhook)

[ -f "$build/build.ninja" ] ||
  CC=clang meson setup "$build" "$top" -Dfuzz=true -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false
own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT

ninja -C "$build" "${venues[@]/#/tests/fuzz/fuzz-}" >"$own/build.log" || { cat "$own/build.log"; exit 1; }

# Messages that belong together stay together: a whole file is one seed, and so is each of its lines.
fuzz () {
  local venue=$1 log=$own/$1.log corpus=$top/tests/fuzz/corpus/$1
  mkdir -p "$own/$venue" "$corpus"
  cp "$top/tests/fuzz/seeds/$venue".* "$own/$venue/all"
  split -l 1 -a 3 "$own/$venue/all" "$own/$venue/line-"
  if G_DEBUG=gc-friendly UBSAN_OPTIONS=halt_on_error=1 "$build/tests/fuzz/fuzz-$venue" -max_total_time="$seconds" \
      -max_len=8192 -rss_limit_mb=1024 -timeout=10 -print_final_stats=1 \
      -artifact_prefix="$corpus/" "$own/$venue" "$corpus" >"$log" 2>&1
  then
    echo "ok - $venue: $(grep -o 'stat::number_of_executed_units: .*' "$log" | tr -s ' ' | cut -d' ' -f2) inputs in $seconds s"
  else
    echo "not ok - $venue"
    tail -40 "$log" | sed 's/^/# /'
    touch "$own/failed"
  fi
  rmdir --ignore-fail-on-non-empty "$corpus"
}

for venue in "${venues[@]}"; do
  while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do
    wait -n
  done
  fuzz "$venue" &
done
wait
[ ! -e "$own/failed" ]
