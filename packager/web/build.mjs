// Bundle script, style and licence texts into the packager. `node build.mjs DIRECTORY` writes elsewhere, to compare.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(here, "..", "prov4ml_packager", "report", "assets");
const read = (...path) => readFileSync(join(here, ...path), "utf8");
const digest = (text) => createHash("sha256").update(text).digest("hex");
const manifest = JSON.parse(read("package.json"));
const lock = read("package-lock.json");

const libraries = {};
const texts = [];
for (const name of Object.keys(manifest.dependencies).sort()) {
  const { version, license } = JSON.parse(read("node_modules", name, "package.json"));
  const file = readdirSync(join(here, "node_modules", name)).find((one) => /^licen[cs]e/i.test(one));
  libraries[name] = { version, license };
  texts.push(`${name} ${version} (${license})\n\n${read("node_modules", name, file).trim()}\n`);
}
const licences = texts.join("\n" + "-".repeat(78) + "\n\n");

const bundled = await build({
  entryPoints: [join(here, "src", "page.js")], bundle: true, minify: true, format: "iife", target: "es2022",
  charset: "ascii", legalComments: "none", write: false,
  // Every page is a copy of the libraries, so every page carries their notices.
  banner: { js: `/*! This script contains:\n\n${licences}*/` },
});
const style = await build({
  entryPoints: [join(here, "src", "page.css")], bundle: true, minify: true, write: false, legalComments: "none",
});
const script = bundled.outputFiles[0].text;
if (/<\/script|<!--/i.test(script)) throw new Error("the bundle cannot stand in a script element");
if (!/^\/\*! [^]*?\*\/\n\(\(\)=>/.test(script)) throw new Error("the licences end their own comment");

const sources = readdirSync(join(here, "src")).sort();
const facts = {
  libraries,
  lock: digest(lock),
  sources: Object.fromEntries(sources.map((name) => [name, digest(read("src", name))])),
  script: digest(script),
  style: digest(style.outputFiles[0].text),
};
mkdirSync(target, { recursive: true });
writeFileSync(join(target, "page.js"), script);
writeFileSync(join(target, "page.css"), style.outputFiles[0].text);
writeFileSync(join(target, "LICENSES.txt"), licences);
writeFileSync(join(target, "bundle.json"), JSON.stringify(facts, null, 1) + "\n");
console.log(`${target}: script ${script.length} bytes, style ${style.outputFiles[0].text.length} bytes`);
