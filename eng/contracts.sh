#!/usr/bin/env bash
# Checks the contracts: format, lint, sizes, unit, fuzz and invariant tests, gas, coverage, the model checker's proofs
# and the scripts' own tests. Needs Node 20 or later with npm, and nothing else.
#   eng/contracts.sh test     1,000 runs of a fuzz test, 256 of an invariant, each 64 calls deep
#   eng/contracts.sh prove    ten times as many, and every planted bug
# The output of each step is in artifacts/contracts/. The last line is the sum: N passed, N failed, N skipped

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scope="${1:-test}"
case "$scope" in test) profile=full ;; prove) profile=prove ;; *) die 4 "'$scope' is none of test, prove." ;; esac

lines_least=98    # per cent of src/ that the tests run
branches_least=95 # per cent of its branches

major="$(node --version 2> /dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')"
[ "${major:-0}" -ge 20 ] && command -v npm > /dev/null ||
  die 4 "Node 20 or later with npm is needed; 'node --version' says: $(node --version 2>&1 || true)"

logs="$root/artifacts/contracts"
mkdir -p "$logs"
cd contracts
export PATH="$PWD/node_modules/.bin:$PATH"

passed=0
failed=0
skipped=0
rows=()

# sum NAME PASSED FAILED SKIPPED
sum() {
  passed=$((passed + $2))
  failed=$((failed + $3))
  skipped=$((skipped + $4))
  rows+=("$1: $2 passed, $3 failed, $4 skipped; artifacts/contracts/$1.log")
}

# check NAME COMMAND...: one check, which passes where the command does.
check() {
  local name="$1" log="$logs/$1.log"
  shift
  say "== $name"
  if "$@" > "$log" 2>&1 < /dev/null; then
    sum "$name" 1 0 0
  else
    tail -n 40 "$log" >&2
    sum "$name" 0 1 0
  fi
}

# tests NAME PATTERN COMMAND...: many tests; PATTERN finds the numbers in the last line that matches.
tests() {
  local name="$1" log="$logs/$1.log" code=0 found
  shift
  say "== $name"
  "$@" > "$log" 2>&1 < /dev/null || code=$?
  found="$(counts "$log")"
  # shellcheck disable=SC2086
  set -- $found
  if [ "$#" -ne 3 ] || { [ "$code" -ne 0 ] && [ "$2" -eq 0 ]; } || [ "$1" -eq 0 ]; then
    say "$name ended with exit code $code and no good sum."
    set -- "${1:-0}" 1 0
  fi
  [ "$2" -eq 0 ] || { grep -E '^(\[FAIL|not ok|NOT |DOES )|^✖|FAIL:' "$log" || tail -n 60 "$log"; } >&2
  sum "$name" "$1" "$2" "$3"
}

# counts LOG: passed, failed and skipped as forge, node --test or our own scripts sum them up.
counts() {
  sed -nE \
    -e 's/.*: ([0-9]+) tests passed, ([0-9]+) failed, ([0-9]+) skipped \(.*/\1 \2 \3/p' \
    -e 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$1" | tail -n 1 | grep . ||
    awk '/^(#|ℹ) pass /{p=$3} /^(#|ℹ) fail /{f=$3} /^(#|ℹ) skipped /{s=$3} END{if (p != "") print p, f, s}' "$1"
}

lint() {
  FOUNDRY_OUT=.lint/out FOUNDRY_CACHE_PATH=.lint/cache forge lint src 2>&1 | tee "$logs/forge-lint.txt"
  ! grep -qE '^(warning|error)' "$logs/forge-lint.txt" && solhint --disc --max-warnings 0 'src/**/*.sol'
}

# Coverage runs unoptimised code, so few cases a test, and its gas is not noted; the full profile has run before.
coverage() {
  mkdir -p .coverage
  FORGE_SNAPSHOT_EMIT=false FOUNDRY_FUZZ_RUNS=64 FOUNDRY_INVARIANT_RUNS=8 \
    FOUNDRY_OUT=.coverage/out FOUNDRY_CACHE_PATH=.coverage/cache \
    forge coverage --report lcov --report-file .coverage/lcov.info --no-match-coverage '^(test|script|node_modules)' &&
    node script/coverage.mjs .coverage/lcov.info "$lines_least" "$branches_least"
}

node script/prepare.mjs >&2 || die 1 "The packages of contracts/ could not be made ready."

check format forge fmt --check
check build forge build --quiet
check sizes node script/sizes.mjs --check
FORGE_SNAPSHOT_CHECK=true FOUNDRY_PROFILE="$profile" tests forge forge test
check lint lint
check coverage coverage
tests scripts node --test --test-reporter=tap script/test/
if command -v z3 > /dev/null; then
  tests model node script/smt.mjs
else
  say "== model: skipped, z3 is not installed"
  sum model 0 0 1
fi
[ "$scope" = test ] || FOUNDRY_PROFILE=full tests planted script/planted.sh

say ""
for row in "${rows[@]}"; do say "$row"; done
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
