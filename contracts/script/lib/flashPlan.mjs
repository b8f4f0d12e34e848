/** Packs plans for FlashArbitrage; the layout is that of src/arbitrage/IFlashArbitrage.sol. */
import {concatHex, padHex, toHex, zeroAddress} from 'viem';

/** IFlashArbitrage.Venue. */
export const venue = {none: 0, v2Pair: 1, v3Pool: 2, curveInt128: 3, balancerVault: 5, balancerPool: 6, aavePool: 7};

const uint = (value, size) => padHex(toHex(value), {size});

/**
 * @param loan {funding, lendsToken1, lender, token, amount, minProfit, deadline, firstBlock, lastBlock, lenderFeePips}
 * @param hops before the repayment, and those behind it: {venue, pool, tokenOut, feePips | poolId | indexes}
 */
export function flashPlan(loan, hops, hopsBehind = []) {
  return concatHex([
    uint(loan.funding ?? venue.none, 1), uint(loan.lendsToken1 ? 1 : 0, 1), loan.lender ?? zeroAddress, loan.token,
    uint(loan.amount, 16), uint(loan.minProfit ?? 0n, 16), uint(loan.deadline ?? 2n ** 40n - 1n, 5),
    uint(loan.firstBlock ?? 0n, 5), uint(loan.lastBlock ?? 2n ** 40n - 1n, 5), uint(loan.lenderFeePips ?? 0, 3),
    uint(hops.length, 1), ...[...hops, ...hopsBehind].map(hop),
  ]);
}

const hop = ({venue: kind, pool, tokenOut, feePips, poolId, indexes}) => concatHex([
  uint(kind, 1), pool, tokenOut,
  ...(kind === venue.v2Pair ? [uint(feePips, 3)] : []),
  ...(kind === venue.balancerVault ? [poolId] : []),
  ...(kind === venue.curveInt128 ? indexes.map(i => uint(i, 1)) : []),
]);

/** The hop of a plan that buys a token in a pool of deployments.json; Curve's pools ask for what. */
export function hopIn(d, pool, tokenOut, tokenIn) {
  const common = {pool: pool.address, tokenOut: d.address(tokenOut)};
  switch (pool.kind) {
    case 'constant-product': return {...common, venue: venue.v2Pair, feePips: pool.feePips};
    case 'concentrated': return {...common, venue: venue.v3Pool};
    case 'stableswap-classic':
      return {...common, venue: venue.curveInt128, indexes: [tokenIn, tokenOut].map(t => pool.tokens.indexOf(t))};
    case 'balancer-weighted':
    case 'balancer-stable':
      return {...common, venue: venue.balancerVault, pool: d.address('BalancerVault'), poolId: pool.poolId};
    default: throw new Error(`FlashArbitrage does not trade with ${pool.kind}.`);
  }
}
