/**
 * Proves the assertions of test/smt/*.sol for all inputs, by the compiler's model checker with z3.
 *   node script/smt.mjs           every proof
 *   node script/smt.mjs NAME...   those contracts
 * An assertion counts as proved only where the checker says so; "might happen" and a timeout are failures. Z3 names the
 * solver, Z3_TIMEOUT_S how long one question may take. The last line is the sum: N passed, N failed, N skipped.
 */
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {inContracts} from './lib/folders.mjs';

const only = process.argv.slice(2);
const files = fs.readdirSync(inContracts('test/smt')).filter(f => f.endsWith('.sol')).sort();
let passed = 0;
let failed = 0;
for (const file of files) {
  const name = path.basename(file, '.sol');
  if (only.length > 0 && !only.includes(name)) {
    continue;
  }

  const {proved, broken} = prove(`test/smt/${file}`, name);
  passed += proved;
  failed += broken.length;
  console.log(`${name}: ${proved} proved, ${broken.length} not`);
  broken.forEach(message => console.log(message));
}

console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function prove(source, name) {
  const input = {
    language: 'Solidity',
    sources: sourcesFrom(source),
    settings: {
      remappings: ['@openzeppelin/contracts/=node_modules/@openzeppelin/contracts/'],
      evmVersion: 'cancun',
      outputSelection: {[source]: {[name]: ['abi']}},
      modelChecker: {
        contracts: {[source]: [name]},
        // The proofs are of pure functions without loops, one call each: what bounded checking settles.
        engine: 'bmc',
        targets: ['assert'],
        solvers: ['smtlib2'],
        showProvedSafe: true,
        showUnproved: true,
        timeout: 300_000,
      },
    },
  };
  const result = spawnSync(inContracts('bin/solc'), ['--standard-json'], {
    cwd: inContracts(), input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 1 << 28,
    env: {...process.env, Z3_TIMEOUT_S: process.env.Z3_TIMEOUT_S ?? '300'},
  });
  if (result.status !== 0) {
    return {proved: 0, broken: [result.stderr || `solc ended with ${result.status}`]};
  }

  const said = JSON.parse(result.stdout).errors ?? [];
  const broken = said.filter(e => e.severity === 'error' || /might happen|happens here/.test(e.message));
  const proved = said.filter(e => /Assertion violation check is safe/.test(e.message));
  const asserts = input.sources[source].content.match(/\bassert\(/g)?.length ?? 0;
  if (proved.length + broken.length < asserts) {
    broken.push({formattedMessage: `${asserts} assertions, ${proved.length} proved:\n`
      + said.map(e => e.formattedMessage).join('\n')});
  }

  return {proved: proved.length, broken: broken.map(e => e.formattedMessage)};
}

/** The file and all it imports, by their paths from contracts/. */
function sourcesFrom(file, found = {}) {
  if (found[file]) {
    return found;
  }

  const content = fs.readFileSync(inContracts(file.replace(/^@openzeppelin\//, 'node_modules/@openzeppelin/')), 'utf8');
  found[file] = {content};
  for (const [, imported] of content.matchAll(/import[^;]*?"([^"]+)";/g)) {
    sourcesFrom(imported.startsWith('.') ? path.posix.join(path.posix.dirname(file), imported) : imported, found);
  }

  return found;
}
