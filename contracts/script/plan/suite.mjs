/**
 * Our suite: every contract, its arguments, who holds which role, and what is set up. The same list is deployed on the
 * dev chain and, by deploy.mjs, on a real network; so it holds only contracts, and calls of which a view says whether
 * they were made.
 *
 * The timelock is the admin of everything from the first block. Until the last step its delay is zero and the deployer
 * (`suite`) its proposer and executor; what is set up is set up by operations of the timelock. The last operation gives
 * it its delay, makes the governor its only proposer, canceller and executor, and takes the deployer out.
 *
 * Addresses that a network brings along (WETH, Safe; where they exist BalancerVault, AavePool and the factories of
 * Uniswap) are put into the deployment before it runs. What `config` holds is in script/networks/.
 */
import assert from 'node:assert/strict';
import {encodeFunctionData, keccak256, toHex, zeroAddress, zeroHash} from 'viem';
import {own} from '../lib/artifacts.mjs';
import {call, contract} from '../lib/deployment.mjs';

const ours = (name, args, more = {}) => contract(name, () => own(more.file ?? name), args, {signer: 'suite', ...more});

const timelock = d => d.address('Timelock');
const treasury = d => d.address('Treasury');

const year = 365n * 86_400n;

/** A feed is named like a contract that the network brings along; null is none. */
const feedAddress = (d, name) => (name === null ? zeroAddress : d.address(name));

/** Arguments of most constructors: the delay of a change of admin, and the admin. */
const administered = d => [d.config.adminDelay, timelock(d)];

const contracts = [
  ours('Timelock', d => [0n, [d.signer('suite').address], [d.signer('suite').address]]),
  ours('Treasury', administered),
  ours('FlareToken', d => [...administered(d), treasury(d), BigInt(d.config.firstSupply)], {
    check: async d => assert.equal(await d.read('FlareToken', 'totalSupply'), BigInt(d.config.firstSupply)),
  }),
  ours('FlareGovernor', d => [d.address('FlareToken'), timelock(d), {
    ...d.config.governor, proposalThreshold: BigInt(d.config.governor.proposalThreshold),
    quorumPercent: BigInt(d.config.governor.quorumPercent),
  }]),
  ours('EmergencyGuardian', administered),
  ours('Staking', d => [d.address('FlareToken'), ...administered(d)]),
  ours('LiquidityLocker'),
  ours('RewardDistributor', d => [
    d.address('FlareToken'), treasury(d), BigInt(d.config.rewardDelay), ...administered(d)]),
  ours('ActorTradeFactory', d => [...administered(d), treasury(d)]),
  ours('ActorTradeRouter', d => [d.address('ActorTradeFactory'), d.address('WETH')], {file: 'Router'}),
  ours('TwapReader', d => d.config.twapWindow),
  ours('PriceOracle', d => [
    ...administered(d), d.address('TwapReader'), feedAddress(d, d.config.sequencerFeed),
    BigInt(d.config.sequencerGrace)]),
  ours('Vaults', d => [...administered(d), d.address('PriceOracle'), treasury(d)]),
  {
    name: 'Stablecoin', made: d => d.read('Vaults', 'stablecoin'), artifact: () => own('Stablecoin'), signer: 'suite',
  },
  ours('InterestRateModel', d => {
    const {base, slope1, slope2, kink} = d.config.interest;
    return [base, slope1, slope2].map(perYear => BigInt(perYear) / year).concat(BigInt(kink));
  }),
  ours('LendingPool', d => [...administered(d), d.address('PriceOracle'), treasury(d)]),
  ours('BridgedFlareToken', d => [...administered(d), treasury(d)]),
  ours('XERC20Lockbox', d => [d.address('BridgedFlareToken'), d.address('FlareToken')]),
  ours('FlashArbitrage', d => [...administered(d), treasury(d)]),
  ours('AuditAnchor', administered),
];

