/** A mini-program's style sheet for a browser: rpx, and the names of elements. */

/** The elements that runtime/elements.js has. */
export const ELEMENTS = [
  "view", "text", "image", "button", "input", "textarea", "picker", "switch", "checkbox", "checkbox-group", "radio",
  "radio-group", "scroll-view", "swiper", "swiper-item", "navigator", "form", "label", "web-view", "icon", "progress",
  "slider", "rich-text", "canvas", "cover-view", "cover-image", "page", "block", "match-media", "page-container",
  "root-portal", "official-account",
];
const TYPE = new RegExp(`(^|[\\s,>+~(])(${ELEMENTS.join("|")})(?=[\\s,.:#\\[>+~)]|$)`, "g");

export const lengths = (text) =>
  text.replace(/(-?\d*\.?\d+)rpx\b/g, (_all, number) => `calc(100vw * ${number} / 750)`);

export function browserCss(text) {
  const css = text.replace(/\/\*[\s\S]*?\*\//g, "");
  let out = "";
  let start = 0;
  for (let at = 0; at < css.length; at += 1) {
    const sign = css[at];
    if (sign !== "{" && sign !== "}" && sign !== ";") continue;
    const piece = css.slice(start, at);
    // what stands before a brace is a selector, or the head of an at-rule
    out += sign === "{" && !piece.trimStart().startsWith("@") ? piece.replace(TYPE, "$1wx-$2") : lengths(piece);
    out += sign;
    start = at + 1;
  }
  return out + lengths(css.slice(start));
}
