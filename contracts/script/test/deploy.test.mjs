/** Deploying on a network that is not ours: rehearsed, resumed wherever it ended, verified, and never sent twice. */
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, beforeEach, describe, test} from 'node:test';
import {privateKeyToAccount} from 'viem/accounts';
import {Chain, devAccount} from '../lib/chain.mjs';
import {readDeployments} from '../lib/deployments.mjs';
import {roles, startDevChain} from '../lib/devchain.mjs';
import {inContracts} from '../lib/folders.mjs';
import {suite} from '../plan/suite.mjs';
import {feeds} from '../plan/feeds.mjs';
import {thirdParty} from '../plan/thirdParty.mjs';

const key = `0x${'5a'.repeat(32)}`;
const deployer = privateKeyToAccount(key).address;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'deploy-'));
const at = name => path.join(folder, name);
/** What is sent: a contract that another one makes is not. */
const steps = suite.filter(item => !item.made);
let network;
let chain;
let anvil;
let empty;

before(async () => {
  const started = await startDevChain({plan: [...thirdParty, ...feeds]});
  anvil = started.anvil;
  chain = new Chain(anvil.url);
  const {config} = JSON.parse(fs.readFileSync(inContracts('script/networks/dev.json'), 'utf8'));
  const brought = [
    'Safe', 'UniswapV2Factory', 'UniswapV3Factory', 'BalancerVault', 'AavePool',
    ...Object.keys(config.markets).flatMap(token => [token, `${token}Feed`]),
  ];
  config.keys = {guardian: devAccount(roles.guardian).address, executor: devAccount(roles.executor).address};
  config.holders = roles.traders.map(n => [devAccount(n).address, config.holding]);
  network = {
    name: 'test', chainId: 31337, config,
    contracts: Object.fromEntries(brought.map(name => [name, started.deployment.address(name)])),
  };
  fs.writeFileSync(at('password'), 'correct horse\n');
  const cast = spawnSync(inContracts('node_modules/.bin/cast'), [
    'wallet', 'import', 'deployer', '--keystore-dir', folder, '--private-key', key,
    '--unsafe-password', 'correct horse',
  ], {encoding: 'utf8'});
  assert.equal(cast.status, 0, cast.stderr);
  await chain.request('anvil_setBalance', [deployer, `0x${(10n ** 20n).toString(16)}`]);
  empty = await chain.request('evm_snapshot');
});

after(async () => {
  await anvil?.stop();
  fs.rmSync(folder, {recursive: true});
});

beforeEach(async () => {
  await chain.request('evm_revert', [empty]);
  empty = await chain.request('evm_snapshot');
  for (const name of ['state.json', 'deployments-test.json']) {
    fs.rmSync(at(name), {force: true});
  }
});

