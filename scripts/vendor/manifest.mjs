// node manifest.mjs OUT WORK: writes OUT/manifest.json from the files of OUT and the packages of WORK.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [out, work] = process.argv.slice(2);
const packageOf = (name) => JSON.parse(readFileSync(join(work, "node_modules", name, "package.json"), "utf8"));
const pins = Object.fromEntries(
  [...readFileSync(join(work, "requirements.txt"), "utf8").matchAll(/^(\w+)==([\w.]+)/gm)].map((m) => m.slice(1, 3)),
);

const inter = packageOf("inter-ui");
const bootstrap = packageOf("bootstrap");
const built = "scripts/vendor/build.sh";
const rows = [
  [inter, "inter/inter-latin.woff2", `${built}, fonttools ${pins.fonttools}, brotli ${pins.brotli}`],
  [inter, "inter/LICENSE.txt", `${built}, copied unchanged`],
  [bootstrap, "bootstrap/bootstrap.min.css", `${built}, sass ${packageOf("sass").version}`],
  [bootstrap, "bootstrap/LICENSE", `${built}, copied unchanged`],
];

const manifest = rows.map(([{ name, version, license }, file, made_by]) => ({
  name,
  version,
  licence: license,
  file,
  sha256: createHash("sha256").update(readFileSync(join(out, file))).digest("hex"),
  made_by,
}));
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
