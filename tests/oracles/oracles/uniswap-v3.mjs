// @uniswap/v3-sdk. It knows partial fills wrong: it reports the whole input as used (its issue 159), so the state after
// the trade, not the input, tells how far it went.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { CurrencyAmount, Token } = require('@uniswap/sdk-core')
const { Pool, Tick, TickMath } = require('@uniswap/v3-sdk')

const tokens = [1, 2].map((n) => new Token(1, `0x${String(n).repeat(40)}`, 18, `T${n}`))

// {"feePips","sqrtPriceX96","tick","liquidity","ticks":[[index,gross,net],..],"tokenIn","amountIn"|"amountOut"}
export function quote({ feePips, sqrtPriceX96, tick, liquidity, ticks, tokenIn, amountIn, amountOut }) {
  const list = ticks.map(([index, liquidityGross, liquidityNet]) => new Tick({ index, liquidityGross, liquidityNet }))
  const pool = new Pool(tokens[0], tokens[1], feePips, sqrtPriceX96, liquidity, tick, list)
  const named = amountIn != null
    ? CurrencyAmount.fromRawAmount(tokens[tokenIn], amountIn)
    : CurrencyAmount.fromRawAmount(tokens[1 - tokenIn], amountOut)
  return async () => {
    const [other, after] = amountIn != null ? await pool.getOutputAmount(named) : await pool.getInputAmount(named)
    return {
      amountIn: amountIn ?? other.quotient.toString(),
      amountOut: amountOut ?? other.quotient.toString(),
      sqrtPriceX96: after.sqrtRatioX96.toString(),
      tick: after.tickCurrent,
      liquidity: after.liquidity.toString(),
    }
  }
}

// {"tick":n} -> {"sqrtPriceX96"}
export function sqrtPriceAt({ tick }) {
  return () => ({ sqrtPriceX96: TickMath.getSqrtRatioAtTick(tick).toString() })
}
