/** The engine's gas table: measured rows are numbers, estimates {"gas", "measured": false}. */

/** Of a row: what a storage slot costs depends a little on what was in it. */
const tolerance = 0.02;

/** The table with the measured rows put in; estimates of what was not measured stay. */
export const updated = (table, measured) => ({
  ...table,
  transaction: measured.transaction,
  hops: {...table.hops, ...measured.hops},
  lenders: {...table.lenders, ...measured.lenders},
});

/** What a table has other than it was measured, in words. Every measured row must have been measured again. */
export function differences(table, measured) {
  const found = [];
  const compare = (name, told, is) => {
    if (is === undefined) {
      found.push(`${name} counts as measured, but nothing measures it.`);
    } else if (typeof told !== 'number' || Math.abs(told - is) > tolerance * is) {
      found.push(`${name} is ${JSON.stringify(told)} in the table; ${is} was measured.`);
    }
  };
  compare('transaction', table.transaction, measured.transaction);
  for (const part of ['hops', 'lenders']) {
    const rows = Object.entries(table[part]).filter(([, row]) => typeof row === 'number').map(([name]) => name);
    for (const name of new Set([...rows, ...Object.keys(measured[part])])) {
      compare(`${part}.${name}`, table[part][name], measured[part][name]);
    }
  }

  return found;
}
