#!/usr/bin/env bash
# Kills, freezes, cuts off, replaces and adds the processes of a real cluster under load, ROUNDS=20 times, stops and
# kills its servers, and compares what clients were told with the journal; see tests/ActorTrade.EndToEndTests/Cluster.
# Ends with the table of what was measured against its goals; each test writes artifacts/chaos/NAME.json.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export ACTORTRADE_CHAOS_ROUNDS="${ROUNDS:-20}"
case "$ACTORTRADE_CHAOS_ROUNDS" in
  '' | 0* | *[!0-9]*) die 4 "ROUNDS is a whole number from 1, as in: make chaos ROUNDS=20" ;;
esac

# table FILE...: a row for each thing measured.
table() {
  printf '%-10s %-62s %-16s %s\n' TEST WHAT GOAL MEASURED
  sed -n 's/^ *"\(name\|what\|goal\|measured\|isMet\)": "\{0,1\}\(.*\)/\1=\2/p' "$@" | sed 's/"\{0,1\},\{0,1\}$//' |
    while IFS='=' read -r key value; do
      case "$key" in
        name) name="$value" ;;
        what) what="$value" ;;
        goal) goal="$value" ;;
        measured) measured="$value" ;;
        isMet)
          [ "$value" = true ] || measured="$measured (MISSED)"
          printf '%-10s %-62s %-16s %s\n' "$name" "$what" "$goal" "$measured"
          ;;
      esac
    done
}

build tests/ActorTrade.EndToEndTests
rm -rf artifacts/chaos
mkdir -p artifacts/chaos
log=artifacts/chaos/chaos.log
code=0
"$(test_program ActorTrade.EndToEndTests)" -noColor -noLogo -namespace ActorTrade.EndToEndTests.Cluster \
  -showLiveOutput < /dev/null 2>&1 | tee "$log" || code=$?
compgen -G 'artifacts/chaos/*.json' > /dev/null || die 1 "Nothing was measured; see $log."
say ""
table artifacts/chaos/*.json
[ "$code" -eq 0 ] || die 1 "Some goals were missed, or worse; see $log."
