#!/usr/bin/env bash
# Runs test projects one after the other and sums what they report.
#   eng/test.sh            every test program under tests/ except benchmarks; a library is no test program
#   eng/test.sh NAME...    these
# The whole output of each is in artifacts/test/NAME.log. The last line printed is the sum:
#   N passed, N failed, N skipped
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

for name in "${projects[@]}"; do
  run_project "$name"
done

say ""
for row in "${rows[@]}"; do
  say "$row"
done
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped" | tee "$logs/summary.txt"
[ "$failed" -eq 0 ]
