/**
 * Sums an lcov file over src/, a row for each file, and fails below the percentages asked for.
 *   node script/coverage.mjs LCOV LINES BRANCHES
 */
import fs from 'node:fs';

const [file, leastLines, leastBranches] = process.argv.slice(2);
const rows = [];
let row;
for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
  const [key, value] = line.split(/:(.*)/);
  if (key === 'SF') {
    row = {file: value, LF: 0, LH: 0, BRF: 0, BRH: 0};
  } else if (row && key in row) {
    row[key] = Number(value);
  } else if (key === 'end_of_record' && row.file.startsWith('src/')) {
    rows.push(row);
  }
}

const sum = key => rows.reduce((total, r) => total + r[key], 0);
const share = (hit, found) => found === 0 ? 100 : 100 * hit / found;
const show = (name, r) =>
  console.log(`${name.padEnd(48)} lines ${share(r.LH, r.LF).toFixed(2).padStart(6)} % of ${String(r.LF).padStart(4)}`
    + `   branches ${share(r.BRH, r.BRF).toFixed(2).padStart(6)} % of ${String(r.BRF).padStart(4)}`);

for (const r of rows.sort((a, b) => a.file.localeCompare(b.file))) {
  show(r.file, r);
}

const all = {LF: sum('LF'), LH: sum('LH'), BRF: sum('BRF'), BRH: sum('BRH')};
show('all', all);
if (rows.length === 0 || share(all.LH, all.LF) < Number(leastLines)
  || share(all.BRH, all.BRF) < Number(leastBranches)) {
  console.error(`At least ${leastLines} % of lines and ${leastBranches} % of branches are asked for.`);
  process.exitCode = 1;
}
