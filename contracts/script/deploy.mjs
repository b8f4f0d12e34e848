#!/usr/bin/env node
/**
 * Deploys our suite on a real network. Without --execute it only rehearses: on a fork of the network, with the same
 * contracts, and prints the plan with gas, costs and what the deployer has.
 *   node script/deploy.mjs --network FILE --rpc URL (--from ADDRESS | --keystore FILE | --ledger --from ADDRESS)
 *     [--password-file FILE] [--hd-path PATH] [--state FILE] [--max-fee-gwei 50] [--execute [--yes]]
 * The network file: {"name", "chainId", "contracts": {"WETH": "0x…", "Safe": "0x…", …}, "config": {…}}; see
 * script/networks/. Keys come from a keystore or a Ledger, never from the environment or the command line. Progress is
 * in the state file (deploy-<name>.json): run the same command again to go on. Exit codes: 0 done, 2 usage, 1
 * anything else.
 */
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline/promises';
import {parseArgs} from 'node:util';
import {formatEther, isAddress} from 'viem';
import {startAnvil} from './lib/anvil.mjs';
import {Chain, NodeSigner} from './lib/chain.mjs';
import {describe, writeJson} from './lib/deployments.mjs';
import {askPassword, openKeystore} from './lib/keystore.mjs';
import {RealDeployment} from './lib/realDeployment.mjs';
import {KeystoreSigner, LedgerSigner} from './lib/signers.mjs';
import {rolesOf, suite, verifyRoles} from './plan/suite.mjs';

const {values} = parseArgs({
  options: {
    network: {type: 'string'}, rpc: {type: 'string'}, from: {type: 'string'}, keystore: {type: 'string'},
    'password-file': {type: 'string'}, ledger: {type: 'boolean', default: false},
    'hd-path': {type: 'string', default: "m/44'/60'/0'/0/0"}, state: {type: 'string'},
    'max-fee-gwei': {type: 'string', default: '50'}, execute: {type: 'boolean', default: false},
    yes: {type: 'boolean', default: false},
  },
});
const say = text => console.log(text);
const usage = text => {
  console.error(text);
  process.exit(2);
};

if (!values.network || !values.rpc) {
  usage('--network and --rpc are needed.');
}

const network = JSON.parse(fs.readFileSync(values.network, 'utf8'));
const stateFile = path.resolve(values.state ?? `deploy-${network.name}.json`);

try {
  const chain = new Chain(values.rpc);
  await checkNetwork(chain);
  const open = await chooseSigner(chain);
  const state = RealDeployment.readState(stateFile, {chainId: network.chainId, deployer: open.address.toLowerCase()});
  const rehearsal = await rehearse(chain, open.address, structuredClone(state));
  await printPlan(chain, open.address, rehearsal);
  if (values.execute) {
    await execute(chain, await open.signer(), state);
  } else {
    say('Nothing was sent. With --execute it is.');
  }
} catch (e) {
  console.error(e.message);
  process.exitCode = 1;
}

async function checkNetwork(chain) {
  const id = await chain.chainId();
  if (id !== network.chainId) {
    throw new Error(`${values.rpc} is chain ${id}; ${network.name} is ${network.chainId}.`);
  }

  for (const [name, address] of Object.entries(network.contracts)) {
    if (!isAddress(address) || await chain.code(address) === '0x') {
      throw new Error(`No contract stands at ${address}, which ${values.network} names ${name}.`);
    }
  }
}

