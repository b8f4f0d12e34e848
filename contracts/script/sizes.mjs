/**
 * The sizes of our deployed contracts, in bytes, against snapshots/sizes.json.
 *   node script/sizes.mjs            writes the file
 *   node script/sizes.mjs --check    fails where it is out of date, or a contract is over EIP-170's limit
 * Reads what forge has built.
 */
import fs from 'node:fs';
import path from 'node:path';
import {inContracts} from './lib/folders.mjs';

const LIMIT = 24_576;
/** What is left of a library whose functions are all compiled into their callers. */
const EMPTY = 31;
const file = inContracts('snapshots/sizes.json');

/** Every contract of src/ that has code, by name. */
function sizes() {
  const found = {};
  for (const source of fs.readdirSync(inContracts('src'), {recursive: true}).filter(f => f.endsWith('.sol'))) {
    const folder = inContracts('out', path.basename(source));
    for (const artifact of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
      const {deployedBytecode, metadata, rawMetadata} = JSON.parse(fs.readFileSync(path.join(folder, artifact)));
      const target = Object.keys((metadata ?? JSON.parse(rawMetadata ?? '{}'))?.settings?.compilationTarget ?? {})[0];
      const size = (deployedBytecode?.object?.length ?? 2) / 2 - 1;
      if (size > EMPTY && (target ?? `src/${source}`) === `src/${source}`) {
        found[path.basename(artifact, '.json')] = size;
      }
    }
  }

  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => a.localeCompare(b)));
}

const now = sizes();
const tooLarge = Object.entries(now).filter(([, size]) => size > LIMIT);
for (const [name, size] of tooLarge) {
  console.error(`${name} has ${size} bytes; a chain takes ${LIMIT}.`);
}

if (process.argv.includes('--check')) {
  const kept = JSON.parse(fs.readFileSync(file));
  for (const name of new Set([...Object.keys(kept), ...Object.keys(now)])) {
    if (kept[name] !== now[name]) {
      console.error(`${name}: ${now[name] ?? 'not built'}; snapshots/sizes.json says ${kept[name] ?? 'nothing'}.`);
      process.exitCode = 1;
    }
  }

  if (process.exitCode) {
    console.error('Write it anew, and look at the difference: node script/sizes.mjs');
  }
} else {
  fs.writeFileSync(file, JSON.stringify(now, null, 2) + '\n');
}

if (tooLarge.length > 0) {
  process.exitCode = 1;
}