/** Who may do what, beside the timelock, which is the admin of all. `Guardian` stops, and can do nothing else. */
const roles = [
  ['Treasury', 'SPENDER_ROLE', 'Timelock'],
  ['Treasury', 'OPERATOR_ROLE', 'Safe'],
  ['Treasury', 'PAUSER_ROLE', 'EmergencyGuardian'],
  ['FlareToken', 'MINTER_ROLE', 'Timelock'],
  ['FlareToken', 'BLACKLISTER_ROLE', 'Safe'],
  ['FlareToken', 'TAX_SETTER_ROLE', 'Timelock'],
  ['FlareToken', 'SNAPSHOT_ROLE', 'Safe'],
  ['FlareToken', 'PAUSER_ROLE', 'EmergencyGuardian'],
  ['EmergencyGuardian', 'GUARDIAN_ROLE', 'Safe'],
  ['EmergencyGuardian', 'GUARDIAN_ROLE', 'guardian'],
  ['Staking', 'REWARDER_ROLE', 'Timelock'],
  ['Staking', 'PAUSER_ROLE', 'EmergencyGuardian'],
  ['RewardDistributor', 'ROOT_ROLE', 'Safe'],
  ['RewardDistributor', 'PAUSER_ROLE', 'EmergencyGuardian'],
  ['ActorTradeFactory', 'PAUSER_ROLE', 'EmergencyGuardian'],
  ['Vaults', 'SETTLER_ROLE', 'Timelock'],
  ['Vaults', 'PAUSER_ROLE', 'EmergencyGuardian'],
  ['Stablecoin', 'PAUSER_ROLE', 'EmergencyGuardian'],
  ['LendingPool', 'PAUSER_ROLE', 'EmergencyGuardian'],
  ['BridgedFlareToken', 'BRIDGE_ADMIN_ROLE', 'Timelock'],
  ['BridgedFlareToken', 'TAX_SETTER_ROLE', 'Timelock'],
  ['BridgedFlareToken', 'BLACKLISTER_ROLE', 'Safe'],
  ['BridgedFlareToken', 'SNAPSHOT_ROLE', 'Safe'],
  ['BridgedFlareToken', 'PAUSER_ROLE', 'EmergencyGuardian'],
  ['FlashArbitrage', 'EXECUTOR_ROLE', 'executor'],
  ['FlashArbitrage', 'PAUSER_ROLE', 'EmergencyGuardian'],
];

/** What FlashArbitrage may call where a network has it, with the number of its kind (IFlashArbitrage.Venue). */
const venues = [
  ['setFactory', 'ActorTradeFactory', 1], ['setFactory', 'UniswapV2Factory', 1], ['setFactory', 'PancakeV1Factory', 1],
  ['setFactory', 'FiftyBpsFactory', 1], ['setFactory', 'UniswapV3Factory', 2], ['setVenue', 'BalancerVault', 5],
  ['setVenue', 'BalancerWeightedPool', 6], ['setVenue', 'AavePool', 7], ['setVenue', 'LendingPool', 7],
];

/** Accounts that no tax is taken from and no freeze reaches: the suite's own, which are not traders. */
const taxExempt = [
  'Treasury', 'Staking', 'RewardDistributor', 'LiquidityLocker', 'Vaults', 'LendingPool', 'XERC20Lockbox',
  'FlashArbitrage',
];

/** A contract's address, or that of a key which `config.keys` names. */
const holderAddress = (d, holder) => (d.has(holder) ? d.address(holder) : d.config.keys[holder]);

const roleId = role => keccak256(toHex(role));

const pausable = () => [...new Set(roles.filter(([, role]) => role === 'PAUSER_ROLE').map(([name]) => name))];

/**
 * What the timelock does in one transaction: [[contract, function, arguments], …]. Two calls, of which the timelock
 * itself knows whether they were made.
 */
export function operation(name, calls) {
  const batch = d => {
    const list = calls(d);
    return [
      list.map(([on]) => d.address(on)), list.map(() => 0n),
      list.map(([on, functionName, args]) => encodeFunctionData({abi: d.at(on).abi, functionName, args})),
      zeroHash, keccak256(toHex(name)),
    ];
  };
  const id = async d => d.read('Timelock', 'hashOperationBatch', batch(d));
  return [
    call('Timelock', 'scheduleBatch', d => [...batch(d), 0n], {
      name: `${name}: schedule`, signer: 'suite', done: async d => d.read('Timelock', 'isOperation', [await id(d)]),
    }),
    call('Timelock', 'executeBatch', batch, {
      name: `${name}: execute`, signer: 'suite', done: async d => d.read('Timelock', 'isOperationDone', [await id(d)]),
    }),
  ];
}

const setup = [
  ...operation('roles', d => [
    ...roles.map(([name, role, holder]) => [name, 'grantRole', [roleId(role), holderAddress(d, holder)]]),
    ...pausable().map(name => ['EmergencyGuardian', 'addTarget', [d.address(name)]]),
  ]),
  ...operation('parameters', d => [
    ['FlareToken', 'setTaxReceivers', [{
      treasury: treasury(d), stakers: d.address('Staking'), liquidity: treasury(d),
    }]],
    ...taxExempt.map(name => ['FlareToken', 'setTaxExempt', [d.address(name), true]]),
    ...d.config.stakingTiers.map(([duration, multiplierBps]) => ['Staking', 'addTier', [duration, multiplierBps]]),
    ...venues.filter(([, name]) => d.has(name))
      .map(([functionName, name, venue]) => ['FlashArbitrage', functionName, [d.address(name), venue]]),
  ]),
];

