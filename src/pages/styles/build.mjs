// Makes ../finder.css: compiles the subset of nhsuk-frontend, cuts what keep.json does not name,
// turns its colours into custom properties, puts our own blocks behind it and minifies the whole.
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync, brotliCompressSync } from "node:zlib";
import postcss from "postcss";
import selectorParser from "postcss-selector-parser";
import * as sass from "sass";
import { transform } from "lightningcss";

const here = (path) => new URL(path, import.meta.url);
const keep = new Set(JSON.parse(readFileSync(here("keep.json"), "utf8")));
const theme = readFileSync(here("_theme.scss"), "utf8");
const version = JSON.parse(readFileSync(here("node_modules/nhsuk-frontend/package.json"), "utf8")).version;

const colours = [...theme.matchAll(/^ {2}([a-z-]+): (#[0-9a-f]{6}),$/gm)].map(([, name, value]) => [name, value]);

const compile = (marks) =>
  sass.compileString(`@use "theme" with ($marks: ${marks});\n@use "nhsuk";`, {
    url: here("entry.scss"),
    loadPaths: [here("node_modules").pathname, here(".").pathname],
    style: "expanded",
    quietDeps: true,
    logger: sass.Logger.silent,
  }).css;

const real = postcss.parse(compile(false));
const marked = postcss.parse(compile(true));

// Where the two differ, the value comes from a themable colour. A mark becomes its custom property; a
// colour that Sass computed from a mark is taken from the real one and reported.
const realDeclarations = [];
real.walkDecls((declaration) => realDeclarations.push(declaration));
let at = 0;
const computed = new Set();
marked.walkDecls((declaration) => {
  const twin = realDeclarations[at++];
  if (twin.prop !== declaration.prop) throw new Error(`the two runs differ in more than colours: ${twin} / ${declaration}`);
  if (twin.value === declaration.value) return;
  let value = declaration.value
    .replace(/rgba?\(1, 254, (\d+)(?:, 0\.99)?\)/g, (_, n) => `var(--ld-${colours[n - 1][0]})`)
    .replace(/#01fe([0-9a-f]{2})\b/g, (_, n) => `var(--ld-${colours[parseInt(n, 16) - 1][0]})`);
  if (value === declaration.value) {
    value = twin.value;
    computed.add(`${declaration.parent.selector} { ${twin} }`);
  }
  declaration.value = value;
});

// What we do without, though its classes are kept.
const without = [
  /\+\s*(h[1-6]|\.nhsuk-heading)/, // closer headings after some text: the headings' own margins do
  /:has\(\s*\+/, // more room above a form's first label
  /((:visited|:focus|:hover|:active|\[href\]\S*|:has\(.*\)) |^\.nhsuk-button\S* )\.nhsuk-icon/, // icons take the text's colour
  /--small .*:hover/, // the halo round a small checkbox under the mouse
  /^button\./,
  /(^|[ >])(kbd|samp|var)\b|^(h5|h6|address)$/, // elements that no page has
  /(ol|ul|\.nhsuk-list) \.nhsuk-list|\.nhsuk-list (ol|ul)|\.nhsuk-lede-text /, // said of ol and ul already
  /^\.nhsuk-table$/, // as table
  /error-summary__list a/, // ours is shorter
  /-ms-/,
];
// Links with a class of their own repeat the states of every link.
const linkClass = /^\.nhsuk-(back-link|breadcrumb__link|action-link)(:(focus|hover|active|focus:hover))?$/;
const linkStates = new Map();

// Classes outside :not(): a rule that needs a class nobody uses is dead.
const isDead = (selector) => {
  let dead = without.some((pattern) => pattern.test(selector));
  selectorParser((root) =>
    root.walk((node) => {
      const negated = (n) => n && ((n.type === "pseudo" && n.value === ":not") || negated(n.parent));
      if (negated(node)) return;
      if (node.type === "class" && !keep.has(node.value)) dead = true;
      if (node.type === "attribute" && ["class", "data-sort", "aria-sort"].includes(node.attribute)) dead = true;
      if (node.type === "pseudo" && node.value.startsWith("::-moz-focus-inner")) dead = true;
      if (node.type === "pseudo" && node.value.includes("search")) dead = true;
      if (node.type === "pseudo" && node.value === "::-ms-value") dead = true;
    }),
  ).processSync(selector);
  return dead;
};
// What :not() says of such a class is always true.
const withoutDeadNots = (selector) =>
  selectorParser((root) =>
    root.walkPseudos((pseudo) => {
      if (pseudo.value !== ":not") return;
      const only = pseudo.toString().match(/^:not\(\.((?:\\.|[\w-])+)\)$/);
      if ((only && !keep.has(only[1].replace("\\", ""))) || pseudo.toString().includes("[class^=")) pseudo.remove();
    }),
  ).processSync(selector);

marked.walkRules((rule) => {
  const alive = rule.selectors.filter((selector) => !isDead(selector)).map(withoutDeadNots);
  if (alive.length === 0) rule.remove();
  else rule.selectors = [...new Set(alive)];
});
marked.walkAtRules("supports", (rule) => {
  if (/clip-path: shape/.test(rule.params)) rule.remove();
});
for (let found = true; found; ) {
  found = false;
  marked.walkAtRules("supports", (rule) => {
    found = true;
    rule.replaceWith(rule.nodes);
  });
}
marked.walkAtRules("media", (rule) => {
  rule.params = rule.params.replace("screen and (forced-colors: active), (-ms-high-contrast: active)", "(forced-colors: active)");
  // Internet Explorer's; and our own print style is one block at the end.
  if (/-ms-high-contrast|screen(\\0|\uFFFD)/.test(rule.params) || rule.params === "print") rule.remove();
});
marked.walkDecls((declaration) => {
  if (/^-(ms|moz)-/.test(declaration.prop) && declaration.prop !== "-moz-osx-font-smoothing") declaration.remove();
  // No page asks for viewport-fit=cover, so there is no safe area to keep out of.
  else if (declaration.value.includes("env(")) declaration.remove();
  else if (["word-wrap", "clip", "user-select", "-webkit-user-select"].includes(declaration.prop) || declaration.value === "-webkit-fit-content") declaration.remove();
  else if (/^-webkit-(appearance|clip-path|font-smoothing)|^-moz-osx/.test(declaration.prop)) declaration.remove();
  else declaration.value = declaration.value.replace(/#007f3b/g, "var(--ld-button)").replace(/#005eb8/g, "var(--ld-brand)").replace(/#aeb7bd/g, "var(--ld-border-hover)").replace(/#4c6272/g, "var(--ld-secondary-text)");
});
// Forced colours give buttons of any colour, links and text their system colours without being told.
marked.walkAtRules("media", (media) => {
  if (media.params !== "(forced-colors: active)") return;
  media.walkRules((rule) => {
    if (/^\.nhsuk-button--/.test(rule.selector)) rule.remove();
  });
  media.walkDecls((declaration) => {
    if (declaration.prop === "color" && /^(LinkText|VisitedText|ActiveText)$/i.test(declaration.value)) declaration.remove();
  });
});
const condition = (rule) => (rule.parent.type === "atrule" ? rule.parent.params : "");
const body = (rule) => rule.nodes.join(";");
marked.walkRules((rule) => {
  if (/^a(:|$)/.test(rule.selector)) linkStates.set(condition(rule) + rule.selector, body(rule));
  else if (linkClass.test(rule.selector) && linkStates.get(condition(rule) + `a${rule.selector.match(/:.*$/)?.[0] ?? ""}`) === body(rule)) rule.remove();
});
marked.walkComments((comment) => comment.remove());
let empty;
do {
  empty = 0;
  marked.walk((node) => {
    if ((node.type === "rule" || node.type === "atrule") && node.nodes?.length === 0) {
      node.remove();
      empty += 1;
    }
  });
} while (empty > 0);

// A value that a wider screen changes, "X{p:a} @media (wide){X{p:b}}", becomes X{p:var(--n)} with --n
// set twice for all. Only where nothing stands between the two, so the cascade stays as it was.
const wide = "(min-width: 40.0625em)";
const pairs = new Map();
marked.walkAtRules("media", (media) => {
  if (media.params !== wide || media.nodes.length !== 1) return;
  const [inner] = media.nodes;
  for (const declaration of [...inner.nodes]) {
    for (let before = media.prev(); before; before = before.prev()) {
      const rule = before.type === "rule" ? before : before.nodes?.length === 1 ? before.nodes[0] : null;
      if (inner.type !== "rule" || rule?.selectors?.join() !== inner.selectors.join()) break;
      if (before.type !== "rule") continue;
      const base = rule.nodes.findLast((node) => node.prop === declaration.prop);
      if (!base) continue;
      if (base.important || declaration.important || base.value.includes("var(")) break;
      if (base.value !== declaration.value) {
        const pair = `${base.value}|${declaration.value}`;
        if (!pairs.has(pair)) pairs.set(pair, `--_${pairs.size.toString(36)}`);
        base.value = `var(${pairs.get(pair)})`;
      }
      declaration.remove();
      break;
    }
  }
  if (inner.nodes.length === 0) media.remove();
});
const widths = (i) => [...pairs].map(([pair, name]) => `${name}:${pair.split("|")[i]}`).join(";");

const root = `:root{${colours.map(([name, value]) => `--ld-${name}:${value}`).join(";")};${widths(0)}}@media ${wide}{:root{${widths(1)}}}`;
const own = sass.compile(here("finder.scss").pathname, { loadPaths: [here(".").pathname], style: "expanded" }).css;
const nhsuk = marked.toString();
const minify = (css) =>
  transform({
    filename: "finder.css",
    code: Buffer.from(css),
    minify: true,
    // No lowering: what an old browser does not know it leaves out, and the sheet is written for that.
    targets: { chrome: 109 << 16, firefox: 115 << 16, safari: (16 << 16) | (4 << 8) },
    exclude: 0xfffff,
  }).code.toString();
const licence = `/*! Holds parts of nhsuk-frontend ${version}, Copyright (c) 2019 NHS.UK, MIT licence */\n`;
const css = licence + minify(`${root}\n${nhsuk}\n${own}`);

if (process.argv.includes("--verbose")) writeFileSync(here("nhsuk.expanded.css"), nhsuk);
for (const banned of [/@font-face/i, /frutiger/i, /url\(/i, /data:/i, /https?:/i, /@import/i])
  if (banned.test(css)) throw new Error(`the style sheet holds ${banned}`);
if (/01fe/.test(css)) throw new Error("a mark was left in");
const known = new Set(colours.map(([name]) => name));
for (const [, name] of css.matchAll(/var\(--ld-([a-z-]+)/g))
  if (!known.has(name) && !css.includes(`--ld-${name}:`)) throw new Error(`--ld-${name} is used and never set`);

writeFileSync(here("../finder.css"), css);
const size = (text) => `${Buffer.byteLength(text)} raw, ${gzipSync(text, { level: 9 }).length} gzip, ${brotliCompressSync(text).length} br`;
console.log(`finder.css ${size(css)}\n  of it nhsuk ${size(minify(nhsuk))}\n  of it ours ${size(minify(own))}`);
if (process.argv.includes("--verbose")) {
  console.log("computed:", [...computed].filter((c) => nhsuk.includes(c.split(" {")[0].split(",")[0])).join("\n  "));

}
