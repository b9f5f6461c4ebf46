/** Faults of looks on the page in front: [{mark, what}]. `mark` names the place in the template. */

const page = () => document.querySelector("wx-page:not([hidden])");
const markOf = (element) => element?.closest("[mp-at]")?.getAttribute("mp-at") ?? "";
const named = (element) => `${element.localName} 「${element.textContent.trim().slice(0, 20)}」`;
const unseen = (element, box) => !box.width || !box.height || getComputedStyle(element).visibility === "hidden";

function scrolls(element) {
  for (let at = element; at && at !== page(); at = at.parentElement) {
    if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) return true;
  }
  return false;
}

/** Sticking out to the side, or text that its own box hides. An ellipsis is somebody's choice and no fault. */
export function cut() {
  const bad = [];
  for (const element of page().querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (unseen(element, box) || scrolls(element)) continue;
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const note = (what) => bad.push({ mark: markOf(element), what });
    if (box.right > window.innerWidth + 1 || box.left < -1) {
      note(`${named(element)} from ${Math.round(box.left)} to ${Math.round(box.right)}`);
    } else if (words && style.overflowX !== "visible" && style.textOverflow !== "ellipsis" && element.scrollWidth > element.clientWidth + 1) {
      note(named(element));
    } else if (words && style.overflowY === "hidden" && style.webkitLineClamp === "none" && element.scrollHeight > element.clientHeight + 2) {
      note(named(element));
    }
  }
  return bad;
}

const CONTROLS = "wx-button, wx-navigator, wx-picker, wx-switch, wx-checkbox, wx-radio, wx-input, wx-textarea";
const INNER = new Set(["wx-switch", "wx-checkbox", "wx-radio", "wx-input", "wx-textarea"]);

/** Targets of a finger under `limit` px: the control itself, or what around it hands the tap on. */
export function small(limit) {
  const bad = [];
  const hears = (element) => Boolean(element.__wxElement?._$eventTarget?.listeners?.tap);
  for (const element of page().querySelectorAll(`${CONTROLS}, wx-view, wx-text, wx-image`)) {
    const control = element.matches(CONTROLS);
    if (!control && !hears(element) && element.getAttribute("role") !== "button") continue;
    if (element.closest("[aria-hidden=true]")) continue;
    let target = element;
    if (INNER.has(element.localName)) {
      target = element.closest("wx-label") ?? element;
      for (let at = element; at && at !== page(); at = at.parentElement) if (hears(at)) target = at;
    }
    const box = target.getBoundingClientRect();
    if (unseen(element, element.getBoundingClientRect())) continue;
    if (box.height < limit - 0.5 || box.width < limit - 0.5) {
      bad.push({ mark: markOf(element), what: `${named(element)} ${Math.round(box.width)}×${Math.round(box.height)}` });
    }
  }
  return bad;
}

const RULES = ["color-contrast", "label", "button-name", "image-alt", "aria-valid-attr-value", "aria-allowed-attr"];

/** axe-core on what the page itself draws. */
export async function axe() {
  const told = await window.axe.run("wx-page:not([hidden])", { runOnly: RULES });
  return told.violations.flatMap((item) =>
    item.nodes.map((node) => ({
      mark: markOf(document.querySelector(node.target[0])),
      what: `${item.id}: ${node.failureSummary.split("\n")[1]?.trim() ?? ""}`,
    })),
  );
}
