#!/usr/bin/env bash
# Runs COUNT simulated worlds from SEED on; see tests/ActorTrade.SimulationTests. A failing seed is printed and repeats exactly.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export ACTORTRADE_SIM_SEED="${SEED:-1}" ACTORTRADE_SIM_COUNT="${COUNT:-200}"
for number in "$ACTORTRADE_SIM_SEED" "$ACTORTRADE_SIM_COUNT"; do
  case "$number" in
    '' | *[!0-9]*) die 4 "SEED and COUNT are whole numbers, as in: make simulate SEED=1 COUNT=1000" ;;
  esac
done

build tests/ActorTrade.SimulationTests
mkdir -p artifacts/test
log=artifacts/test/simulate.log
code=0
"$(test_program ActorTrade.SimulationTests)" -noColor -noLogo -class '*SimulationRun*' -showLiveOutput \
  < /dev/null 2>&1 | tee "$log" || code=$?
[ "$code" -eq 0 ] || exit 1
if ! grep -qE 'Total: [1-9]' "$log"; then
  die 1 "No simulation ran."
fi
