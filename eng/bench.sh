#!/usr/bin/env bash
# Runs every benchmark of docs/benchmarks.md in turn; SECONDS_EACH= changes how long each measurement takes.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build src/ActorTrade.Node
options=()
[ -z "${SECONDS_EACH:-}" ] || options=(--seconds "$SECONDS_EACH")
for what in kernel swaps ticks recovery; do
  say "== $what"
  "src/ActorTrade.Node/bin/$configuration/net10.0/actortrade" bench "$what" "${options[@]}"
done
