#!/usr/bin/env bash
# Runs the proofs of the DeFi mathematics with a million random cases each (CASES=) instead of the few of every day. A
# failure names the seed and case that repeat it.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export ACTORTRADE_PROOF_CASES="${CASES:-1000000}"
case "$ACTORTRADE_PROOF_CASES" in
  '' | 0* | *[!0-9]*) die 4 "CASES is a whole number from 1, as in: make prove CASES=1000000" ;;
esac

build tests/ActorTrade.DefiTests
ACTORTRADE_TEST_TIMEOUT="${ACTORTRADE_TEST_TIMEOUT:-4h}" exec eng/test.sh ActorTrade.DefiTests
