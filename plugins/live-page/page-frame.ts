import { pageStyle } from '../../src';

/** The page before its script fills it in. It contains nothing about any run, so anyone may request it. */
export const liveHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Fulgur</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="live.css">
<script src="live.js" defer></script>
</head>
<body>
<a class="skip" href="#" id="skip">Skip to the curves</a>
<header>
<h1 id="title">Live page</h1>
<p id="state" role="status" class="state">Connecting…</p>
<div id="bar" class="bar" role="progressbar" aria-label="Progress of the run" aria-valuemin="0" aria-valuemax="100" hidden><span id="bar-done"></span></div>
<dl id="standing" class="standing"></dl>
<p id="aside" class="note"></p>
</header>
<noscript><p class="warning">This page needs JavaScript.</p></noscript>
<main id="main" hidden>
<div id="tools" class="tools">
<label>Smoothing <input id="smoothing" type="range" min="0" max="0.99" step="0.01" value="0.6"> <output id="smoothing-value" for="smoothing">0.60</output></label>
<label>Beside <select id="other"><option value="">no other run</option></select></label>
<label><input id="logarithmic" type="checkbox"> Logarithmic if all values are above 0</label>
</div>
<p id="other-state" role="status" class="note"></p>
<section aria-labelledby="curves-title">
<h2 id="curves-title" tabindex="-1">Curves</h2>
<p id="curves-note" class="note"></p>
<div id="curves" class="charts"></div>
</section>
<section aria-labelledby="images-title" id="images-section" hidden>
<h2 id="images-title">Pictures</h2>
<div id="images"></div>
</section>
<section aria-labelledby="messages-title">
<h2 id="messages-title">Messages</h2>
<ol id="messages" class="messages" role="log" aria-labelledby="messages-title" tabindex="0"></ol>
</section>
<section aria-labelledby="differences-title" id="differences-section" hidden>
<h2 id="differences-title">Configuration: differences</h2>
<div id="differences"></div>
</section>
<section aria-labelledby="settings-title">
<h2 id="settings-title">Configuration</h2>
<div id="settings"></div>
</section>
</main>
</body>
</html>
`;

/** The style shared by all pages, with the additions of this one. */
export const liveStyle = (): string => `${pageStyle()}
.state{margin:.2rem 0;font-weight:600}
.state::before{content:"";display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.45em;background:var(--muted-text)}
.state[data-state=running]::before{background:var(--series-2)}
.state[data-state=failed]::before,.state[data-state=lost]::before{background:var(--warning);border-radius:0}
.bar{height:.6rem;background:var(--surface);border:1px solid var(--line);border-radius:.3rem;overflow:hidden;margin:.5rem 0}
.bar span{display:block;height:100%;width:0;background:var(--series-0)}
.standing{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:.5rem 1rem;margin:.6rem 0}
.standing div{min-width:0}
.standing dt{font-size:.8rem;color:var(--muted-text)}
.standing dd{margin:0;font-variant-numeric:tabular-nums;font-weight:600}
.tools{display:flex;flex-wrap:wrap;gap:.4rem 1.6rem;align-items:center;padding:.5rem 0;position:sticky;top:0;background:var(--background);z-index:2;border-bottom:1px solid var(--line)}
.tools label{display:inline-flex;gap:.5rem;align-items:center;min-width:0}
.tools select{max-width:15rem;background:var(--background);border:1px solid var(--muted-text);border-radius:.2rem;padding:.15rem}
.plot{height:15rem;width:100%}
.newest{font-weight:400;color:var(--muted-text);font-variant-numeric:tabular-nums}
#images img{max-width:100%;max-height:60rem;width:auto;height:auto;border:1px solid var(--line);background:var(--surface)}
#images figure{margin-bottom:1rem}
.messages{max-height:20rem;overflow:auto;list-style:none;margin:0;padding:0;font-size:.9rem;border:1px solid var(--line)}
.messages li{padding:.25rem .6rem;border-bottom:1px solid var(--line)}
.messages li.is-warning{border-left:4px solid var(--warning);background:var(--surface)}
.messages time{color:var(--muted-text);font-variant-numeric:tabular-nums;margin-right:.6em}
@media (max-width:40rem){.tools{position:static}.standing{grid-template-columns:repeat(2,1fr)}.plot{height:13rem}}
@media print{.tools{display:none}.messages{max-height:none}}
`;
