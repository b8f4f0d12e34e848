/**
 * The markets of the dev chain: its tokens and pools, as data. Prices are whole USDC for one whole token; the pools'
 * differ on purpose, so that there is something to find between any two of them.
 */

/** Where a token is not named here (WETH, those of our suite and of the referees), it is deployed elsewhere. */
export const mintable = {
  USDC: {title: 'USD Coin', decimals: 6},
  WBTC: {title: 'Wrapped Bitcoin', decimals: 8},
  DAI: {title: 'Dai Stablecoin', decimals: 18},
};

export const decimals = {WETH: 18, USDC: 6, WBTC: 8, DAI: 18, FLS: 18, qUSD: 18, USDT: 6, sUSD: 18};

/** Depth is in whole units of `base`. Price is in `quote` for one `base`. */
export const pairs = [
  {venue: 'UniswapV2', base: 'WETH', quote: 'USDC', price: 3000, depth: 500},
  {venue: 'UniswapV2', base: 'WBTC', quote: 'WETH', price: 30, depth: 40},
  {venue: 'UniswapV2', base: 'DAI', quote: 'USDC', price: 1.001, depth: 1_000_000},
  {venue: 'PancakeV1', base: 'WETH', quote: 'USDC', price: 3030, depth: 500},
  {venue: 'PancakeV1', base: 'WBTC', quote: 'USDC', price: 90_400, depth: 20},
  {venue: 'FiftyBps', base: 'WETH', quote: 'USDC', price: 2985, depth: 500},
  {venue: 'FiftyBps', base: 'WETH', quote: 'DAI', price: 3010, depth: 200},
];

/** Pairs of our own AMM, which come after the suite. */
export const ownPairs = [
  {venue: 'ActorTrade', base: 'WETH', quote: 'USDC', price: 2970, depth: 500},
  {venue: 'ActorTrade', base: 'WBTC', quote: 'USDC', price: 89_800, depth: 10},
  {venue: 'ActorTrade', base: 'qUSD', quote: 'USDC', price: 1.002, depth: 200_000},
  {venue: 'ActorTrade', base: 'FLS', quote: 'WETH', price: 0.0005, depth: 1_000_000},
];

/**
 * Each range is a position: its share of `depth`, and its width in tick spacings to both sides of the price's tick,
 * moved by `shift` spacings. A width of null is the whole range of ticks.
 */
export const concentrated = [
  {
    base: 'WETH', quote: 'USDC', price: 3012, depth: 400, fee: 500,
    ranges: [{width: null, share: 0.2}, {width: 20, share: 0.3}, {width: 90, share: 0.3},
      {width: 30, shift: 60, share: 0.1}, {width: 30, shift: -60, share: 0.1}],
  },
  {
    base: 'WETH', quote: 'USDC', price: 2992, depth: 300, fee: 3000,
    ranges: [{width: null, share: 0.5}, {width: 8, share: 0.3}, {width: 4, shift: 10, share: 0.1},
      {width: 4, shift: -10, share: 0.1}],
  },
  {
    base: 'WBTC', quote: 'WETH', price: 30.2, depth: 20, fee: 3000,
    ranges: [{width: null, share: 0.6}, {width: 10, share: 0.4}],
  },
  {
    base: 'DAI', quote: 'USDC', price: 0.999, depth: 500_000, fee: 100,
    ranges: [{width: null, share: 0.2}, {width: 200, share: 0.8}],
  },
  {base: 'WETH', quote: 'DAI', price: 3000, depth: 50, fee: 10_000, ranges: [{width: null, share: 1}]},
];

/** Weights and holdings (whole tokens) of the weighted pool; its fee in pips. */
export const weighted = {
  fee: 2500,
  tokens: {
    WETH: {weight: 0.5, amount: 300},
    USDC: {weight: 0.25, amount: 447_000},
    WBTC: {weight: 0.25, amount: 5},
  },
};

/** What the lending pools start with, in whole tokens, and prices for their oracles. */
export const lending = {
  WETH: {supply: 2_000, price: 3_000},
  USDC: {supply: 5_000_000, price: 1},
  WBTC: {supply: 50, price: 90_000},
  DAI: {supply: 3_000_000, price: 1},
};

/** Whole units to base units, exactly as many digits as a double's shortest form has. */
export function units(amount, token) {
  const [whole, fraction = ''] = plain(amount).split('.');
  const places = decimals[token];
  return BigInt(whole + fraction.padEnd(places, '0').slice(0, places));
}

function plain(amount) {
  const text = String(amount);
  return text.includes('e') ? Number(amount).toFixed(18) : text;
}
