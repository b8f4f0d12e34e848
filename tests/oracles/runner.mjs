// Answers questions about published implementations, one JSON object a line in, one a line out, in order.
//   {"oracle":"uniswap-v2","op":"quote",...}                 -> what the oracle's op returns, or {"error":"..."}
//   {"oracle":"uniswap-v2","op":"quote","seconds":1,...}     -> {"perSecond":...}: the same question over and over, by
//                                                             processor time
// An oracle is a file of its name in oracles/ that exports its ops: functions from a question to a function that
// answers it, so that what is built once is not measured.
import { createInterface } from 'node:readline'

const loaded = new Map()

async function answer(question) {
  if (!/^[a-z0-9-]+$/.test(question.oracle)) {
    throw new Error(`there is no oracle ${question.oracle}`)
  }
  if (!loaded.has(question.oracle)) {
    loaded.set(question.oracle, await import(`./oracles/${question.oracle}.mjs`))
  }
  const op = loaded.get(question.oracle)[question.op]
  if (op === undefined) {
    throw new Error(`${question.oracle} has no op ${question.op}`)
  }
  const run = op(question)
  return question.seconds === undefined ? await run() : await measure(run, question.seconds)
}

async function measure(run, seconds) {
  const until = async (end) => {
    let count = 0
    for (; process.hrtime.bigint() < end; count++) {
      await run()
    }
    return count
  }
  const span = BigInt(Math.round(seconds * 1e9))
  await until(process.hrtime.bigint() + span / 4n)
  const before = process.cpuUsage()
  const count = await until(process.hrtime.bigint() + span)
  const used = process.cpuUsage(before)
  return { perSecond: count / ((used.user + used.system) / 1e6) }
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply
  try {
    reply = await answer(JSON.parse(line))
  } catch (error) {
    reply = { error: String(error?.message ?? error) || error?.constructor?.name || 'error' }
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}
