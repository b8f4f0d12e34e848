#!/usr/bin/env bash
# Runs the proofs of the DeFi mathematics with a million random cases each (CASES=) instead of the few of every day. A
# failure names the seed and case that repeat it. Each check tells every ten seconds how far it is and how long it still
# takes, and at its end how long it took; the last lines are the slowest checks and the time of all. The whole output is
# in artifacts/test/proofs.log.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export ACTORTRADE_PROOF_CASES="${CASES:-1000000}"
case "$ACTORTRADE_PROOF_CASES" in
  '' | 0* | *[!0-9]*) die 4 "CASES is a whole number from 1, as in: make prove CASES=1000000" ;;
esac

build tests/ActorTrade.DefiTests

# The slow versions make many short-lived numbers: a larger youngest generation saves them a fifth of the time.
export DOTNET_GCgen0size="${DOTNET_GCgen0size:-0x4000000}"
mkdir -p artifacts/test
log=artifacts/test/proofs.log
code=0
SECONDS=0
ACTORTRADE_TEST_TIMEOUT="${ACTORTRADE_TEST_TIMEOUT:-4h}" eng/test.sh ActorTrade.DefiTests 2>&1 | tee "$log" || code=$?

# proved CASES SECONDS NAME
say ""
say "The slowest of $(grep --count '^proved ' "$log" || true) checks, in seconds:"
{ grep '^proved ' "$log" || true; } | sort --key=3,3nr | head -n 10 |
  while read -r _ cases seconds name; do say "$(printf '%9s  %s (%s cases)' "$seconds" "$name" "$cases")"; done
say "All together: $((SECONDS / 60)) min $((SECONDS % 60)) s, with $ACTORTRADE_PROOF_CASES cases a check."
exit "$code"
