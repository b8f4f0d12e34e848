#!/usr/bin/env bash
# Runs every benchmark of docs/benchmarks.md in turn, or those named; SECONDS_EACH= changes how long each measurement
# takes. The one named cluster starts a PostgreSQL and a RabbitMQ of its own, and ends them.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build src/ActorTrade.Node
program="src/ActorTrade.Node/bin/$configuration/net10.0/actortrade"
options=()
[ -z "${SECONDS_EACH:-}" ] || options=(--seconds "$SECONDS_EACH")

end_servers() {
  trap '' INT TERM HUP
  eng/rabbitmq.sh kill "$servers/rabbitmq" || true
  eng/postgres.sh kill "$servers/postgres" || true
  rm -rf "$servers"
}

# said KEY REPORT
said() { printf '%s\n' "$2" | sed -n "s/^$1=//p"; }

bench_cluster() {
  local postgres rabbitmq
  servers="$(mktemp -d)"
  chmod 755 "$servers" # PostgreSQL runs as another user for root
  trap end_servers EXIT
  trap 'exit 1' INT TERM HUP
  postgres="$(eng/postgres.sh start "$servers/postgres")"
  rabbitmq="$(eng/rabbitmq.sh start "$servers/rabbitmq")"
  ACTORTRADE__POSTGRES__CONNECTIONSTRING="$(said CONNECTION_STRING "$postgres")" \
    ACTORTRADE__RABBITMQ__URI="$(said URI "$rabbitmq")" \
    "$program" bench cluster "${options[@]}" \
    --server-pid "$(said PID "$postgres")" --server-pid "$(said PID "$rabbitmq")"
  end_servers
  trap - EXIT INT TERM HUP
}

whats=("$@")
[ "$#" -gt 0 ] || whats=(kernel swaps ticks recovery quotes arbitrage routing registry cluster)
for what in "${whats[@]}"; do
  say "== $what"
  case "$what" in
    cluster) bench_cluster ;;
    quotes)
      # The peers are measured where they can be installed; without them only our side is.
      [ -d tests/oracles/node_modules ] || ! command -v npm > /dev/null ||
        (cd tests/oracles && npm ci --ignore-scripts --no-audit --no-fund > /dev/null) || true
      "$program" bench quotes "${options[@]}"
      ;;
    *) "$program" bench "$what" "${options[@]}" ;;
  esac
done
