/** The pools that our curves are compared with, as data. Fees are in pips, amounts in whole tokens. */

/** Dollars that the dev chain does without. */
export const dollars = {
  USDT: {title: 'Tether USD', decimals: 6},
  sUSD: {title: 'Synth sUSD', decimals: 18},
};

/**
 * Balancer's pools: `version` is the curve's powVersion or invariantVersion, `factory` is below
 * @balancer-labs/v2-deployments' tasks. A rate, in 1e-18, is what a token is worth. Pools of the first generation have
 * no rates and do not tell how they scale their tokens.
 */
export const weightedPools = [
  {
    name: 'BalancerWeighted2021', version: 1, fee: 3000, tellsRates: false,
    factory: 'deprecated/20210418-weighted-pool/artifact/WeightedPoolFactory',
    tokens: {
      WETH: {weight: 0.4, amount: 300}, USDC: {weight: 0.3, amount: 675_000}, WBTC: {weight: 0.2, amount: 5},
      DAI: {weight: 0.1, amount: 225_000},
    },
  },
  {
    // The weights' ratios are 1, 2 and 4: the powers that this generation multiplies out.
    name: 'BalancerWeighted2023', version: 2, fee: 500, tellsRates: true,
    factory: '20230206-weighted-pool-v3/artifact/WeightedPoolFactory',
    tokens: {
      WETH: {weight: 0.5, amount: 300}, USDC: {weight: 0.25, amount: 450_000}, WBTC: {weight: 0.125, amount: 2.5},
      DAI: {weight: 0.125, amount: 225_000},
    },
  },
  {
    name: 'BalancerWeighted2022', version: 2, fee: 1000, tellsRates: true,
    factory: '20220908-weighted-pool-v2/artifact/WeightedPoolFactory',
    tokens: {WETH: {weight: 0.8, amount: 300}, DAI: {weight: 0.2, amount: 225_000}},
  },
].map(p => ({...p, kind: 'balancer-weighted'}));

export const stablePools = [
  {
    name: 'BalancerStable2021', version: 1, fee: 400, amplification: 200n, tellsRates: false,
    factory: 'deprecated/20210624-stable-pool/artifact/StablePoolFactory',
    tokens: {DAI: {amount: 3_000_000}, USDC: {amount: 2_000_000}, WBTC: {amount: 2_500_000}},
  },
  {
    name: 'BalancerMeta2021', version: 1, fee: 400, amplification: 50n, tellsRates: true,
    factory: 'deprecated/20210727-meta-stable-pool/artifact/MetaStablePoolFactory',
    tokens: {DAI: {amount: 1_000_000, rate: 1_083_712_345_678_901_234n}, USDC: {amount: 1_100_000}},
  },
  {
    name: 'BalancerPhantom2021', version: 1, fee: 100, amplification: 570n, tellsRates: true,
    factory: 'deprecated/20211208-stable-phantom-pool/artifact/StablePhantomPoolFactory',
    tokens: {
      DAI: {amount: 2_000_000, rate: 1_004_711_234_567_891_234n}, USDC: {amount: 3_000_000},
      WBTC: {amount: 1_000_000},
    },
  },
  {
    name: 'BalancerStable2022', version: 2, fee: 400, amplification: 200n, tellsRates: true,
    factory: '20220609-stable-pool-v2/artifact/StablePoolFactory',
    tokens: {DAI: {amount: 3_000_000}, USDC: {amount: 2_000_000}, WBTC: {amount: 2_500_000}},
  },
  {
    name: 'BalancerComposable2022', version: 2, fee: 100, amplification: 570n, tellsRates: true,
    factory: 'deprecated/20220906-composable-stable-pool/artifact/ComposableStablePoolFactory',
    tokens: {
      DAI: {amount: 2_000_000, rate: 1_004_711_234_567_891_234n}, USDC: {amount: 3_000_000},
      WBTC: {amount: 1_000_000},
    },
  },
  {
    name: 'BalancerComposable2023', version: 2, fee: 400, amplification: 2_000n, tellsRates: true,
    factory: '20230206-composable-stable-pool-v3/artifact/ComposableStablePoolFactory',
    tokens: {
      DAI: {amount: 2_000_000, rate: 1_015_123_456_789_123_456n}, USDC: {amount: 3_000_000},
      WBTC: {amount: 1_000_000}, USDT: {amount: 2_200_000},
    },
  },
].map(p => ({...p, kind: 'balancer-stable'}));

/** Aerodrome's pairs; `fee` in hundredths of a percent. A stable pair begins with as much of both. */
export const volatileAndStable = [
  {base: 'DAI', quote: 'USDC', stable: true, fee: 5, amounts: {DAI: 1_000_000, USDC: 1_000_000}},
  {base: 'WBTC', quote: 'USDC', stable: true, fee: 30, amounts: {WBTC: 250_000, USDC: 250_000}},
  {base: 'WETH', quote: 'USDC', stable: false, fee: 30, amounts: {WETH: 500, USDC: 1_500_000}},
  {base: 'WBTC', quote: 'WETH', stable: false, fee: 100, amounts: {WBTC: 40, WETH: 1_200}},
];

/** Curve's sUSD pool; `adminFee` is the administrator's part of the fee in pips. */
export const susd = {
  tokens: ['DAI', 'USDC', 'USDT', 'sUSD'], amounts: [1_000_000, 1_200_000, 900_000, 2_500_000], amplification: 256n,
  fee: 400, adminFee: 500_000,
};
