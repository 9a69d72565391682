"""The bench page's looks: two colour schemes, one column on a narrow screen; nothing is fetched from anywhere."""

STYLE = """
:root { color-scheme: light dark; --ground: #fbfbf9; --card: #ffffff; --ink: #1c1f23; --soft: #5c636b;
  --rule: #e3e4e0; --met: #18794e; --met-bg: #e3f4ea; --missed: #b42318; --missed-bg: #fdeae7; --grey-bg: #eceef0;
  --s1: #0b6bcb; --s2: #2f9e8f; --s3: #8a63d2; --s4: #d9730d; --s5: #b4453a; --s6: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --ground: #14161a; --card: #1c1f24; --ink: #e8eaed; --soft: #a0a7b0;
  --rule: #30343b; --met: #5bd69a; --met-bg: #16351f; --missed: #ff8f80; --missed-bg: #431a16; --grey-bg: #2a2e35;
  --s1: #5aa9ff; --s2: #53cdbb; --s3: #b79bff; --s4: #ffa657; --s5: #ff7b72; --s6: #9aa3ae; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1360px; margin: 0 auto; padding: 28px 20px 60px; display: grid; gap: 22px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); }
header, .wide { grid-column: 1 / -1; }
h1 { margin: 0; font-size: 26px; } h2 { margin: 0 0 4px; font-size: 17px; } h2 small { color: var(--soft); }
.about, .caption, .legend { margin: 2px 0 10px; color: var(--soft); font-size: 13px; }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; }
.tile { padding: 8px 16px 8px 12px; border-radius: 8px; background: var(--grey-bg); color: var(--soft); }
.tile b { margin-right: 8px; font-size: 20px; color: var(--ink); }
.tile.met { background: var(--met-bg); } .tile.met, .tile.met b { color: var(--met); }
.tile.missed { background: var(--missed-bg); } .tile.missed, .tile.missed b { color: var(--missed); }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 16px 18px;
  min-width: 0; }
svg { display: block; width: 100%; height: auto; font: 11.5px system-ui, sans-serif; fill: var(--soft); }
svg .name { fill: var(--ink); }
.grid { stroke: var(--rule); } .axis { stroke: var(--soft); }
path.goal { stroke: var(--soft); stroke-dasharray: 4 4; } text.goal { fill: var(--soft); }
.l { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
.l.s1 { stroke: var(--s1); } .l.s2 { stroke: var(--s2); } .l.s3 { stroke: var(--s3); }
.l.s4 { stroke: var(--s4); } .l.s5 { stroke: var(--s5); } .l.s6 { stroke: var(--s6); }
.d.s1 { fill: var(--s1); } .d.s2 { fill: var(--s2); } .d.s3 { fill: var(--s3); }
.d.s4 { fill: var(--s4); } .d.s5 { fill: var(--s5); } .d.s6 { fill: var(--s6); }
.key { display: inline-flex; align-items: center; margin-right: 16px; color: var(--ink); }
.key i { width: 18px; height: 4px; margin-right: 6px; border-radius: 2px; }
i.s1 { background: var(--s1); } i.s2 { background: var(--s2); } i.s3 { background: var(--s3); }
i.s4 { background: var(--s4); } i.s5 { background: var(--s5); } i.s6 { background: var(--s6); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 13.5px; }
th { text-align: left; color: var(--soft); font-weight: 600; padding: 5px 10px 5px 0;
  border-bottom: 1px solid var(--rule); }
td { vertical-align: top; border-bottom: 1px solid var(--rule); padding: 6px 10px 6px 0; }
tr:last-child td { border-bottom: 0; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } small { color: var(--soft); }
code { font: 13px ui-monospace, monospace; white-space: nowrap; }
td.value { white-space: normal; } td.goal { white-space: nowrap; }
.rows th:nth-child(1) { width: 230px; } .rows th:nth-child(2) { width: 120px; } .rows th:nth-child(3) { width: 86px; }
.rows th:nth-child(4) { width: 92px; } .rows th:nth-child(5) { width: 150px; } .rows th:nth-child(6) { width: 60px; }
.rows th:nth-child(7) { width: 56px; }
.note { color: var(--soft); min-width: 240px; }
.verdict { padding: 1px 9px; border-radius: 99px; background: var(--grey-bg); white-space: nowrap; }
.verdict.met { background: var(--met-bg); color: var(--met); }
.verdict.missed { background: var(--missed-bg); color: var(--missed); }
"""
