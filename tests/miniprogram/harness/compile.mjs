/**
 * Turns a built mini-program into one JSON file that the browser runs: node compile.mjs DIST OUT wechat|alipay
 *
 * {app, pages, components, modules: {path: code}, templates: code, styles: {path: css}, places: {mark: place}}.
 * Paths have no extension. Every element carries a mark, so that a failure can name its place in the template.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { TmplGroup } from "glass-easel-template-compiler";
import { tags, rewrite } from "./axml.mjs";
import { ELEMENTS, browserCss } from "./css.mjs";

const [dist, out, platform] = process.argv.slice(2);
const TEMPLATE = platform === "wechat" ? ".wxml" : ".axml";
const STYLE = platform === "wechat" ? ".wxss" : ".acss";

function* walk(folder) {
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory()) yield* walk(path);
    else yield relative(dist, path).split("\\").join("/");
  }
}

const read = (name) => readFileSync(join(dist, name), "utf8");
const files = [...walk(dist)].sort();
const bare = (name, suffix) => name.slice(0, -suffix.length);
const resolve = (from, to) => (to.startsWith("/") ? to.slice(1) : posix.normalize(posix.join(posix.dirname(from), to)));

const app = JSON.parse(read("app.json"));
const pages = [
  ...app.pages,
  ...(app.subPackages ?? app.subpackages ?? []).flatMap((part) => part.pages.map((page) => posix.join(part.root, page))),
];

/** A style sheet with what it imports. */
function style(name, seen = new Set()) {
  if (seen.has(name)) return "";
  seen.add(name);
  return read(name).replace(/@import\s+["']([^"']+)["']\s*;/g, (_all, to) => style(resolve(name, to), seen));
}

const configs = {};
for (const name of files.filter((name) => name.endsWith(".json"))) {
  if (files.includes(bare(name, ".json") + TEMPLATE)) configs[bare(name, ".json")] = JSON.parse(read(name));
}

const faults = [];
const group = new TmplGroup();
const properties = {};
const places = {};
for (const name of files.filter((name) => name.endsWith(TEMPLATE))) {
  const path = bare(name, TEMPLATE);
  const using = Object.fromEntries(
    Object.entries({ ...app.usingComponents, ...configs[path]?.usingComponents }).map(([tag, to]) => [tag, resolve(path, to)]),
  );
  const text = tags(read(name), (tag, at) => {
    const component = using[tag.name];
    const ready = platform === "alipay" ? rewrite(tag, component !== undefined) : tag;
    if (component !== undefined) {
      const own = (properties[component] ??= []);
      for (const [attribute] of ready.attributes) {
        const camel = attribute.replace(/-(.)/g, (_all, letter) => letter.toUpperCase());
        if (!/[:]/.test(attribute) && !own.includes(camel)) own.push(camel);
      }
    } else if (!["block", "template", "import", "include", "slot", "wxs", "import-sjs"].includes(tag.name)) {
      const mark = String(Object.keys(places).length);
      if (!ELEMENTS.includes(tag.name)) faults.push(`${name}:${at.line}:${at.column}: <${tag.name}> is neither an element nor a component of this page`);
      places[mark] = { file: name, line: at.line, column: at.column, tag: at.source };
      ready.attributes.push(["mp-at", mark]);
    }
    return ready;
  });
  for (const fault of group.addTmpl(path, text) ?? []) {
    if ((fault.level ?? 4) >= 3) faults.push(`${name}: ${fault.message ?? fault.code ?? JSON.stringify(fault)}`);
  }
}
if (faults.length) throw new Error(`templates that do not compile:\n${faults.join("\n")}`);

// one program: path → what makes the nodes of that template
const templates = group.getTmplGenObjectGroups();

const modules = Object.fromEntries(files.filter((name) => name.endsWith(".js")).map((name) => [bare(name, ".js"), read(name)]));
const styles = Object.fromEntries(
  files.filter((name) => name.endsWith(STYLE)).map((name) => [bare(name, STYLE), browserCss(style(name))]),
);
const components = Object.fromEntries(
  Object.entries(configs).map(([path, config]) => [
    path,
    {
      component: config.component === true,
      config,
      using: Object.fromEntries(
        Object.entries({ ...app.usingComponents, ...config.usingComponents }).map(([tag, to]) => [tag, resolve(path, to)]),
      ),
      properties: properties[path] ?? [],
    },
  ]),
);
const missing = pages.filter((page) => !(page in modules) || !files.includes(page + TEMPLATE));
if (missing.length) throw new Error(`pages without code or template: ${missing.join(", ")}`);
writeFileSync(out, JSON.stringify({ platform, app, pages, components, modules, templates, styles, places, files }));
