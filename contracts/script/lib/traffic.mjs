/**
 * Makes seeded market activity: swaps, liquidity in and out, price shocks, reorganisations. What happens follows from
 * the seed and from the chain's state alone, never from time: the same seed on the same chain gives the same
 * transactions, however fast they are sent.
 */
import {concatHex, encodeFunctionData, keccak256, maxUint256, toHex} from 'viem';
import {mintable} from '../plan/markets.mjs';
import {devAccount, NodeSigner, send, TransactionFailed} from './chain.mjs';
import {priceOf, spendersOf, stateOf, swapCall} from './pools.mjs';
import {Random} from './random.mjs';
import {roles} from './devchain.mjs';

/** How often what happens. A shock is a swap of a good part of a pool. */
const weights = [[70, 'swap'], [9, 'mint'], [9, 'burn'], [4, 'shock']];
const million = 1_000_000n;
const reorgDepthMax = 4;

export class Traffic {
  /** @param d the Deployment whose pools are traded on. */
  constructor(d, pools, seed) {
    this.d = d;
    this.pools = pools;
    this.random = new Random(seed);
    this.traders = roles.traders.map(n => new NodeSigner(d.chain, devAccount(n).address, 3_000_000n));
    this.fair = new Map();
    this.positions = [];
    this.digest = '0x';
    this.counts = {transactions: 0, reverted: 0, reorgs: 0, gas: 0, ...Object.fromEntries(weights.map(w => [w[1], 0]))};
  }

  /** Gives the traders tokens and the routers their allowances. */
  async fund() {
    const tokens = [...new Set(this.pools.flatMap(p => p.tokens))];
    const spenders = [...new Set(this.pools.flatMap(spendersOf))];
    for (const trader of this.traders) {
      for (const token of tokens) {
        await this.fundToken(trader, token);
        for (const spender of spenders) {
          await this.send(trader, token, 'approve', [this.d.address(spender), maxUint256]);
        }
      }
    }

    // Pairs' shares go back through the routers.
    for (const pool of this.pools.filter(p => p.kind === 'constant-product')) {
      this.d.put(pool.name, pool.address, this.d.at('UniswapV2.WETH-USDC').abi);
      for (const trader of this.traders) {
        await this.send(trader, pool.name, 'approve', [this.d.address(`${pool.venue}Router`), maxUint256]);
      }
    }

    for (const pool of this.pools) {
      this.fair.set(pool.name, priceOf(await stateOf(this.d, pool)));
    }
  }

  async fundToken(trader, token) {
    if (token === 'WETH') {
      await this.send(trader, 'WETH', 'deposit', [], 50_000n * 10n ** 18n);
    } else if (mintable[token] !== undefined) {
      await this.send(trader, token, 'mint', [trader.address, 200_000_000n * 10n ** BigInt(mintable[token].decimals)]);
    }
  }

  /** One thing that happens. Returns its kind. */
  async act() {
    const kind = this.random.weighted(weights);
    const pool = this.random.of(this.pools);
    const trader = this.random.of(this.traders);
    this.counts[kind]++;
    switch (kind) {
      case 'swap': await this.swap(pool, trader, this.random.between(0.0001, 0.01)); break;
      case 'shock': await this.swap(pool, trader, this.random.between(0.03, 0.12)); break;
      case 'mint': await this.mint(pool, trader); break;
      default: await this.burn(pool, trader); break;
    }

    return kind;
  }

  /** Drops the newest blocks with all that was in them, as a chain does when another branch wins. */
  async reorg() {
    const depth = 1 + this.random.below(reorgDepthMax);
    await this.d.chain.request('anvil_reorg', [depth, []]);
    this.counts.reorgs++;
    this.note(toHex(`reorg ${depth}`));
    return depth;
  }

  // More often towards a price that itself wanders, so that pools do not run empty.
  async swap(pool, trader, share) {
    const state = await stateOf(this.d, pool);
    const fair = this.fair.get(pool.name) * Math.exp(this.random.between(-0.004, 0.004));
    this.fair.set(pool.name, fair);
    const isAgainst = this.random.next() < 0.35;
    const [low, high] = this.twoOf(pool);
    const isDear = low === 0 && high === 1 ? priceOf(state) > fair : this.random.next() < 0.5;
    const [tokenIn, tokenOut] = isDear === isAgainst ? [high, low] : [low, high];
    const amountIn = state.balances[tokenIn] * BigInt(Math.round(share * 1e6)) / million;
    // Where liquidity is thin a part of the pool would move the price by magnitudes: a limit stops it at a tenth.
    const limit = state.sqrtPrice && state.sqrtPrice * (tokenIn === 0 ? 95n : 105n) / 100n;
    await this.send(trader, ...swapCall(this.d, pool, tokenIn, tokenOut, amountIn, trader.address, limit));
  }

  twoOf(pool) {
    const low = this.random.below(pool.tokens.length - 1);
    return [low, low + 1 + this.random.below(pool.tokens.length - 1 - low)];
  }

