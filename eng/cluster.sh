#!/usr/bin/env bash
# A whole cluster on this machine, on the loopback address: PostgreSQL, RabbitMQ, a Lighthouse and nodes.
#   eng/cluster.sh up                 starts all of it, says where everything listens, and stops it all on Ctrl-C
#   eng/cluster.sh start [PIECE...]   starts these in the background: servers, lighthouse, node-1, node-2, …, or all
#   eng/cluster.sh stop [PIECE...]    stops these; without any all, in order: nodes, Lighthouse, servers
#   eng/cluster.sh status             where everything listens
# DATA=./data/cluster holds all data and logs; the next start goes on where they end. NODES=3 says how many nodes.
# TLS=1 makes a test authority and starts the servers so that only its certificates let anybody in.
# Ports are those of the last start, or the usual ones where nobody has them, or free ones.

. "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

nodes_wanted="${NODES:-3}"
case "$nodes_wanted" in '' | 0* | *[!0-9]*) die 4 "NODES is a whole number from 1, as in: make cluster NODES=5" ;; esac
case "${TLS:-0}" in 0 | 1) ;; *) die 4 "TLS is 1 or 0, as in: make cluster TLS=1" ;; esac
settings=cluster-config/three-nodes.json

# postgres_can_enter FOLDER: whether user postgres, as whom PostgreSQL runs for root, gets to it.
postgres_can_enter() {
  local existing="$1"
  while [ ! -d "$existing" ]; do existing="$(dirname "$existing")"; done
  runuser --user postgres -- test -x "$existing" 2> /dev/null
}

data="$(absolute "${DATA:-data/cluster}")"
if [ -z "${DATA:-}" ] && [ "$(id -u)" -eq 0 ] && id postgres > /dev/null 2>&1 && ! postgres_can_enter "$data"; then
  data=/var/lib/actortrade/cluster # a clone in root's own folder
fi
logs="$data/logs"
state="$data/run" # process ids and ports
tokens="$data/lighthouse/operators.tokens"
certificates="$data/certificates"

program() { printf '%s' "$root/src/ActorTrade.$1/bin/$configuration/net10.0/$2"; }

all_nodes() {
  local number
  for number in $(seq "$nodes_wanted"); do printf 'node-%s\n' "$number"; done
}

# Also those that an earlier start with another NODES left running.
known_nodes() {
  { all_nodes; for file in "$state"/node-*.pid; do [ ! -e "$file" ] || basename "$file" .pid; done; } | sort -V -u
}

running() { process_of "$state/$1.pid" "$data"; }

port_of() { cat "$state/$1.port" 2> /dev/null || true; }

# take_port NAME USUAL: keeps that of the last start if it is free, or else the usual one, or any.
take_port() {
  local port
  for port in "$(port_of "$1")" "$2" "$(free_port)"; do
    if [ -n "$port" ] && ! port_answers "$port"; then
      printf '%s\n' "$port" > "$state/$1.port"
      return
    fi
  done
}

# start_server NAME USUAL-PORT SCRIPT [ARG...]: and keeps what it says of itself in NAME.report.
start_server() {
  if ! "eng/$3" status "$data/$1" > "$state/$1.report" 2> /dev/null; then
    say "Starting $1"
    take_port "$1" "$2"
    "eng/$3" start "$data/$1" "$(port_of "$1")" "${@:4}" > "$state/$1.report"
  fi
}

reported() { sed -n "s/^$2=//p" "$state/$1.report" 2> /dev/null; }

start_servers() {
  local tls=()
  if [ "${TLS:-0}" = 1 ]; then
    say "Making certificates"
    eng/test-authority.sh "$certificates" server lighthouse-1 $(all_nodes)
    tls=(--tls "$certificates")
  fi
  start_server postgres 5532 postgres.sh "${tls[@]}"
  start_server rabbitmq 5682 rabbitmq.sh "${tls[@]}"
}

# Whether the servers that run ask for certificates.
with_tls() { case "$(reported rabbitmq URI)" in amqps:*) true ;; *) false ;; esac }

