// @uniswap/v2-sdk: pairs with the fee of 3/1000.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { CurrencyAmount, Token } = require('@uniswap/sdk-core')
const { Pair } = require('@uniswap/v2-sdk')

const tokens = [1, 2].map((n) => new Token(1, `0x${String(n).repeat(40)}`, 18, `T${n}`))

// {"reserves":["..",".."],"tokenIn":0,"amountIn":".."} or "amountOut" -> {"amountIn","amountOut"}
export function quote({ reserves, tokenIn, amountIn, amountOut }) {
  const pair = new Pair(...tokens.map((t, i) => CurrencyAmount.fromRawAmount(t, reserves[i])))
  if (amountIn != null) {
    const input = CurrencyAmount.fromRawAmount(tokens[tokenIn], amountIn)
    return () => ({ amountIn, amountOut: pair.getOutputAmount(input)[0].quotient.toString() })
  }
  const output = CurrencyAmount.fromRawAmount(tokens[1 - tokenIn], amountOut)
  return () => ({ amountIn: pair.getInputAmount(output)[0].quotient.toString(), amountOut })
}
