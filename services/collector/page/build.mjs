// Bundles the page into ../src/collector/page/dist: hashed files, the worker that knows their hashes, and a list.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { parse } from "yaml";

const here = dirname(fileURLToPath(import.meta.url));
const service = join(here, "..", "src", "collector");
// For tests: another folder, and beside the languages a made-up one that is written from right to left.
const { values: asked } = parseArgs({ options: { out: { type: "string" }, pseudo: { type: "boolean" } } });
const out = asked.out ?? join(service, "page", "dist");
const TARGET = ["chrome90", "firefox90", "safari15"];
const ELSEWHERE = /^(service|shell\.|docs\.|preview\.|own\.|promise\.(adult|child|any)\.)/;
const LANGUAGES = ["az", "en"];

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();

function words() {
  const read = parse(readFileSync(join(service, "texts.yaml"), "utf8"));
  const kept = Object.entries(read).filter(([key]) => !ELSEWHERE.test(key));
  for (const [key, texts] of kept)
    for (const language of LANGUAGES) if (typeof texts[language] !== "string") throw new Error(`${key} [${language}]: missing`);
  const shelf = (say) => Object.fromEntries(kept.map(([key, texts]) => [key, say(texts)]));
  const spoken = LANGUAGES.map((language) => [language, shelf((texts) => texts[language])]);
  return Object.fromEntries([...spoken, ...(asked.pseudo ? [["ar-XB", shelf((texts) => pseudo(texts.en))]] : [])]);
}

// Each letter becomes one that runs leftwards; what stands in braces is filled in later and stays.
function pseudo(text) {
  const letters = "ابجدهوزحطيكلمنسعفصقرشتثخذض";
  const turned = (part) => part.replace(/[a-z]/gi, (each) => letters[each.toLowerCase().charCodeAt(0) - 97]);
  return text.split(/(\{\w+\})/).map((part) => (part.startsWith("{") ? part : turned(part))).join("");
}

const texts = {
  name: "texts",
  setup(made) {
    made.onResolve({ filter: /^built:texts$/ }, () => ({ path: "texts", namespace: "built" }));
    made.onLoad({ filter: /.*/, namespace: "built" }, () => ({ contents: JSON.stringify(words()), loader: "json" }));
  },
};

const common = { bundle: true, minify: true, target: TARGET, write: false, legalComments: "none", logLevel: "warning" };

async function pages() {
  const made = await build({
    ...common,
    entryPoints: {
      page: join(here, "src", "main.ts"),
      docs: join(here, "src", "docs.ts"),
      look: join(here, "src", "page.css"),
    },
    assetNames: "[name]-[hash]",
    loader: { ".svg": "file" },
    outdir: out,
    format: "esm",
    plugins: [texts],
  });
  return made.outputFiles.map((file) => named(basename(file.path), Buffer.from(file.contents)));
}

// The bundler's own hash also follows where its packages lie; this one is that of the bytes alone.
function named(name, bytes) {
  const entry = name.match(/^(page|docs|look)(\.\w+)$/);
  return { name: entry ? `${entry[1]}-${sha256(bytes).toString("hex").slice(0, 10)}${entry[2]}` : name, bytes };
}

async function worker(files, release) {
  const listed = files
    .filter(({ name }) => !name.startsWith("docs-"))
    .map(({ name, bytes }) => ({ address: `/page/${name}`, sha256: sha256(bytes).toString("hex") }));
  const made = await build({
    ...common,
    entryPoints: { worker: join(here, "src", "worker.ts") },
    outdir: out,
    format: "iife",
    define: { FILES: JSON.stringify(listed), RELEASE: JSON.stringify(release) },
  });
  return { name: "worker.js", bytes: Buffer.from(made.outputFiles[0].contents) };
}

function digest(files) {
  const lines = files.map(({ name, bytes }) => `${name} ${sha256(bytes).toString("hex")}\n`).sort();
  return readable(sha256(lines.join("")).subarray(0, 16));
}

// Base 32 in small letters (RFC 4648, unpadded): people compare it by eye, so no capitals, and no hyphen to break at.
function readable(bytes) {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => "abcdefghijklmnopqrstuvwxyz234567"[parseInt(group.padEnd(5, "0"), 2)]).join("");
}

const icon = readFileSync(join(here, "..", "..", "..", "libs", "look", "src", "look", "static", "favicon.svg"));
const files = [...(await pages()), { name: "favicon.svg", bytes: icon }];
files.push(await worker(files, digest(files)));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const { name, bytes } of files) writeFileSync(join(out, name), bytes);
const entry = (pattern) => files.find(({ name }) => pattern.test(name)).name;
const list = {
  digest: digest(files),
  entries: {
    script: entry(/^page-.*\.js$/),
    docs: entry(/^docs-.*\.js$/),
    style: entry(/^look-.*\.css$/),
    icon: "favicon.svg",
    worker: "worker.js",
  },
  files: Object.fromEntries(files.map(({ name, bytes }) => [name, sha256(bytes).toString("hex")])),
};
writeFileSync(join(out, "files.json"), `${JSON.stringify(list, null, 1)}\n`);
