// `npm ci && npm run build`: writes ../static/vendor and the list of what is in it, with versions and checksums.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const OUT = new URL("../static/vendor/", import.meta.url).pathname;
// Offices keep old PCs: no syntax younger than this browser's.
const TARGET = ["chrome109", "edge109", "firefox115", "safari15.6"];
const PARTS = [
  { name: "htmx.js", entry: "node_modules/htmx.org/dist/htmx.esm.js", package: "htmx.org" },
  { name: "wavesurfer.js", entry: "node_modules/wavesurfer.js/dist/wavesurfer.esm.js", package: "wavesurfer.js" },
  { name: "echarts.js", entry: "echarts.js", package: "echarts" },
];

mkdirSync(OUT, { recursive: true });
const listed = [];
for (const part of PARTS) {
  await build({
    entryPoints: [part.entry], outfile: OUT + part.name,
    bundle: true, format: "esm", minify: true, target: TARGET, legalComments: "inline",
  });
  const { version, license } = JSON.parse(readFileSync(`node_modules/${part.package}/package.json`, "utf8"));
  const sha256 = createHash("sha256").update(readFileSync(OUT + part.name)).digest("hex");
  listed.push({ file: part.name, package: part.package, version, license, sha256 });
}
writeFileSync(OUT + "manifest.json", JSON.stringify(listed, null, 2) + "\n");
