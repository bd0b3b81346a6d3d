/** The style of a site for wide and narrow screens, light and dark. */
export const siteStyle = `:root {
  color-scheme: light dark;
  --ground: #fbfbfa;
  --raised: #ffffff;
  --ink: #1c1d21;
  --quiet: #5b5f68;
  --line: #d6d8dc;
  --accent: #0b62a8;
  --problem: #a3320b;
  --tile: 132px;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15171b;
    --raised: #1e2126;
    --ink: #ececee;
    --quiet: #a4a9b3;
    --line: #3a3e46;
    --accent: #6db8f2;
    --problem: #ff9d73;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto;
  padding: 24px 20px 40px;
  max-width: 1120px;
  background: var(--ground);
  color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; }
h2 { margin: 0; font-size: 1.1rem; line-height: 1.3; }
p { margin: 0.3em 0; }
header p, .private, .time, footer { color: var(--quiet); }
.drop {
  position: relative;
  display: flex;
  flex-direction: column;
  align-items: center;
  gap: 2px;
  margin: 20px 0 8px;
  padding: 30px 16px;
  border: 2px dashed var(--line);
  border-radius: 12px;
  background: var(--raised);
  text-align: center;
  cursor: pointer;
}
.drop strong { color: var(--accent); font-size: 1.1rem; }
.drop:hover, .drop.over { border-color: var(--accent); }
.drop.over { border-style: solid; }
.drop:has(input:disabled) { cursor: progress; }
.drop:has(input:disabled) strong { color: var(--quiet); }
.drop input { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; cursor: inherit; }
.drop:focus-within, button:focus-visible, a:focus-visible, .table:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
}
.private { font-size: 0.9rem; }
#status { min-height: 1.5em; margin-top: 14px; font-weight: 600; }
#status.problem, .problem, #problems { color: var(--problem); }
progress { width: 100%; height: 8px; accent-color: var(--accent); }
.answer { margin-top: 22px; padding-top: 20px; border-top: 1px solid var(--line); }
.asked { display: flex; gap: 16px; align-items: center; margin-bottom: 14px; }
.time { font-size: 0.9rem; }
.frame {
  display: flex;
  flex: none;
  align-items: center;
  justify-content: center;
  width: var(--tile);
  aspect-ratio: 1;
  overflow: hidden;
  border-radius: 8px;
  background: var(--line);
}
.frame img, .frame canvas { display: block; width: 100%; height: 100%; object-fit: contain; }
.frame.small img, .frame.small canvas { image-rendering: pixelated; }
.near {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(var(--tile), 1fr));
  gap: 14px;
  margin: 0;
  padding: 0;
  list-style: none;
}
.near.names { grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); gap: 6px; }
.near button {
  display: flex;
  flex-direction: column;
  gap: 2px;
  width: 100%;
  height: 100%;
  padding: 8px;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--raised);
  color: inherit;
  font: inherit;
  font-size: 0.85rem;
  line-height: 1.35;
  text-align: left;
  cursor: pointer;
}
.near button:hover { border-color: var(--accent); }
.near .frame { width: 100%; margin-bottom: 4px; }
.near .class { color: var(--quiet); }
.similarity { margin-top: auto; font-weight: 600; font-variant-numeric: tabular-nums; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.table { overflow-x: auto; margin: 12px 0; }
table { border-collapse: separate; border-spacing: 4px; }
th { max-width: 110px; padding: 4px; font-size: 0.8rem; font-weight: 400; text-align: left; vertical-align: bottom; }
th .frame { width: 72px; margin-bottom: 4px; }
tbody th { position: sticky; left: 0; background: var(--ground); vertical-align: middle; }
td {
  min-width: 72px;
  padding: 10px 8px;
  border-radius: 6px;
  text-align: center;
  font-variant-numeric: tabular-nums;
  background: color-mix(in srgb, var(--accent) calc(var(--share, 0) * 40%), transparent);
}
.clear {
  padding: 8px 14px;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--raised);
  color: inherit;
  font: inherit;
  cursor: pointer;
}
footer { margin-top: 40px; padding-top: 14px; border-top: 1px solid var(--line); font-size: 0.85rem; }
a { color: var(--accent); }
@media (max-width: 480px) {
  :root { --tile: 100px; }
  body { padding: 16px 14px 32px; }
  .drop { padding: 22px 12px; }
  .near { gap: 8px; }
  .near button { padding: 6px; }
}
`;
