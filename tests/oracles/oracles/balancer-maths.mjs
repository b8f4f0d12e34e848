// @balancer-labs/balancer-maths: Balancer V3's vault with weighted and stable pools.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { AddKind, RemoveKind, Vault } = require('@balancer-labs/balancer-maths')

const vault = new Vault()
const addresses = Array.from({ length: 8 }, (_, n) => `0x${String(n + 1).repeat(40)}`)
const big = (values) => values.map(BigInt)

// {"type":"WEIGHTED"|"STABLE","balancesLiveScaled18":[..],"scalingFactors":[..],"tokenRates":[..],"swapFee":"..",
//  "weights":[..]|"amp":"..","totalSupply":".."}
function poolOf(question) {
  return {
    poolType: question.type,
    poolAddress: '0x9999999999999999999999999999999999999999',
    tokens: addresses.slice(0, question.balancesLiveScaled18.length),
    balancesLiveScaled18: big(question.balancesLiveScaled18),
    scalingFactors: big(question.scalingFactors),
    tokenRates: big(question.tokenRates),
    swapFee: BigInt(question.swapFee),
    aggregateSwapFee: 0n,
    totalSupply: BigInt(question.totalSupply ?? '1000000000000000000'),
    supportsUnbalancedLiquidity: true,
    weights: big(question.weights ?? []),
    amp: BigInt(question.amp ?? '0'),
  }
}

// the pool and "tokenIn","tokenOut" and "amountIn" or "amountOut" -> {"amountIn","amountOut"}
export function quote(question) {
  const pool = poolOf(question)
  const isExactIn = question.amountIn != null
  const input = {
    amountRaw: BigInt(isExactIn ? question.amountIn : question.amountOut),
    tokenIn: addresses[question.tokenIn],
    tokenOut: addresses[question.tokenOut],
    swapKind: isExactIn ? 0 : 1,
  }
  return () => {
    const answer = vault.swap(input, pool).toString()
    return isExactIn
      ? { amountIn: question.amountIn, amountOut: answer }
      : { amountIn: answer, amountOut: question.amountOut }
  }
}

// the pool and "amounts" -> {"shares"}: an unbalanced deposit
export function deposit(question) {
  const pool = poolOf(question)
  const input = {
    pool: pool.poolAddress,
    maxAmountsInRaw: big(question.amounts),
    minBptAmountOutRaw: 0n,
    kind: AddKind.UNBALANCED,
  }
  return () => ({ shares: vault.addLiquidity(input, pool).bptAmountOutRaw.toString() })
}

// the pool, "token" and "shares" -> {"amount"}: all the shares are worth in one token
export function withdrawOne(question) {
  const pool = poolOf(question)
  const input = {
    pool: pool.poolAddress,
    minAmountsOutRaw: pool.tokens.map((_, n) => (n === question.token ? 1n : 0n)),
    maxBptAmountInRaw: BigInt(question.shares),
    kind: RemoveKind.SINGLE_TOKEN_EXACT_IN,
  }
  return () => ({ amount: vault.removeLiquidity(input, pool).amountsOutRaw[question.token].toString() })
}