  async mint(pool, trader) {
    const {balances, tick} = await stateOf(this.d, pool);
    const part = BigInt(Math.round(this.random.between(0.001, 0.02) * 1e6));
    const [amount0, amount1] = balances.map(b => b * part / million);
    const [token0, token1] = pool.tokens.map(t => this.d.address(t));
    if (pool.kind === 'constant-product') {
      await this.send(trader, `${pool.venue}Router`, 'addLiquidity', [
        token0, token1, amount0, amount1, 0n, 0n, trader.address, maxUint256]);
    } else if (pool.kind === 'concentrated') {
      const spacing = pool.tickSpacing;
      const centre = (Math.floor(tick / spacing) + this.random.below(21) - 10) * spacing;
      const width = (1 + this.random.below(40)) * spacing;
      const receipt = await this.send(trader, 'UniswapV3PositionManager', 'mint', [{
        token0, token1, fee: pool.feePips, tickLower: centre - width, tickUpper: centre + width,
        amount0Desired: amount0, amount1Desired: amount1, amount0Min: 0n, amount1Min: 0n,
        recipient: trader.address, deadline: maxUint256,
      }]);
      this.rememberPosition(trader, receipt);
    } else {
      await this.swap(pool, trader, 0.001);
    }
  }

  // A position's token is the last topic of the manager's IncreaseLiquidity, which comes last.
  rememberPosition(trader, receipt) {
    const manager = this.d.address('UniswapV3PositionManager');
    const log = receipt?.logs.findLast(l => l.address === manager && l.topics.length === 2);
    if (log !== undefined) {
      this.positions.push({trader, tokenId: BigInt(log.topics[1])});
    }
  }

  async burn(pool, trader) {
    if (pool.kind === 'concentrated' && this.positions.length > 0) {
      await this.burnPosition();
    } else if (pool.kind === 'constant-product') {
      const shares = await this.d.read(pool.name, 'balanceOf', [trader.address]);
      const part = shares * BigInt(200 + this.random.below(800)) / 1000n;
      const [token0, token1] = pool.tokens.map(t => this.d.address(t));
      await this.send(trader, `${pool.venue}Router`, 'removeLiquidity', [
        token0, token1, part, 0n, 0n, trader.address, maxUint256]);
    } else {
      await this.swap(pool, trader, 0.001);
    }
  }

  // A position that a reorganisation took away is forgotten when its turn comes: the transaction reverts.
  async burnPosition() {
    const [{trader, tokenId}] = this.positions.splice(this.random.below(this.positions.length), 1);
    let liquidity = 1n;
    try {
      liquidity = (await this.d.read('UniswapV3PositionManager', 'positions', [tokenId]))[7];
    } catch {
      // It is told by the transaction below.
    }

    await this.send(trader, 'UniswapV3PositionManager', 'decreaseLiquidity', [
      {tokenId, liquidity, amount0Min: 0n, amount1Min: 0n, deadline: maxUint256}]);
    await this.send(trader, 'UniswapV3PositionManager', 'collect', [
      {tokenId, recipient: trader.address, amount0Max: 2n ** 128n - 1n, amount1Max: 2n ** 128n - 1n}]);
  }

  /** Sends, and counts what reverts: that happens on real chains, too. */
  async send(trader, name, functionName, args, value) {
    const contract = this.d.at(name);
    const data = encodeFunctionData({abi: contract.abi, functionName, args});
    this.note(concatHex([trader.address, contract.address, data, toHex(value ?? 0n)]));
    this.counts.transactions++;
    try {
      const receipt = await send(trader, contract, functionName, args, {value});
      this.counts.gas += Number(receipt.gasUsed);
      return receipt;
    } catch (e) {
      if (!(e instanceof TransactionFailed)) {
        throw e;
      }

      this.counts.reverted++;
      this.counts.gas += Number(e.receipt.gasUsed);
      return undefined;
    }
  }

  // One hash over all that was done, in order: what two runs compare.
  note(bytes) {
    this.digest = keccak256(concatHex([this.digest, bytes]));
  }
}

/**
 * Runs traffic: `actions` things at `rate` a second, with reorganisations spread over them.
 * @returns counts, the digest of all transactions, and the pools' prices.
 */
export async function runTraffic(d, pools, options) {
  const {seed, rate, actions, reorgs = 0, onAct = () => {}, isStopped = () => false} = options;
  const traffic = new Traffic(d, pools, seed);
  await traffic.fund();
  const pricesBefore = await pricesOf(d, pools);
  const started = performance.now();
  let done = 0;
  for (; done < actions && !isStopped(); done++) {
    const due = started + done * 1000 / rate;
    const early = due - performance.now();
    if (early > 0) {
      await new Promise(resolve => setTimeout(resolve, early));
    }

    onAct(await traffic.act());
    // The k-th of n stands after k parts of n + 1.
    const parts = n => Math.floor(n * (reorgs + 1) / actions);
    if (parts(done + 1) > parts(done) && done + 1 < actions) {
      onAct(`reorg of ${await traffic.reorg()}`);
    }
  }

  return {
    seed, actions: done, seconds: (performance.now() - started) / 1000, ...traffic.counts, digest: traffic.digest,
    block: await d.chain.blockNumber(), pricesBefore, prices: await pricesOf(d, pools),
  };
}

async function pricesOf(d, pools) {
  const prices = {};
  for (const pool of pools) {
    prices[pool.name] = priceOf(await stateOf(d, pool));
  }

  return prices;
}