# connections NAME: of this program. They stand in the environment, not on the command line: they may hold passwords.
connections() {
  [ -n "$(reported postgres PID)" ] && [ -n "$(reported rabbitmq PID)" ] ||
    die 3 "The servers do not run. Start them first: eng/cluster.sh start servers"
  ACTORTRADE__POSTGRES__CONNECTIONSTRING="$(reported postgres CONNECTION_STRING)"
  ACTORTRADE__RABBITMQ__URI="$(reported rabbitmq URI)"
  export ACTORTRADE__POSTGRES__CONNECTIONSTRING ACTORTRADE__RABBITMQ__URI
  with_tls || return 0
  local own="$certificates/$1"
  [ -f "$own.crt" ] || die 4 "There is no certificate for $1. Make it, and the servers know it at their next start:
  eng/test-authority.sh $certificates $1"
  ACTORTRADE__POSTGRES__CONNECTIONSTRING+=";Root Certificate=$certificates/root.crt"
  ACTORTRADE__POSTGRES__CONNECTIONSTRING+=";SSL Certificate=$own.crt;SSL Key=$own.key"
  export ACTORTRADE__RABBITMQ__ROOTCERTIFICATE="$certificates/root.crt"
  export ACTORTRADE__RABBITMQ__CERTIFICATE="$own.crt"
  export ACTORTRADE__RABBITMQ__KEY="$own.key"
  export ACTORTRADE__RABBITMQ__REVOCATIONLISTS="$certificates/crl.pem"
}

# start_program NAME PROGRAM ARG...: in the background and in a session of its own, so that Ctrl-C reaches this script
# alone, which then stops all in order.
start_program() {
  local name="$1"
  shift
  [ -x "$1" ] || die 4 "$1 is not built. Run: make cluster"
  say "Starting $name"
  setsid "$@" > "$logs/$name.log" 2>&1 < /dev/null &
  printf '%s\n' "$!" > "$state/$name.pid"
  disown # its end is told by watch_over
}

start_lighthouse() {
  [ -z "$(running lighthouse-1)" ] || return 0
  connections lighthouse-1
  take_port lighthouse-1 9110
  start_program lighthouse-1 "$(program Lighthouse lighthouse)" run --json --config "$settings" \
    --set Lighthouse:Name=lighthouse-1 --set "Lighthouse:Port=$(port_of lighthouse-1)" \
    --set "Lighthouse:TokenFile=$tokens" --set "Lighthouse:AuditFile=$data/lighthouse/audit.log"
  await_ready lighthouse-1
}

start_node() {
  [ -z "$(running "$1")" ] || return 0
  connections "$1"
  take_port "$1" "$((5080 + ${1#node-}))"
  start_program "$1" "$(program Node actortrade)" run --json --config "$settings" --data "$data/$1" \
    --set "Node:Name=$1" --set "Http:Port=$(port_of "$1")"
}

# await_ready NAME: until it says so in its log.
await_ready() {
  local turns=300 pid
  until grep --quiet --no-messages '"event":"ready"' "$logs/$1.log"; do
    pid="$(cat "$state/$1.pid")"
    turns=$((turns - 1))
    if ! lives "$pid" || [ "$turns" -le 0 ]; then
      die 1 "$1 did not start. The end of $logs/$1.log:
$(tail -n 12 "$logs/$1.log")"
    fi
    sleep 0.2
  done
}

start_nodes() {
  local name
  for name in "$@"; do start_node "$name"; done
  for name in "$@"; do await_ready "$name"; done
}

start_pieces() {
  local piece
  for piece in "$@"; do
    case "$piece" in
      all) start_servers && start_lighthouse && start_nodes $(all_nodes) ;;
      servers) start_servers ;;
      lighthouse) start_lighthouse ;;
      nodes) start_nodes $(all_nodes) ;;
      node-[1-9]*) start_nodes "$piece" ;;
      *) die 4 "'$piece' is none of all, servers, lighthouse, nodes, node-1, node-2, …" ;;
    esac
  done
}

