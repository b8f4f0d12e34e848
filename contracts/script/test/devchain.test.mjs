/** The dev chain: the same each time, and every protocol on it works as its own code says. */
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import {after, before, describe, test} from 'node:test';
import {concatHex, encodeFunctionData, maxUint256, parseEventLogs, zeroAddress} from 'viem';
import {npm} from '../lib/artifacts.mjs';
import {Chain, deploy, devAccount, NodeSigner, send} from '../lib/chain.mjs';
import {inContracts} from '../lib/folders.mjs';
import {roles, startDevChain} from '../lib/devchain.mjs';
import {pairs, units} from '../plan/markets.mjs';

const chains = [];
const start = async () => {
  const chain = await startDevChain();
  chains.push(chain);
  return chain;
};
after(() => Promise.all(chains.map(c => c.anvil.stop())));

test('a chain has the same addresses and blocks each time', async () => {
  const [first, second] = [await start(), await start()];
  assert.deepEqual(first.deployments, second.deployments);
  assert.equal(first.deployments.chainId, 31337);
  for (const [name, {address}] of Object.entries(first.deployments.contracts)) {
    assert.notEqual(await first.deployment.chain.code(address), '0x', `${name} has no code`);
  }
});

test('stopping ends the process', async () => {
  const {anvil} = await startDevChain({plan: []});
  await anvil.stop();
  await assert.rejects(async () => process.kill(anvil.pid, 0), {code: 'ESRCH'});
});

test('a long life fills no disk: the states of old blocks are forgotten, not written to the home folder', async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'devchain-home-'));
  const usual = process.env.HOME;
  process.env.HOME = home;
  try {
    const {anvil, deployment} = await startDevChain({plan: []}).finally(() => (process.env.HOME = usual));
    try {
      const {chain} = deployment;
      await chain.request('anvil_mine', ['0x3e8', '0x1']);
      const balance = block => chain.request('eth_getBalance', [devAccount(0).address, block]);
      await balance('0x3e0');
      await assert.rejects(balance('0x10'), /BlockOutOfRange/);
      assert.deepEqual(fs.readdirSync(home), []);
    } finally {
      await anvil.stop();
    }
  } finally {
    fs.rmSync(home, {recursive: true});
  }
});

test('the command says where it listens, tells its deployments, and Ctrl-C ends it and them', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'devchain-'));
  const file = path.join(folder, 'deployments.json');
  const child = spawn(
    process.execPath, [inContracts('script/devchain.mjs'), '--port', '0', '--out', file],
    {stdio: ['ignore', 'pipe', 'inherit']});
  try {
    const ended = once(child, 'exit');
    let url;
    for await (const line of readline.createInterface({input: child.stdout})) {
      url = /^Listening on (.+)$/.exec(line)?.[1] ?? url;
      if (url && fs.existsSync(file)) {
        assert.equal(JSON.parse(fs.readFileSync(file)).rpc, url);
        assert.equal(await new Chain(url).chainId(), 31337);
        child.kill('SIGINT');
        break;
      }
    }

    assert.deepEqual(await ended, [0, null]);
    assert(!fs.existsSync(file));
    await assert.rejects(new Chain(url).chainId());
  } finally {
    child.kill('SIGKILL');
    fs.rmSync(folder, {recursive: true});
  }
});

