/** What the dev chain does with our suite before it is handed over: money for its traders, pools that it trades with. */
import assert from 'node:assert/strict';
import {call} from '../lib/deployment.mjs';
import {concentrated, ownPairs, pairs} from './markets.mjs';
import {operation} from './suite.mjs';

const ether = 10n ** 18n;

/** FLS for the market maker and the traders. The treasury has all of it, and pays when the timelock says so. */
const operations = [
  ...operation('FLS for the markets', d => [
    ['Treasury', 'spend', [d.address('FlareToken'), d.signer().address, 5_000_000n * ether]],
    ...d.config.traders.map(trader => ['Treasury', 'spend', [d.address('FlareToken'), trader, 1_000_000n * ether]]),
  ]),
  {
    name: 'FLS', run: async d => d.put('FLS', d.address('FlareToken'), d.at('FlareToken').abi, d.at('FlareToken').block),
    check: async d => assert.equal(await d.read('FLS', 'balanceOf', [d.signer().address]), 5_000_000n * ether),
  },
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

export const suiteAtWork = {operations, pools};