/** Runs deploy.mjs to its end, or until `stopIf(line)` is true of a line: then it is killed. */
function deploy(options, {stopIf = () => false, untilKilled = () => {}, network: file = network} = {}) {
  fs.writeFileSync(at('network.json'), JSON.stringify(file));
  const child = spawn(process.execPath, [
    inContracts('script/deploy.mjs'), '--network', at('network.json'), '--rpc', anvil.url, '--state', at('state.json'),
    ...options,
  ], {stdio: ['ignore', 'pipe', 'pipe'], cwd: folder});
  untilKilled(() => child.kill('SIGKILL'));
  let text = '';
  const take = chunk => {
    text += chunk;
    if (text.split('\n').some(stopIf)) {
      child.kill('SIGKILL');
    }
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise(resolve => child.once('close', code => resolve({code, text})));
}

const execute = ['--keystore', at('deployer'), '--password-file', at('password'), '--execute', '--yes'];

describe('deploy', {timeout: 300_000}, () => {
  test('only rehearses unless it is told to execute, and says what it would do and cost', async () => {
    const {code, text} = await deploy(['--from', deployer]);
    assert.equal(code, 0, text);
    for (const {name} of steps) {
      assert(text.includes(` ${name}(`), `${name} is not in the plan:\n${text}`);
    }

    assert.match(text, /\d+ gas, at most [\d.]+ ether/);
    assert.match(text, /Nothing was sent/);
    assert.equal(await chain.nonce(deployer), 0);
    assert(!fs.existsSync(at('state.json')));
  });

  test('deploys, verifies, and hands everything over', async () => {
    const {code, text} = await deploy(execute);
    assert.equal(code, 0, text);
    assert.equal(await chain.nonce(deployer), steps.length);
    const told = readDeployments(at('deployments-test.json'));
    assert.deepEqual(told.roles.Treasury.DEFAULT_ADMIN_ROLE, ['Timelock']);
    assert.deepEqual(told.roles.Timelock.PROPOSER_ROLE, ['FlareGovernor']);

    const again = await deploy(execute);
    assert.equal(again.code, 0, again.text);
    assert.equal(await chain.nonce(deployer), steps.length, 'a second run sent something');
  });

  test('goes on after it was killed, again and again, and sends nothing twice', async () => {
    let runs = 0;
    for (let code = null; code === null; runs++) {
      let taken = 0;
      const lines = new Set();
      ({code} = await deploy(execute, {
        stopIf: line => {
          if (/^(deployed|called)/.test(line) && !lines.has(line)) {
            lines.add(line);
            taken++;
          }

          return taken >= 5;
        },
      }));
      assert(code === null || code === 0, `exit code ${code}`);
      assert(runs < steps.length);
    }

    assert(runs > 2, `${runs} runs: it was not killed in the middle`);
    assert.equal(await chain.nonce(deployer), steps.length);
  });

  test('finds a transaction that was on its way when it was killed', async () => {
    await chain.request('evm_setAutomine', [false]);
    try {
      let kill;
      const running = deploy(execute, {
        untilKilled: it => {
          kill = it;
        },
      });
      const ended = running.then(({text}) => text);
      let text;
      while (text === undefined && Number((await chain.request('txpool_status')).pending) === 0) {
        text = await Promise.race([ended, new Promise(resolve => setTimeout(resolve, 20))]);
      }

      assert.equal(text, undefined, `it ended before it sent anything: ${text}`);
      kill();
      await running;
    } finally {
      await chain.request('evm_setAutomine', [true]);
      await chain.request('evm_mine', []);
    }

    assert.equal(await chain.nonce(deployer), 1);
    const {code, text} = await deploy(execute);
    assert.equal(code, 0, text);
    assert.equal(await chain.nonce(deployer), steps.length);
  });

  test('does not believe its state file: other code at an address stops it', async () => {
    const first = await deploy(execute, {stopIf: line => /^deployed +FlareToken/.test(line)});
    assert.equal(first.code, null, first.text);
    const state = JSON.parse(fs.readFileSync(at('state.json'), 'utf8'));
    await chain.request('anvil_setCode', [state.items.Treasury.address, '0x00']);
    const {code, text} = await deploy(execute);
    assert.equal(code, 1);
    assert.match(text, /Treasury: other code stands/);
  });

  test('refuses another chain, a missing contract, too few voters, too little money, a wrong password', async () => {
    const refuses = async (options, reason, file = network) => {
      const {code, text} = await deploy(options, {network: file});
      assert.equal(code, 1, text);
      assert.match(text, reason);
    };
    await refuses(execute, /is chain 31337; test is 1\./, {...network, chainId: 1});
    await refuses(execute, /No contract stands at .* names Safe/, {
      ...network, contracts: {...network.contracts, Safe: deployer}});
    await refuses(execute, /config\.holders must have the quorum, 16000000000000000000000000 units/, {
      ...network, config: {...network.config, holders: network.config.holders.slice(0, 1)}});
    await refuses(execute, /one of config\.holders must have 1000000000000000000000000 units/, {
      ...network, config: {
        ...network.config,
        holders: network.config.holders.concat(network.config.holders)
          .flatMap(([account]) => Array(5).fill([account, '600000000000000000000000'])),
      }});
    await refuses(['--from', '0x00000000000000000000000000000000000000aa'], /has not enough/);
    fs.writeFileSync(at('wrong'), 'wrong');
    const wrong = ['--keystore', at('deployer'), '--password-file', at('wrong'), '--execute', '--yes'];
    await refuses(wrong, /does not open/);
    fs.writeFileSync(at('state.json'), JSON.stringify({schema: 1, chainId: 31337, deployer: '0x', items: {}}));
    await refuses(execute, /is of another deployment/);
    assert.equal(await chain.nonce(deployer), 0);
  });

  test('takes no key from the command line or the environment', async () => {
    const source = ['deploy.mjs', 'lib/signers.mjs', 'lib/keystore.mjs', 'lib/realDeployment.mjs']
      .map(name => fs.readFileSync(inContracts('script', name), 'utf8')).join('\n');
    assert.doesNotMatch(source, /process\.env|private-key|mnemonic/i);
    const {code} = await deploy(['--execute', '--from', deployer]);
    assert.equal(code, 2);
  });
});
