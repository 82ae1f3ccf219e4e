#!/usr/bin/env bash
# Fuzzes each venue's decoder and each source's reader for so many seconds:  tests/fuzz/run.sh [SECONDS=60] [VENUE…]
# Inputs that break one are written into tests/fuzz/corpus/VENUE; put right, they stay there as tests.
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

# Messages that belong together stay together: a whole file is one seed, and so is each of its lines.
failed=0
for venue in "${venues[@]}"; do
  ninja -C "$build" "tests/fuzz/fuzz-$venue" >"$own/build.log" || { cat "$own/build.log"; exit 1; }
  mkdir -p "$own/$venue" "$top/tests/fuzz/corpus/$venue"
  cp "$top/tests/fuzz/seeds/$venue".* "$own/$venue/all"
  split -l 1 -a 3 "$own/$venue/all" "$own/$venue/line-"
  if G_DEBUG=gc-friendly UBSAN_OPTIONS=halt_on_error=1 "$build/tests/fuzz/fuzz-$venue" -max_total_time="$seconds" \
      -max_len=8192 -rss_limit_mb=1024 -timeout=10 -print_final_stats=1 \
      -artifact_prefix="$top/tests/fuzz/corpus/$venue/" "$own/$venue" "$top/tests/fuzz/corpus/$venue" >"$own/log" 2>&1
  then
    echo "ok $venue: $(grep -o 'stat::number_of_executed_units: .*' "$own/log" | tr -s ' ' | cut -d' ' -f2) inputs in $seconds s"
  else
    echo "not ok $venue"
    tail -40 "$own/log"
    failed=1
  fi
  rmdir --ignore-fail-on-non-empty "$top/tests/fuzz/corpus/$venue"
done
exit $failed