# stop_programs NAME...: asks all of them at once, then waits for each.
stop_programs() {
  local name pid
  for name in "$@"; do
    pid="$(running "$name")"
    [ -z "$pid" ] || { say "Stopping $name"; kill -TERM "$pid"; }
  done
  for name in "$@"; do
    pid="$(running "$name")"
    if [ -n "$pid" ] && ! await_end "$pid" 30; then
      say "$name did not stop within 30 s and is killed; see $logs/$name.log"
      kill_tree "$pid"
    fi
    rm -f "$state/$name.pid"
  done
}

stop_servers() {
  say "Stopping the servers"
  eng/rabbitmq.sh stop "$data/rabbitmq"
  eng/postgres.sh stop "$data/postgres"
  rm -f "$state/rabbitmq.report" "$state/postgres.report"
}

stop_pieces() {
  local piece
  for piece in "$@"; do
    case "$piece" in
      all) stop_programs $(known_nodes) && stop_programs lighthouse-1 && stop_servers ;;
      servers) stop_servers ;;
      lighthouse) stop_programs lighthouse-1 ;;
      nodes) stop_programs $(known_nodes) ;;
      node-[1-9]*) stop_programs "$piece" ;;
      *) die 4 "'$piece' is none of all, servers, lighthouse, nodes, node-1, node-2, …" ;;
    esac
  done
}

row() { printf '  %-14s %-30s %s\n' "$@"; }

# near PATH: as seen from here.
near() { realpath --canonicalize-missing --relative-base="$root" -- "$1"; }

status() {
  local name server label log port
  row WHAT WHERE LOG
  for server in postgres:PostgreSQL:postgres.log rabbitmq:RabbitMQ:log/broker.log; do
    IFS=: read -r name label log <<< "$server"
    port="127.0.0.1:$(port_of "$name")"
    "eng/$name.sh" status "$data/$name" > /dev/null 2>&1 || port="does not run"
    row "$label" "$port" "$(near "$data/$name/$log")"
  done
  for name in lighthouse-1 $(known_nodes); do
    port="$(port_of "$name")"
    case "$name" in node-*) port="http://127.0.0.1:$port/" ;; *) port="127.0.0.1:$port" ;; esac
    [ -n "$(running "$name")" ] || port="does not run"
    row "$name" "$port" "$(near "$logs/$name.log")"
  done
}

explain() {
  printf '\nA cluster of %s nodes is running; its data are in %s\n\n' "$nodes_wanted" "$(near "$data")"
  status
  cat << TEXT

  Operate it, in another terminal:
    $(near "$(program Pbm pbm)") 127.0.0.1:$(port_of lighthouse-1) \\
      --token-file $(near "$tokens") cluster show
  Any node answers for all of them, such as http://127.0.0.1:$(port_of node-1)/api/pools
  Ctrl-C stops everything. The same command starts it again on the same data.

TEXT
}

end() {
  local code=$?
  trap '' INT TERM HUP EXIT # once is enough
  stop_pieces all || code=1
  exit "$code"
}

piece_of() { case "$1" in lighthouse-*) printf lighthouse ;; *) printf '%s' "$1" ;; esac; }

# Says once of each process that it ended by itself; the others go on, which is what a cluster is for.
watch_over() {
  local name
  while :; do
    sleep 1 &
    wait "$!" || true
    for name in lighthouse-1 $(all_nodes); do
      if [ -f "$state/$name.pid" ] && [ -z "$(running "$name")" ]; then
        say "$name ended; see $(near "$logs/$name.log"). To start it again: eng/cluster.sh start $(piece_of "$name")"
        rm -f "$state/$name.pid"
      fi
    done
  done
}

up() {
  trap end EXIT
  trap 'exit 0' INT TERM HUP
  start_pieces all
  explain
  watch_over
}

verb="${1:-up}"
[ "$#" -eq 0 ] || shift
mkdir -p "$logs" "$state"
case "$verb" in
  up)
    [ -z "$(process_of "$state/up.pid" cluster.sh)" ] ||
      die 1 "This cluster runs already, in another terminal (process $(cat "$state/up.pid")).
See eng/cluster.sh status."
    printf '%s\n' "$$" > "$state/up.pid"
    up
    ;;
  start) start_pieces "${@:-all}" ;;
  stop) stop_pieces "${@:-all}" ;;
  status) status ;;
  *) die 4 "'$verb' is none of up, start, stop, status." ;;
esac
