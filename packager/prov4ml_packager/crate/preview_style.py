"""How the preview looks, and what a browser may load for it: nothing but what is in the page."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

STYLE = """
:root { color-scheme: light dark; --line: #d8dee4; --soft: #f6f8fa; --dim: #59636e; --link: #0550ae; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3d444d; --soft: #1c2128; --dim: #9198a1; --link: #79b8ff; }
}
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line);
  overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
h4 { font-size: .95rem; margin: 1rem 0 .5rem; }
summary { cursor: pointer; margin: 1.25rem 0 .5rem; }
summary h3 { display: inline; }
.lead { font-size: 1.05rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
a { color: var(--link); }
code { font: .87em ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: .35rem 2rem;
  margin: 0; }
dl div { display: grid; grid-template-columns: 7rem 1fr; gap: .5rem; }
dt { color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93em; }
th { text-align: left; font-weight: 600; background: var(--soft); }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; unicode-bidi: isolate; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.path, .unit, .count, footer { color: var(--dim); font-size: .88em; }
.digest { display: inline-block; max-width: 11rem; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap;
  overflow-wrap: normal; vertical-align: bottom; }
.digest:hover { max-width: none; white-space: pre-wrap; overflow-wrap: anywhere; }
.badge { font-size: .8rem; font-weight: 600; padding: .1rem .55rem; border-radius: 1rem;
  vertical-align: middle;
  color: #fff; background: #59636e; }
.badge.finished { background: #1a7f37; }
.badge.failed { background: #cf222e; }
.badge.unfinished { background: #9a6700; }
.error { color: #cf222e; font-weight: 600; }
.graph img { display: block; max-width: 100%; height: auto; max-height: 60rem; border: 1px solid var(--line);
  border-radius: .4rem; background: #fff; padding: .5rem; }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
"""
