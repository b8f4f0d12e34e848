#!/usr/bin/env node
/**
 * Starts a chain on loopback with real protocols, our suite and markets on it, and keeps it until Ctrl-C.
 *   node script/devchain.mjs [--port 8545] [--out deployments.json] [--check]
 * Port 0 takes a free one. With --check it stops once everything stands.
 */
import fs from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {inContracts} from './lib/folders.mjs';
import {compileOwn, installPackages} from './lib/toolchain.mjs';

const {values} = parseArgs({
  options: {
    port: {type: 'string', default: '8545'},
    out: {type: 'string', default: inContracts('deployments.json')},
    check: {type: 'boolean', default: false},
  },
});
const say = text => console.log(text);
const seconds = since => ((performance.now() - since) / 1000).toFixed(1);

const started = performance.now();
installPackages(say);
const installed = performance.now();
const {compileVendored} = await import('./lib/vendor.mjs');
compileVendored(say);
compileOwn(say);
const compiled = performance.now();

const {startDevChain} = await import('./lib/devchain.mjs');
const chain = await startDevChain({port: Number(values.port)});
const {writeJson} = await import('./lib/deployments.mjs');
const file = path.resolve(values.out);
writeJson(file, {...chain.deployments, rpc: chain.anvil.url});
const {contracts, pools, block} = chain.deployments;
say(`${Object.keys(contracts).length} contracts and ${pools.length} pools stand at block ${block}.`);
say(`Packages ${((installed - started) / 1000).toFixed(1)} s, compilation ${
  ((compiled - installed) / 1000).toFixed(1)} s, chain ${seconds(compiled)} s.`);
say(`Deployments: ${file}`);
say(`Listening on ${chain.anvil.url}`);

let isStopping = false;
const stop = async () => {
  if (!isStopping) {
    isStopping = true;
    await chain.anvil.stop();
    fs.rmSync(file, {force: true});
    say('Stopped.');
  }
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
if (values.check) {
  await chain.anvil.stop();
  say('Stopped.');
} else {
  const code = await chain.anvil.ended;
  if (!isStopping) {
    console.error(`anvil ended with ${code}.`);
    process.exitCode = 1;
  }
}