/** Who deploys, and how to get the signer once it is needed: a rehearsal asks for no password. */
async function chooseSigner(chain) {
  if (values.ledger) {
    return {
      address: values.from ?? usage('--ledger needs --from, the address it signs for.'),
      signer: async () => new LedgerSigner(chain, values.from, values['hd-path'], () => fees(chain)),
    };
  }

  if (values.keystore) {
    const password = async () => (values['password-file']
      ? fs.readFileSync(values['password-file'], 'utf8').trimEnd()
      : askPassword(`Password of ${values.keystore}: `));
    let account;
    const opened = async () => (account ??= openKeystore(values.keystore, await password()));
    return {
      address: values.from ?? (await opened()).address,
      signer: async () => new KeystoreSigner(chain, await opened(), network.chainId, () => fees(chain)),
    };
  }

  if (values.execute || !values.from) {
    usage('Give --keystore or --ledger; a rehearsal can do with --from.');
  }

  return {address: values.from};
}

async function fees(chain) {
  const max = BigInt(Math.round(Number(values['max-fee-gwei']) * 1e9));
  const {maxFeePerGas, maxPriorityFeePerGas} = await chain.client.estimateFeesPerGas();
  if (maxFeePerGas > max) {
    throw new Error(`Gas is at ${maxFeePerGas} wei, above --max-fee-gwei ${values['max-fee-gwei']}; run again later.`);
  }

  return {maxFeePerGas, maxPriorityFeePerGas};
}

function deploymentOf(chain, signer, options) {
  const deployment = new RealDeployment(chain, {suite: signer}, network.config, options);
  for (const [name, address] of Object.entries(network.contracts)) {
    deployment.put(name, address, []);
  }

  return deployment;
}

async function rehearse(chain, deployer, state) {
  const fork = await startAnvil({chain: network.chainId, extra: ['--fork-url', chain.url]});
  try {
    const forked = new Chain(fork.url);
    await forked.request('anvil_impersonateAccount', [deployer]);
    await forked.request('anvil_setBalance', [deployer, '0x3635c9adc5dea00000000']);
    const deployment = deploymentOf(forked, new NodeSigner(forked, deployer), {state});
    await deployAndVerify(deployment);
    return deployment;
  } finally {
    await fork.stop();
  }
}

async function deployAndVerify(deployment) {
  await deployment.run(suite);
  await deployment.verify(suite);
  await verifyRoles(deployment);
}

async function printPlan(chain, deployer, rehearsal) {
  const {maxFeePerGas} = await chain.client.estimateFeesPerGas();
  say(`Network ${network.name}, chain ${network.chainId}, block ${await chain.blockNumber()}; deployer ${deployer}.`);
  for (const {name, gas, address} of rehearsal.costs) {
    const item = suite.find(i => i.name === name);
    const args = (await item.args?.(rehearsal) ?? []).map(textOf).join(', ');
    say(`${item.artifact ? 'deploy' : 'call  '} ${name}(${args}) at ${address}: ${gas} gas`);
  }

  const gas = rehearsal.costs.reduce((sum, c) => sum + c.gas, 0n);
  const cost = gas * maxFeePerGas * 11n / 10n;
  const balance = await chain.balance(deployer);
  const count = suite.filter(item => !item.made).length;
  say(`${rehearsal.costs.length} transactions of ${count} are left: ${gas} gas, at most ${formatEther(cost)} ether at`
    + ` ${maxFeePerGas} wei; the deployer has ${formatEther(balance)}.`);
  if (balance < cost) {
    throw new Error('The deployer has not enough.');
  }
}

function textOf(value) {
  return JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v));
}

async function execute(chain, signer, state) {
  await confirm();
  const deployment = deploymentOf(chain, signer, {stateFile, state, say});
  await deployAndVerify(deployment);
  deployment.facts.roles = rolesOf(deployment);
  const file = path.join(path.dirname(stateFile), `deployments-${network.name}.json`);
  writeJson(file, await describe(deployment));
  say(`All ${suite.length} steps stand and are verified. Deployments: ${file}`);
}

async function confirm() {
  if (values.yes) {
    return;
  }

  const terminal = readline.createInterface({input: process.stdin, output: process.stderr});
  const answer = await terminal.question(`Type ${network.name} to deploy: `);
  terminal.close();
  if (answer !== network.name) {
    throw new Error('Not confirmed; nothing was sent.');
  }
}
