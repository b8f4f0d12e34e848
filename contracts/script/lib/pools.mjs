/**
 * The pools of a deployment as traders see them: what they hold, their price, and how one swaps there. `d` is a
 * Deployment; a pool is an entry of deployments.json.
 */
import {maxUint256} from 'viem';
import {npm} from './artifacts.mjs';

const v3pool = () => npm('@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json').abi;
const Q96 = 2n ** 96n;

/** What the pool has of each token near its price (virtual, where liquidity is concentrated), and its weights. */
export async function stateOf(d, pool) {
  if (pool.kind === 'concentrated') {
    const contract = {address: pool.address, abi: v3pool()};
    const [[sqrtPrice, tick], liquidity] = await Promise.all(
      [d.chain.read(contract, 'slot0'), d.chain.read(contract, 'liquidity')]);
    return {balances: [(liquidity * Q96) / sqrtPrice, (liquidity * sqrtPrice) / Q96], weights: [1, 1], tick, sqrtPrice};
  }

  if (pool.kind === 'balancer-weighted') {
    const [, balances] = await d.read('BalancerVault', 'getPoolTokens', [pool.poolId]);
    return {balances, weights: pool.weights};
  }

  const {abi} = d.at('UniswapV2.WETH-USDC');
  const [reserve0, reserve1] = await d.chain.read({address: pool.address, abi}, 'getReserves');
  return {balances: [reserve0, reserve1], weights: [1, 1]};
}

/** Base units of token 1 for one of token 0, without fee. For choices, never for money. */
export const priceOf = ({balances, weights, sqrtPrice}) => (sqrtPrice === undefined
  ? (Number(balances[1]) / weights[1]) / (Number(balances[0]) / weights[0])
  : (Number(sqrtPrice) / 2 ** 96) ** 2);

/** Where a pool's tokens are taken from when somebody swaps or adds there. */
export const spendersOf = pool => ({
  'constant-product': [`${pool.venue}Router`],
  concentrated: ['UniswapV3Router', 'UniswapV3PositionManager'],
  'balancer-weighted': ['BalancerVault'],
})[pool.kind];

/**
 * The call that swaps an exact input, as [contract, function, arguments].
 * @param sqrtPriceLimitX96 where a concentrated pool stops; others take all.
 */
export function swapCall(d, pool, tokenIn, tokenOut, amountIn, trader, sqrtPriceLimitX96 = 0n) {
  const [addressIn, addressOut] = [d.address(pool.tokens[tokenIn]), d.address(pool.tokens[tokenOut])];
  if (pool.kind === 'concentrated') {
    return ['UniswapV3Router', 'exactInputSingle', [{
      tokenIn: addressIn, tokenOut: addressOut, fee: pool.feePips, recipient: trader, deadline: maxUint256, amountIn,
      amountOutMinimum: 0n, sqrtPriceLimitX96,
    }]];
  }

  if (pool.kind === 'balancer-weighted') {
    const swap = {
      poolId: pool.poolId, kind: 0, assetIn: addressIn, assetOut: addressOut, amount: amountIn, userData: '0x',
    };
    const funds = {sender: trader, fromInternalBalance: false, recipient: trader, toInternalBalance: false};
    return ['BalancerVault', 'swap', [swap, funds, 0n, maxUint256]];
  }

  return [`${pool.venue}Router`, 'swapExactTokensForTokens', [
    amountIn, 0n, [addressIn, addressOut], trader, maxUint256]];
}
