/** What the dev chain does with our suite before it is handed over: money for traders, pools to trade with. */
import assert from 'node:assert/strict';
import {maxUint256} from 'viem';
import {call} from '../lib/deployment.mjs';
import {concentrated, ownPairs, pairs, units} from './markets.mjs';
import {operation} from './suite.mjs';

/** FLS by its symbol; the market maker and the traders are its first holders. */
const operations = [
  {
    name: 'FLS',
    run: async d => {
      const {address, abi, block} = d.at('FlareToken');
      d.put('FLS', address, abi, block);
    },
    check: async d => assert.equal(
      await d.read('FLS', 'balanceOf', [d.signer().address]), BigInt(d.config.holders[0][1])),
  },
];

const approve = (token, spender) =>
  call(token, 'approve', d => [d.address(spender), maxUint256], {name: `${token}.approve(${spender})`});

/** The first vault, whose qUSD a pair trades, and supplies of the lending pool. */
const credit = [
  {name: 'qUSD', run: async d => d.put('qUSD', d.address('Stablecoin'), d.at('Stablecoin').abi, d.at('Vaults').block)},
  approve('WETH', 'Vaults'),
  call('Vaults', 'open', d => [d.address('WETH')]),
  call('Vaults', 'deposit', () => [1n, units(500, 'WETH')]),
  call('Vaults', 'draw', d => [1n, units(500_000, 'qUSD'), d.signer().address], {
    check: async d => assert.equal(await d.read('qUSD', 'totalSupply'), units(500_000, 'qUSD')),
  }),
  ...[['WETH', 1_000], ['USDC', 2_000_000]].flatMap(([token, amount]) => [
    approve(token, 'LendingPool'),
    call('LendingPool', 'supply', d => [d.address(token), units(amount, token), d.signer().address], {
      check: async d => assert.equal(
        await d.read(token, 'balanceOf', [d.address('LendingPool')]), units(amount, token)),
    }),
  ]),
];

const listed = (factory, pool) => call('FlashArbitrage', 'listPool', d => [d.address(factory), d.address(pool)], {
  name: `FlashArbitrage.listPool(${pool})`,
  done: async d => await d.read('FlashArbitrage', 'venueOf', [d.address(pool)]) !== 0,
});

/** FlashArbitrage may trade with every pool there is; the pair of FLS is known as a market of it. */
const pools = [
  ...[...pairs, ...ownPairs].map(p => listed(`${p.venue}Factory`, `${p.venue}.${p.base}-${p.quote}`)),
  ...concentrated.map(p => listed('UniswapV3Factory', `UniswapV3.${p.base}-${p.quote}-${p.fee}`)),
  ...operation('FLS market', d => [['FlareToken', 'setMarketPair', [d.address('ActorTrade.FLS-WETH'), true]]]),
];

export const suiteAtWork = {operations: [...operations, ...credit], pools};