/** Prices, collateral and markets of the tokens that `config.markets` names, and what holds FLS for other chains. */
const markets = operation('markets', d => [
  ...Object.entries(d.config.markets).flatMap(([token, {feed, collateral, lending}]) => [
    ['PriceOracle', 'setFeed', [d.address(token), {
      ...numbers(feed), aggregator: d.address(feed.aggregator), pair: zeroAddress}]],
    ...(collateral ? [['Vaults', 'listCollateral', [d.address(token), numbers(collateral)]]] : []),
    ...(lending ? [['LendingPool', 'listMarket', [
      d.address(token), numbers(lending), d.address('InterestRateModel')]]] : []),
  ]),
  ['Vaults', 'setGlobalDebtCeiling', [BigInt(d.config.debtCeiling)]],
  ['BridgedFlareToken', 'setTaxExempt', [d.address('XERC20Lockbox'), true]],
  ['BridgedFlareToken', 'setLockbox', [d.address('XERC20Lockbox')]],
]);

/** JSON has large numbers as text. */
const numbers = values => Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, typeof value === 'boolean' ? value : asNumber(value)]));

const asNumber = value => (/^\d+$/.test(value) ? BigInt(value) : value);

/**
 * Whoever shall vote has FLS before the hand-over: `config.holders`, [[account, units], …]. What the treasury holds has
 * no vote, counts to the quorum and leaves by proposal alone, so that without them nothing could ever be proposed.
 */
const holders = operation('first holders', d => {
  requireVoters(d.config);
  return d.config.holders.map(([account, amount]) =>
    ['Treasury', 'spend', [d.address('FlareToken'), account, BigInt(amount)]]);
});

function requireVoters({holders: list, firstSupply, governor}) {
  const amounts = list.map(([, amount]) => BigInt(amount));
  const quorum = BigInt(firstSupply) * BigInt(governor.quorumPercent) / 100n;
  assert(
    amounts.reduce((sum, amount) => sum + amount, 0n) >= quorum,
    `config.holders must have the quorum, ${quorum} units of FLS, or nothing can be decided after the hand-over`);
  assert(
    amounts.some(amount => amount >= BigInt(governor.proposalThreshold)),
    `one of config.holders must have ${governor.proposalThreshold} units of FLS, or nobody can propose anything`);
}

const timelockRoles = ['PROPOSER_ROLE', 'CANCELLER_ROLE', 'EXECUTOR_ROLE'];

const handOver = operation('hand over', d => [
  ...timelockRoles.map(role => ['Timelock', 'grantRole', [roleId(role), d.address('FlareGovernor')]]),
  ...timelockRoles.map(role => ['Timelock', 'revokeRole', [roleId(role), d.signer('suite').address]]),
  ['Timelock', 'updateDelay', [BigInt(d.config.timelockDelay)]],
]);

/** Everything that a deployed suite must be: asked when the last step is done, and whenever it is verified. */
export async function verifyRoles(d) {
  const has = (name, role, account) => d.read(name, 'hasRole', [roleId(role), account]);
  const deployer = d.signer('suite').address;
  for (const [name, role, holder] of roles) {
    assert(await has(name, role, holderAddress(d, holder)), `${holder} does not hold ${role} of ${name}`);
    assert(!await has(name, role, deployer), `the deployer holds ${role} of ${name}`);
  }

  for (const role of timelockRoles) {
    assert(await has('Timelock', role, d.address('FlareGovernor')), `the governor does not hold ${role}`);
    assert(!await has('Timelock', role, deployer), `the deployer holds ${role} of the timelock`);
  }

  const supply = await d.read('FlareToken', 'totalSupply');
  const silent = await d.read('FlareToken', 'balanceOf', [treasury(d)]);
  assert(
    (supply - silent) * 100n >= supply * BigInt(d.config.governor.quorumPercent),
    'the FLS outside of the treasury does not reach the quorum');

  assert.equal(await d.read('Timelock', 'getMinDelay'), BigInt(d.config.timelockDelay));
  for (const name of administeredContracts(d)) {
    const admin = (await d.read(name, 'defaultAdmin')).toLowerCase();
    assert.equal(admin, timelock(d), `the timelock is not admin of ${name}`);
    const [newAdmin] = await d.read(name, 'pendingDefaultAdmin');
    assert.equal(BigInt(newAdmin), 0n, `${name} has a change of admin pending`);
  }

  const targets = (await d.read('EmergencyGuardian', 'targets')).map(t => t.toLowerCase());
  assert.deepEqual(new Set(targets), new Set(pausable().map(name => d.address(name))));
}

const administeredContracts = d => suite.filter(i => i.artifact).map(i => i.name)
  .filter(name => d.at(name).abi.some(entry => entry.name === 'defaultAdmin'));

/** {contract: {role: [holder, …]}}, for deployments.json. */
export function rolesOf(d) {
  const table = {};
  for (const name of administeredContracts(d)) {
    table[name] = {DEFAULT_ADMIN_ROLE: ['Timelock']};
  }

  for (const [name, role, holder] of [...roles, ...timelockRoles.map(r => ['Timelock', r, 'FlareGovernor'])]) {
    ((table[name] ??= {})[role] ??= []).push(holder);
  }

  return table;
}

/** The parts, between which a dev chain does what only it does. */
export const suiteParts = {contracts, setup: [...setup, ...markets, ...holders], handOver};

export const suite = [...contracts, ...suiteParts.setup, ...handOver];
