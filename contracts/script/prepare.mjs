/** Makes ready what the contracts' tests stand on: npm's packages, and the third-party contracts npm has as source. */
import {installPackages} from './lib/toolchain.mjs';

installPackages(console.error);
// Only now its packages are there.
const {compileVendored} = await import('./lib/vendor.mjs');
compileVendored(console.error, {withReferees: true});
