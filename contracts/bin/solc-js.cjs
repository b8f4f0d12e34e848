'use strict';
// Minimal solc CLI over solc-js: --version and --standard-json are all that forge calls.
const fs = require('fs');
const path = require('path');
const pkgName = process.env.SOLC_JS_PACKAGE || 'solc';           // e.g. solc-0.7.6 (npm alias)
const pkgDir = path.dirname(require.resolve(`${pkgName}/package.json`, { paths: [path.join(__dirname, '..'), process.cwd()] }));
const args = process.argv.slice(2);

function longVersion() {
  // Reading it from soljson.js costs ~1 s of wasm start-up; cache beside the package, keyed by package version.
  const short = JSON.parse(fs.readFileSync(path.join(pkgDir, 'package.json'), 'utf8')).version;
  const cache = path.join(pkgDir, `.longversion-${short}`);
  try { return fs.readFileSync(cache, 'utf8'); } catch { /* first call */ }
  const v = require(pkgDir).version();
  try { fs.writeFileSync(cache, v); } catch { /* read-only install: fine */ }
  return v;
}

if (args.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${longVersion()}\n`);
  process.exit(0);
}
if (!args.includes('--standard-json')) {
  process.stderr.write('only --version and --standard-json are supported by this wrapper\n');
  process.exit(2);
}

// Options forge passes: --base-path P, --include-path P (repeatable), --allow-paths a,b
let basePath = process.cwd();
const includePaths = [];
for (let i = 0; i < args.length; i++) {
  if (args[i] === '--base-path') basePath = args[++i];
  else if (args[i] === '--include-path') includePaths.push(args[++i]);
}
const input = fs.readFileSync(0, 'utf8');
const solc = require(pkgDir);
const { spawnSync } = require('child_process');
const callbacks = {
  // forge inlines every source, so this is only reached for a missing import
  import(p) {
    for (const root of [basePath, ...includePaths]) {
      try { return { contents: fs.readFileSync(path.resolve(root, p), 'utf8') }; } catch { /* next */ }
    }
    return { error: `File not found: ${p}` };
  },
  // Only for settings.modelChecker with solvers ["smtlib2"]: the z3 inside soljson.js needs threads and fails.
  smtSolver(query) {
    const r = spawnSync(process.env.Z3 || 'z3', ['-smt2', '-in', `-T:${process.env.Z3_TIMEOUT_S || 30}`], { input: query, encoding: 'utf8' });
    return r.error ? { error: r.error.message } : { contents: r.stdout };
  },
};
const out = solc.compile(input, callbacks);
// A pipe may take only part of a large write, and may answer EAGAIN: loop until all is out.
const buf = Buffer.from(out);
for (let off = 0; off < buf.length;) {
  try { off += fs.writeSync(1, buf, off); } catch (e) { if (e.code !== 'EAGAIN') throw e; }
}
