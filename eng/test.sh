#!/usr/bin/env bash
# Runs test projects one after the other and sums what they report.
#   eng/test.sh            every test program under tests/ except benchmarks; a library is no test program; and contracts
#   eng/test.sh NAME...    these; "contracts" is what eng/contracts.sh test does
# The whole output of each is in artifacts/test/NAME.log. The last line printed is the sum:
#   N passed, N failed, N skipped
# and before it the tests that failed, each with the first lines of why; both are in artifacts/test/summary.txt.
# A program that crashes, hangs or runs no test counts as one failed.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

limit="${ACTORTRADE_TEST_TIMEOUT:-40m}" # for one project; see timeout(1)
logs=artifacts/test
mkdir -p "$logs"

passed=0
failed=0
skipped=0
rows=()

projects=("$@")
if [ "${#projects[@]}" -eq 0 ]; then
  for project in tests/*/*.csproj; do
    grep --quiet '<OutputType>Exe</OutputType>' "$project" || continue
    name="$(basename "$project" .csproj)"
    case "$name" in *.Benchmarks) ;; *) projects+=("$name") ;; esac
  done
  projects+=(contracts)
fi

# number LINE LABEL: the number after "LABEL: " in a summary line, 0 where there is none.
number() {
  local n
  n="$(printf '%s' "$1" | sed -n "s/.*$2: \([0-9][0-9]*\).*/\1/p")"
  printf '%s' "${n:-0}"
}

run_project() {
  local name="$1" log="$logs/$1.log" code=0 note="" summary total bad skip
  local program
  program="$(test_program "$name")"
  say "== $name"
  if [ ! -x "$program" ]; then
    say "$program is not built."
    failed=$((failed + 1))
    rows+=("$name: not built")
    return
  fi

  timeout --kill-after=10s "$limit" "$program" -noColor -noLogo -noAutoReporters < /dev/null 2>&1 | tee "$log" || code=$?
  summary="$(grep -E "^ *${name//./\\.} +Total: [0-9]+" "$log" | tail -n 1 || true)"
  total="$(number "$summary" Total)"
  bad=$(($(number "$summary" Failed) + $(number "$summary" Errors)))
  skip=$(($(number "$summary" Skipped) + $(number "$summary" 'Not Run')))

  if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
    note=" (ended after $limit)"
  elif [ -z "$summary" ]; then
    note=" (no summary; exit code $code)"
  elif [ "$total" -eq 0 ]; then
    note=" (ran no test)"
  elif [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
    note=" (exit code $code)"
  fi

  local good=$((total - $(number "$summary" Failed) - skip))
  [ -z "$note" ] || bad=$((bad + 1))
  passed=$((passed + good))
  failed=$((failed + bad))
  skipped=$((skipped + skip))
  rows+=("$name: $good passed, $bad failed, $skip skipped$note; $log")
}

# The contracts have tools of their own, which need Node; without it they are one skipped test that says so.
run_contracts() {
  local log="$logs/contracts.log" code=0 sum
  timeout --kill-after=10s "$limit" eng/contracts.sh test < /dev/null 2>&1 | tee "$log" || code=$?
  sum="$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1 || true)"
  if [ "$code" -eq 4 ] && [ -z "$sum" ]; then
    skipped=$((skipped + 1))
    rows+=("contracts: skipped; $log")
    return
  fi
  local good bad=1 skip=0
  good="$(printf '%s' "$sum" | sed -n 's/^\([0-9]*\) passed.*/\1/p')"
  if [ -n "$sum" ]; then
    bad="$(printf '%s' "$sum" | sed -n 's/.*, \([0-9]*\) failed.*/\1/p')"
    skip="$(printf '%s' "$sum" | sed -n 's/.*, \([0-9]*\) skipped.*/\1/p')"
    [ "$code" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  fi
  passed=$((passed + ${good:-0}))
  failed=$((failed + bad))
  skipped=$((skipped + skip))
  rows+=("contracts: ${good:-0} passed, $bad failed, $skip skipped; $log")
}

# failures LOG: each test that failed, with the first four lines of why it did; forge's as forge tells them.
failures() {
  awk '/ \[FAIL\]$/ { left = 5 } left > 0 { print; left-- } /^\[FAIL/ || /^not ok / { print }' "$1" | cut -c 1-300
}

for name in "${projects[@]}"; do
  if [ "$name" = contracts ]; then run_contracts; else run_project "$name"; fi
done

say ""
for row in "${rows[@]}"; do
  say "$row"
done
{
  if [ "$failed" -gt 0 ]; then
    for name in "${projects[@]}"; do
      [ ! -f "$logs/$name.log" ] || failures "$logs/$name.log"
    done
  fi
  printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
} | tee "$logs/summary.txt"
[ "$failed" -eq 0 ]