describe('protocols', () => {
  let d;
  let trader;
  before(async () => {
    d = (await start()).deployment;
    trader = new NodeSigner(d.chain, devAccount(roles.traders[0]).address);
    await send(trader, d.at('WETH'), 'deposit', [], {value: 100n * 10n ** 18n});
  });
  const balance = token => d.read(token, 'balanceOf', [trader.address]);
  const gained = async (token, action) => {
    const held = await balance(token);
    await action();
    return await balance(token) - held;
  };

  for (const {venue, base, quote, price} of pairs.filter(p => p.base === 'WETH')) {
    test(`${venue} swaps ${base} for ${quote} as its router says, and not for one more`, async () => {
      const path = [d.address(base), d.address(quote)];
      const one = units(1, base);
      const [, told] = await d.read(`${venue}Router`, 'getAmountsOut', [one, path]);
      const inUnits = Number(told) / Number(units(1, quote));
      assert(inUnits < price && inUnits > price * 0.98, `${inUnits} for one at ${price}`);
      const pair = d.at(`${venue}.${base}-${quote}`);
      const isZeroIn = d.address(base) < d.address(quote);
      const swap = amount => send(
        trader, pair, 'swap', isZeroIn ? [0n, amount, trader.address, '0x'] : [amount, 0n, trader.address, '0x']);
      await send(trader, d.at(base), 'transfer', [pair.address, one]);
      await assert.rejects(swap(told + 1n), /K/);
      assert.equal(await gained(quote, () => swap(told)), told);
    });
  }

  test('Uniswap V3 swaps as its quoter says', async () => {
    await send(trader, d.at('WETH'), 'approve', [d.address('UniswapV3Router'), maxUint256]);
    for (const fee of [500, 3000]) {
      const [tokenIn, tokenOut] = [d.address('WETH'), d.address('USDC')];
      const amountIn = units(7, 'WETH');
      const [told] = await d.chain.simulate(
        d.at('UniswapV3Quoter'), 'quoteExactInputSingle', [{tokenIn, tokenOut, amountIn, fee, sqrtPriceLimitX96: 0n}]);
      const got = await gained('USDC', () => send(trader, d.at('UniswapV3Router'), 'exactInputSingle', [{
        tokenIn, tokenOut, fee, recipient: trader.address, deadline: maxUint256, amountIn, amountOutMinimum: told,
        sqrtPriceLimitX96: 0n,
      }]));
      assert.equal(got, told);
    }
  });

  test('the Safe pays with two signatures in the order of its owners, and not with one', async () => {
    await send(trader, d.at('WETH'), 'transfer', [d.address('Safe'), 1000n]);
    const data = encodeFunctionData({abi: d.at('WETH').abi, functionName: 'transfer', args: [trader.address, 1000n]});
    const what = [d.address('WETH'), 0n, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress];
    const hash = await d.read('Safe', 'getTransactionHash', [...what, await d.read('Safe', 'nonce')]);
    const owners = roles.safeOwners.slice(0, 2).map(devAccount)
      .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    const signatures = await Promise.all(owners.map(owner => owner.sign({hash})));
    await assert.rejects(send(trader, d.at('Safe'), 'execTransaction', [...what, signatures[0]]), /GS020/);
    const paid = await gained('WETH', () =>
      send(trader, d.at('Safe'), 'execTransaction', [...what, concatHex(signatures)]));
    assert.equal(paid, 1000n);
  });

  test('Aave V3 lends for a block at 5 bps', async () => {
    const mocks = '@aave/core-v3/artifacts/contracts/mocks/flashloan';
    const artifact = npm(`${mocks}/MockSimpleFlashLoanReceiver.sol/MockFlashLoanSimpleReceiver.json`);
    const made = await deploy(trader, artifact, [d.address('AaveAddressesProvider')]);
    const amount = units(100_000, 'USDC');
    const receipt = await send(
      trader, d.at('AavePool'), 'flashLoanSimple', [made.contractAddress, d.address('USDC'), amount, '0x', 0]);
    const [loan] = parseEventLogs({abi: d.at('AavePool').abi, logs: receipt.logs, eventName: 'FlashLoan'});
    assert.equal(loan.args.premium, amount * 5n / 10_000n);
  });

  test('Balancer V2 swaps as its vault says', async () => {
    await send(trader, d.at('WETH'), 'approve', [d.address('BalancerVault'), maxUint256]);
    const poolId = await d.read('BalancerWeightedPool', 'getPoolId');
    const one = units(1, 'WETH');
    const funds = [trader.address, false, trader.address, false];
    const [sender, fromInternalBalance, recipient, toInternalBalance] = funds;
    const fundsArgument = {sender, fromInternalBalance, recipient, toInternalBalance};
    const deltas = await d.chain.simulate(d.at('BalancerVault'), 'queryBatchSwap', [
      0, [{poolId, assetInIndex: 0n, assetOutIndex: 1n, amount: one, userData: '0x'}],
      [d.address('WETH'), d.address('USDC')], fundsArgument]);
    const swap = {
      poolId, kind: 0, assetIn: d.address('WETH'), assetOut: d.address('USDC'), amount: one, userData: '0x',
    };
    const got = await gained('USDC', () =>
      send(trader, d.at('BalancerVault'), 'swap', [swap, fundsArgument, -deltas[1], maxUint256]));
    assert.equal(got, -deltas[1]);
    assert(got > units(2940, 'USDC') && got < units(2980, 'USDC'), `${got}`);
  });
});
