#!/usr/bin/env node
/**
 * Starts a chain on loopback with real protocols, our suite and markets on it, and keeps it until Ctrl-C.
 *   node script/devchain.mjs [--port 8545] [--out deployments.json]
 * Port 0 takes a free one. With --rpc URL it deploys on an anvil that runs already and ends; with --check it starts and
 * stops one. With --referees the pools come too that our curves are compared with.
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
    rpc: {type: 'string'},
    referees: {type: 'boolean', default: false},
    check: {type: 'boolean', default: false},
  },
});
const say = text => console.log(text);
const seconds = (from, to) => ((to - from) / 1000).toFixed(1);

const started = performance.now();
installPackages(say);
const installed = performance.now();
const {compileVendored} = await import('./lib/vendor.mjs');
compileVendored(say, {withReferees: values.referees});
compileOwn(say);
const compiled = performance.now();

const {deployDevChain, devPlan, refereePlan} = await import('./lib/devchain.mjs');
const {startAnvil} = await import('./lib/anvil.mjs');
const anvil = values.rpc ? undefined : await startAnvil({port: Number(values.port)});
const url = values.rpc ?? anvil.url;
const {deployments} = await deployDevChain(url, values.referees ? [...devPlan, ...refereePlan] : devPlan);
const {writeJson} = await import('./lib/deployments.mjs');
const file = path.resolve(values.out);
writeJson(file, {...deployments, rpc: url});
const {contracts, pools, block} = deployments;
say(`${Object.keys(contracts).length} contracts and ${pools.length} pools stand at block ${block}.`);
say(`Packages ${seconds(started, installed)} s, compilation ${seconds(installed, compiled)} s, chain ${
  seconds(compiled, performance.now())} s.`);
say(`Deployments: ${file}`);
if (anvil) {
  say(`Listening on ${anvil.url}`);
  await keep();
}

async function keep() {
  let isStopping = false;
  const stop = () => {
    isStopping = true;
    return anvil.stop();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (values.check) {
    await stop();
  }

  const code = await anvil.ended;
  fs.rmSync(file, {force: true});
  say(isStopping ? 'Stopped.' : `anvil ended with ${code}.`);
  process.exitCode = isStopping ? 0 : 1;
}
