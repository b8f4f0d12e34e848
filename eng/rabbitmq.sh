#!/usr/bin/env bash
# A RabbitMQ broker of one's own in a folder, on the loopback address, with an Erlang port mapper (epmd) of its own.
#   eng/rabbitmq.sh start  DIR [PORT] [--tls CERTDIR]   prints how to connect as KEY=value lines; makes it first
#   eng/rabbitmq.sh status DIR                          the same lines, or exit code 3 where it does not run
#   eng/rabbitmq.sh stop   DIR                          stops broker and port mapper; nothing if they do not run
#   eng/rabbitmq.sh kill   DIR                          kill -9 of all its processes, for tests of crashes
#   eng/rabbitmq.sh ctl    DIR ARG...                   rabbitmqctl for this broker, as in: ctl DIR list_queues
# PORT 0 or none: the port of the last start, or a free one.
#
# Without --tls it lets in guest with password guest, from this machine only: right for development and tests. With
# --tls the client certificate is the sign-in (SASL EXTERNAL): every certificate in CERTDIR is a user of that name.

. "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

if [ "${1:-}" = ctl ]; then
  verb=ctl folder="$(absolute "${2:-}")" wanted_port="" certificates=""
  shift 2
else
  parse_server_arguments "$@"
fi
log="$folder/log/broker.log"

running() { process_of "$folder/pid" "-folder $folder"; }
port_mapper() { process_of "$folder/epmd.pid" "-port $(cat "$folder/epmd.port" 2> /dev/null)"; }

# Everything that RabbitMQ would else take from the system's own places.
environment() {
  export HOME="$folder/home" # holds .erlang.cookie, the secret between broker and rabbitmqctl
  export RABBITMQ_NODENAME=broker@localhost RABBITMQ_USE_LONGNAME=false
  export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$port"
  RABBITMQ_DIST_PORT="$(cat "$folder/dist.port")" ERL_EPMD_PORT="$(cat "$folder/epmd.port")"
  export RABBITMQ_DIST_PORT ERL_EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1
  export RABBITMQ_BASE="$folder" RABBITMQ_MNESIA_BASE="$folder/mnesia" RABBITMQ_LOG_BASE="$folder/log"
  export RABBITMQ_PID_FILE="$folder/pid" RABBITMQ_LOGS="$log" RABBITMQ_CONF_ENV_FILE=/dev/null
  export RABBITMQ_CONFIG_FILE="$folder/rabbitmq" RABBITMQ_ADVANCED_CONFIG_FILE="$folder/advanced.config"
  export RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins"
  export RABBITMQ_FEATURE_FLAGS_FILE="$folder/feature_flags"
  export ERL_CRASH_DUMP="$folder/log/erl_crash.dump" # else where the command was called
  export RUNNING_UNDER_SYSTEMD=true # the script then becomes the broker, and its process id is the broker's
  # No busy waiting: the broker shares its cores with the nodes. Its folder is named so that `ps` tells whose it is.
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} \
+sbwt none +sbwtdcpu none +sbwtdio none -folder $folder"
}

common_settings() {
  # The raft log at its default of 512 MiB takes 800 MB of memory under load, and is slower.
  cat << CONF
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 200MB
log.file.level = info
log.console = false
collect_statistics_interval = 30000
raft.wal_max_size_bytes = 67108864
CONF
}

tls_settings() {
  cat << CONF
listeners.tcp = none
listeners.ssl.default = 127.0.0.1:$port
auth_mechanisms.1 = EXTERNAL
ssl_cert_login_from = common_name
load_definitions = $folder/definitions.json
CONF
}

