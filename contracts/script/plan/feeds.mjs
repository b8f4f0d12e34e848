/** Price feeds of the dev chain: each answers one price for ever, so their heartbeat is the longest there is. */
import assert from 'node:assert/strict';
import {own} from '../lib/artifacts.mjs';
import {contract} from '../lib/deployment.mjs';
import {lending} from './markets.mjs';

const decimals = 8;

export const feeds = Object.entries(lending).map(([token, {price}]) => contract(
  `${token}Feed`, () => own('MockAggregator'), () => [decimals, BigInt(price) * 10n ** BigInt(decimals)], {
    check: async d => assert.equal((await d.read(`${token}Feed`, 'latestRoundData'))[1], BigInt(price) * 10n ** 8n),
  }));
