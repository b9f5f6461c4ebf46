/** Templates as text: every opening tag with its attributes, and AXML rewritten to WXML attribute by attribute. */

const NAME = /[A-Za-z0-9_\-:.]/;

/**
 * `text` with each opening tag replaced by what `change({name, attributes}, place)` gives. An attribute is
 * [name, value]; the value is null when there is none. Expressions may hold quotes of the other kind and `>`.
 */
export function tags(text, change) {
  let out = "";
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const count = (from, to) => {
    for (let index = from; index < to; index += 1) {
      if (text[index] === "\n") {
        line += 1;
        lineStart = index + 1;
      }
    }
  };
  while (at < text.length) {
    const open = text.indexOf("<", at);
    if (open < 0) break;
    count(at, open);
    out += text.slice(at, open);
    if (text.startsWith("<!--", open)) {
      const end = text.indexOf("-->", open);
      at = end < 0 ? text.length : end + 3;
      count(open, at);
      continue;
    }
    let here = open + 1;
    if (!/[A-Za-z]/.test(text[here] ?? "")) {
      out += "<";
      at = here;
      continue;
    }
    while (NAME.test(text[here] ?? "")) here += 1;
    const name = text.slice(open + 1, here);
    const attributes = [];
    for (;;) {
      while (/\s/.test(text[here] ?? "")) here += 1;
      if (here >= text.length || text[here] === ">" || text.startsWith("/>", here)) break;
      const start = here;
      while (here < text.length && !/[\s=>]/.test(text[here]) && !text.startsWith("/>", here)) here += 1;
      const attribute = text.slice(start, here);
      if (text[here] !== "=") {
        attributes.push([attribute, null]);
        continue;
      }
      here += 1;
      const quote = text[here];
      const end = text.indexOf(quote, here + 1);
      attributes.push([attribute, text.slice(here + 1, end)]);
      here = end + 1;
    }
    const closed = text.startsWith("/>", here);
    const end = here + (closed ? 2 : 1);
    const source = text.slice(open, Math.min(end, open + 120));
    const made = change({ name, attributes }, { line, column: open - lineStart + 1, source });
    out += `<${made.name}`;
    for (const [attribute, value] of made.attributes) {
      if (value === null) out += ` ${attribute}`;
      else out += value.includes('"') ? ` ${attribute}='${value}'` : ` ${attribute}="${value}"`;
    }
    out += closed ? "/>" : ">";
    count(open, end);
    at = end;
  }
  return out + text.slice(at);
}

/**
 * A tag of AXML as WXML. Events of built-in elements become `bind:` and `catch:` in lower case; those of components stay
 * properties, because component2 hands functions down (`props.onPick`).
 */
export function rewrite({ name, attributes }, isComponent) {
  return {
    name: name === "import-sjs" ? "wxs" : name,
    attributes: attributes.map(([attribute, value]) => {
      if (attribute.startsWith("a:")) return [`wx:${attribute.slice(2)}`, value];
      if (isComponent) return [attribute, value];
      const event = /^(on|catch|capture)([A-Z].*)$/.exec(attribute);
      if (!event) return [attribute, value];
      const kind = { on: "bind", catch: "catch", capture: "capture-bind" }[event[1]];
      return [`${kind}:${event[2].toLowerCase()}`, value];
    }),
  };
}