# A user without a password for every certificate: nobody signs in but with the certificate.
definitions() {
  local file name users="" permissions=""
  for file in "$certificates"/*.crt; do
    name="$(basename "$file" .crt)"
    case "$name" in root | issuing | ca) continue ;; esac
    users+="${users:+, }{\"name\": \"$name\", \"password_hash\": \"\", \"tags\": \"\"}"
    permissions+="${permissions:+, }{\"user\": \"$name\", \"vhost\": \"/\", "
    permissions+="\"configure\": \".*\", \"write\": \".*\", \"read\": \".*\"}"
  done
  printf '{"vhosts": [{"name": "/"}], "users": [%s], "permissions": [%s]}\n' "$users" "$permissions"
}

configure() {
  if [ -z "$certificates" ]; then
    printf '[].\n' > "$folder/enabled_plugins"
    printf '[].\n' > "$folder/advanced.config"
    { printf 'listeners.tcp.default = 127.0.0.1:%s\n' "$port"; common_settings; } > "$folder/rabbitmq.conf"
    return
  fi
  printf '[rabbitmq_auth_mechanism_ssl].\n' > "$folder/enabled_plugins"
  # Without crl_check the broker accepts revoked certificates, and rabbitmq.conf has no key for it. ssl_options here
  # replace those of rabbitmq.conf as a whole, so all of them stand here.
  cat > "$folder/advanced.config" << CONF
[{rabbit, [{ssl_options, [
  {cacertfile, "$certificates/ca.crt"},
  {certfile, "$certificates/server.crt"},
  {keyfile, "$certificates/server.key"},
  {versions, ['tlsv1.3']},
  {verify, verify_peer},
  {fail_if_no_peer_cert, true},
  {depth, 2},
  {crl_check, peer},
  {crl_cache, {ssl_crl_hash_dir, {internal, [{dir, "$certificates/crl"}]}}}]}]}].
CONF
  { tls_settings; common_settings; } > "$folder/rabbitmq.conf"
  definitions > "$folder/definitions.json"
}

prepare_folder() {
  mkdir -p "$folder"/{home,log,mnesia}
  chmod 700 "$folder"
  local cookie="$folder/home/.erlang.cookie"
  if [ ! -f "$cookie" ]; then
    head -c 18 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' > "$cookie"
    chmod 400 "$cookie"
  fi
}

report() {
  local scheme=amqp login="guest:guest@127.0.0.1"
  if grep --quiet 'listeners.ssl' "$folder/rabbitmq.conf"; then
    scheme=amqps login="localhost"
  fi
  printf '%s\n' "PID=$1" "HOST=127.0.0.1" "PORT=$port" "URI=$scheme://$login:$port" \
    "EPMD_PID=$(port_mapper)" "EPMD_PORT=$(cat "$folder/epmd.port")" "LOG=$log"
}

start_port_mapper() {
  [ -z "$(port_mapper)" ] || return 0
  local epmd epmd_port
  epmd="$(epmd_program)" || die 4 "Erlang's epmd is not installed. Run: make setup"
  epmd_port="$(free_port)"
  printf '%s\n' "$epmd_port" > "$folder/epmd.port"
  setsid "$epmd" -address 127.0.0.1 -port "$epmd_port" > "$folder/log/epmd.log" 2>&1 < /dev/null &
  printf '%s\n' "$!" > "$folder/epmd.pid"
  disown
  free_port > "$folder/dist.port"
}

# The listener opens as the last step of the broker's start.
await_ready() {
  local turns=600
  until port_answers "$port"; do
    turns=$((turns - 1))
    if [ "$turns" -le 0 ] || ! lives "$1"; then
      kill_tree "$1"
      end_port_mapper
      die 1 "RabbitMQ did not start. The end of $folder/log/stdout.log and $log:
$(tail -n 10 "$folder/log/stdout.log" "$log" 2> /dev/null)"
    fi
    sleep 0.1
  done
}

start() {
  sbin="$(rabbitmq_sbin)" || die 4 "RabbitMQ is not installed. Run: make setup"
  local pid
  pid="$(running)"
  if [ -n "$pid" ]; then
    port="$(cat "$folder/port")"
    await_ready "$pid"
    report "$pid"
    return
  fi
  prepare_folder
  port="$(kept_port "$folder/port" "$wanted_port")"
  ! port_answers "$port" || die 1 "Port $port is taken. Give another, or 0 for a free one."
  printf '%s\n' "$port" > "$folder/port"
  configure
  start_port_mapper
  environment
  setsid "$sbin/rabbitmq-server" > "$folder/log/stdout.log" 2>&1 < /dev/null &
  pid="$!"
  disown
  printf '%s\n' "$pid" > "$folder/pid"
  await_ready "$pid"
  report "$pid"
}

end_port_mapper() {
  local pid
  pid="$(port_mapper)"
  [ -z "$pid" ] || kill_tree "$pid"
}

stop() {
  local pid
  pid="$(running)"
  if [ -n "$pid" ]; then
    kill -TERM "$pid"
    await_end "$pid" 60 || die 1 "RabbitMQ (process $pid) did not stop within 60 s; see $log."
  fi
  end_port_mapper
}

case "$verb" in
  start) start ;;
  stop) stop ;;
  kill)
    pid="$(running)"
    [ -z "$pid" ] || kill_tree "$pid"
    end_port_mapper
    ;;
  status)
    pid="$(running)"
    [ -n "$pid" ] || die 3 "No RabbitMQ runs in $folder."
    port="$(cat "$folder/port")"
    report "$pid"
    ;;
  ctl)
    sbin="$(rabbitmq_sbin)" || die 4 "RabbitMQ is not installed. Run: make setup"
    [ -n "$(running)" ] || die 3 "No RabbitMQ runs in $folder."
    port="$(cat "$folder/port")"
    environment
    exec "$sbin/rabbitmqctl" "$@"
    ;;
  *) die 4 "'$verb' is none of start, stop, kill, status, ctl." ;;
esac
