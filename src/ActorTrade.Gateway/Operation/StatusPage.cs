namespace ActorTrade.Gateway.Operation;

/// <summary>The page at <c>/</c>: one file without assets, which asks <c>/api/status</c> every second. The dashboard is another program.</summary>
internal static class StatusPage
{
    public const string Html = """
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ActorTrade</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; --bg:#f5f6f8; --card:#fff; --ink:#1b2430; --dim:#667085; --line:#e3e7ed;
  --go:#12855a; --warn:#b7791f; --bad:#c0362c; --accent:#2457c5; }
@media (prefers-color-scheme: dark) { :root { --bg:#10151d; --card:#181f2a; --ink:#e6eaf0; --dim:#93a0b4; --line:#28313f;
  --go:#37b985; --warn:#e0ab4f; --bad:#ee6a5f; --accent:#7aa2f7; } }
* { box-sizing:border-box }
body { margin:0; background:var(--bg); color:var(--ink); font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif }
header { display:flex; flex-wrap:wrap; gap:12px 20px; align-items:center; padding:14px 24px; background:var(--card);
  border-bottom:1px solid var(--line); position:sticky; top:0; z-index:1 }
h1 { font-size:17px; margin:0; letter-spacing:.2px }
h2 { font-size:12px; margin:0 0 10px; color:var(--dim); text-transform:uppercase; letter-spacing:.7px; font-weight:600 }
main { display:grid; grid-template-columns:repeat(12,1fr); gap:16px; padding:20px 24px; max-width:1500px; margin:0 auto; align-items:start }
section { background:var(--card); border:1px solid var(--line); border-radius:10px; padding:16px 18px; grid-column:span 12; overflow-x:auto }
@media (min-width:1000px) { .five { grid-column:span 5 } .seven { grid-column:span 7 } .third { grid-column:span 4 } .twothirds { grid-column:span 8 } }
.state { display:inline-flex; align-items:center; gap:8px; font-weight:600; padding:4px 12px 4px 10px; border-radius:99px; border:1px solid var(--line) }
.light { width:10px; height:10px; border-radius:50%; background:var(--dim) }
.Active .light { background:var(--go); box-shadow:0 0 0 4px color-mix(in srgb,var(--go) 22%,transparent) }
.Paused .light, .Maintenance .light, .Init .light { background:var(--warn) }
.Emergency .light, .Lost .light { background:var(--bad) }
.spacer { flex:1 }
button { font:inherit; font-weight:600; padding:6px 14px; border-radius:8px; border:1px solid var(--line); background:var(--bg);
  color:var(--ink); cursor:pointer }
button:hover:not(:disabled) { border-color:var(--accent) } button:disabled { opacity:.4; cursor:default }
button.danger { color:#fff; background:var(--bad); border-color:var(--bad) }
.tiles { grid-column:span 12; display:grid; grid-template-columns:repeat(auto-fit,minmax(150px,1fr)); gap:16px }
.tile { background:var(--card); border:1px solid var(--line); border-radius:10px; padding:12px 16px }
.tile b { display:block; font-size:21px; font-variant-numeric:tabular-nums; font-weight:650 } .tile span { color:var(--dim); font-size:12px }
table { border-collapse:collapse; width:100%; font-variant-numeric:tabular-nums }
th { text-align:left; color:var(--dim); font-weight:500; font-size:12px; padding:4px 14px 6px 0; white-space:nowrap }
td { padding:6px 14px 6px 0; border-top:1px solid var(--line); white-space:nowrap }
.n { text-align:right } th:last-child, td:last-child { padding-right:0 }
.up { color:var(--go) } .down { color:var(--bad) } .dim { color:var(--dim) }
.empty { color:var(--dim); padding:4px 0 }
#message { grid-column:span 12; color:var(--bad); display:none; font-weight:600 }
footer { color:var(--dim); font-size:12px; padding:0 24px 24px; max-width:1500px; margin:0 auto }
code { font-family:ui-monospace,SFMono-Regular,Menlo,monospace; font-size:12px }
</style>
</head>
<body>
<header>
  <h1>ActorTrade</h1>
  <span id="state" class="state Lost"><span class="light"></span><span id="mode">connecting…</span></span>
  <span class="dim" id="feed"></span>
  <span class="spacer"></span>
  <button id="pause">Pause</button>
  <button id="resume">Resume</button>
  <button id="emergency" class="danger">Emergency stop</button>
</header>
<main>
  <div id="message" role="alert"></div>
  <div class="tiles" id="tiles"></div>
  <section class="third"><h2>Market</h2><div id="market"></div></section>
  <section class="twothirds"><h2>Pools</h2><div id="pools"></div></section>
  <section><h2>Bots</h2><div id="bots"></div></section>
  <section class="five"><h2>Orders</h2><div id="orders"></div></section>
  <section class="seven"><h2>Recent transactions</h2><div id="transactions"></div></section>
</main>
<footer>The API is under <code>/api</code>. Without sign-in this node acts only for requests from its own machine.</footer>
<script>
const $ = id => document.getElementById(id);
const esc = s => String(s ?? '').replace(/[&<>"']/g, c => '&#' + c.charCodeAt(0) + ';');
const num = (s, digits = 2) => s == null ? '' : Number(s).toLocaleString('en-US', {maximumFractionDigits: digits});
const price = s => s == null ? '–' : Number(s).toLocaleString('en-US', {maximumSignificantDigits: 7});
const time = s => new Date(s).toLocaleTimeString('en-GB');
const bytes = n => n < 1048576 ? (n / 1024).toFixed(0) + ' KiB' : n < 1073741824 ? (n / 1048576).toFixed(1) + ' MiB' : (n / 1073741824).toFixed(2) + ' GiB';
const duration = s => { const t = Math.floor(s), h = Math.floor(t / 3600), m = Math.floor(t / 60) % 60; return (h ? h + ' h ' : '') + (h || m ? m + ' min ' : '') + t % 60 + ' s'; };
const seconds = t => { const p = t.split(/[:.]/); return t.includes('.') && t.indexOf('.') < t.indexOf(':') ? +p[0] * 86400 + +p[1] * 3600 + +p[2] * 60 + +p[3] : +p[0] * 3600 + +p[1] * 60 + +p[2]; };
const sign = s => Number(s) > 0 ? 'up' : Number(s) < 0 ? 'down' : 'dim';
function table(id, head, rows, empty) {
  $(id).innerHTML = rows.length === 0 ? `<div class="empty">${esc(empty)}</div>` :
    '<table><thead><tr>' + head.map(h => h[0] === '>' ? `<th class="n">${h.slice(1)}</th>` : `<th>${h}</th>`).join('') +
    '</tr></thead><tbody>' + rows.map(r => '<tr>' + r.join('') + '</tr>').join('') + '</tbody></table>';
}
const td = (v, c = '') => `<td class="${c}">${esc(v)}</td>`;
const amounts = (list, out) => list.map(a => num(a.amount, 4) + ' ' + a.token).join(' + ') +
  (out && !out.token.startsWith('lp:') ? ' → ' + num(out.amount, 6) + ' ' + out.token : '');
function show(s) {
  const n = s.node, m = n.market;
  $('state').className = 'state ' + n.mode;
  $('mode').textContent = n.mode;
  $('pause').disabled = n.mode !== 'Active';
  $('resume').disabled = !['Paused', 'Maintenance', 'Init'].includes(n.mode);
  $('emergency').disabled = n.mode === 'Emergency';
  $('feed').textContent = m ? 'fed by ' + m.source : 'no market feed';
  const failure = n.journalFailure || n.tablesFailure;
  $('message').style.display = failure ? 'block' : 'none';
  $('message').textContent = failure || '';
  $('tiles').innerHTML = [
    [m ? num(m.ticksPerSecond, 1) : '–', 'ticks a second'], [m ? num(m.ticks, 0) : '–', 'ticks'],
    [num(n.journal.events, 0), 'events in the journal'], [bytes(n.journal.bytes), 'journal size'],
    [num(n.journal.commits, 0), 'commits since start'], [num(n.entities.loaded, 0) + ' / ' + num(n.journal.entities, 0), 'entities loaded / known'],
    [num(n.lag, 0), 'events behind (tables)'], [duration(seconds(n.uptime)), 'up, version ' + n.version],
  ].map(t => `<div class="tile"><b>${esc(t[0])}</b><span>${esc(t[1])}</span></div>`).join('');
  table('market', ['Symbol', '>Bid', '>Ask', '>Last'], (m ? m.quotes : []).map(q =>
    [td(q.symbol), td(price(q.bid), 'n'), td(price(q.ask), 'n'), td(price(q.last), 'n dim')]), 'No quotes yet.');
  table('pools', ['Pool', '>Reserve', '>Reserve', '>Price', '>Swaps', '>Fee'], s.pools.map(p =>
    [td(p.pool), td(num(p.reserve0, 4) + ' ' + p.token0, 'n'), td(num(p.reserve1, 4) + ' ' + p.token1, 'n'),
     td(price(p.price), 'n'), td(num(p.swaps, 0), 'n'), td(((p.liquidityFeePips + p.treasuryFeePips) / 1e4).toFixed(2) + ' %', 'n dim')]), 'No pools yet.');
  table('bots', ['Bot', 'Strategy', 'State', 'Symbols', '>Position', '>Realised', '>Unrealised', '>Today', '>Orders today'], s.bots.map(b => {
    const open = b.positions.filter(p => p.quantity !== '0');
    const unrealised = b.positions.reduce((sum, p) => sum + (p.unrealised || 0), 0);
    return [td(b.bot), td(b.strategy), td(b.state, b.state === 'Running' ? 'up' : 'dim'), td(b.symbols.join(' ')),
      td(open.map(p => num(p.quantity, 6) + ' ' + p.symbol).join(', ') || '–', 'n'),
      `<td class="n">${b.results.map(r => `<span class="${sign(r.realised)}">${num(r.realised)} ${esc(r.token)}</span>`).join(' ') || '–'}</td>`,
      td(num(unrealised), 'n ' + sign(unrealised)),
      `<td class="n">${b.results.map(r => `<span class="${sign(r.realisedToday)}">${num(r.realisedToday)}</span>`).join(' ') || '–'}</td>`,
      td(b.sentToday, 'n')];
  }), 'No bots are registered: POST /api/bots.');
  table('orders', ['Time', 'Symbol', 'Side', '>Filled', 'State', 'Bot'], s.orders.map(o =>
    [td(time(o.at), 'dim'), td(o.symbol), td(o.side, o.side === 'Buy' ? 'up' : 'down'), td(num(o.filled, 6) + ' / ' + num(o.quantity, 6), 'n'),
     td(o.state), td(o.bot || '–', 'dim')]), 'No orders yet.');
  table('transactions', ['Time', 'Kind', 'Account', '>Amount', 'Status'], s.transactions.map(t =>
    [td(time(t.timestamp), 'dim'), td(t.kind), td(t.from || t.to), td(amounts(t.amounts, t.out), 'n'),
     td(t.status + (t.error ? ': ' + t.error : ''), t.status === 'confirmed' ? 'up' : t.status === 'failed' ? 'down' : 'dim')]), 'Nothing has moved yet.');
}
async function change(action, question) {
  const why = prompt(question + '\n\nWhy? The reason is journaled.');
  if (!why) return;
  const r = await fetch('/api/system', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({action, why})});
  if (!r.ok) { const p = await r.json(); alert(p.title + ': ' + p.detail); }
  refresh();
}
$('pause').onclick = () => change('Pause', 'Stop new trades? What runs is finished.');
$('resume').onclick = () => change('Activate', 'Trade again?');
$('emergency').onclick = () => confirm('Stop everything at once? To go on afterwards takes two operators.') && change('DeclareEmergency', 'Emergency stop.');
let pending = false;
async function refresh() {
  if (pending) return;
  pending = true;
  try {
    const r = await fetch('/api/status', {cache: 'no-store'});
    if (!r.ok) throw new Error((await r.json()).detail);
    show(await r.json());
  } catch (e) {
    $('state').className = 'state Lost';
    $('mode').textContent = 'no answer from the node';
    $('message').style.display = 'block';
    $('message').textContent = e.message;
  } finally { pending = false; }
}
refresh();
setInterval(refresh, 1000);
</script>
</body>
</html>
""";
}
