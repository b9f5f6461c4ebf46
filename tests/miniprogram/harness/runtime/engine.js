/** glass-easel set up so that it behaves as the two platforms do where uni-app's run time looks. */

import { MiniProgramEnv, glassEasel } from "glass-easel-miniprogram-adapter";
import { lengths } from "../css.mjs";
import { KNOWN, define, doors } from "./elements.js";

const { globalOptions, NativeNode, Element, Event, EventBubbleStatus } = glassEasel;

// uni-app writes handlers on the instance while it renders; ids are needed for selectors
globalOptions.useMethodCallerListeners = true;
globalOptions.writeIdToDOM = true;
globalOptions.throwGlobalError = false;

/** Values reach the element as they are: an array stays an array (`range` of a picker). */
NativeNode.prototype.updateAttribute = function updateAttribute(name, value) {
  this.$$?.set?.(name, value);
};

// a test finds an element by what its template says, as the browser's journeys do
const setDataset = Element.prototype.setDataset;
Element.prototype.setDataset = function set(name, value) {
  setDataset.call(this, name, value);
  const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (this.$$?.setAttribute && ["string", "number", "boolean"].includes(typeof value)) this.$$.setAttribute(`data-${dashed}`, String(value));
};

const setNodeStyle = Element.prototype.setNodeStyle;
Element.prototype.setNodeStyle = function setStyle(style, segment) {
  return setNodeStyle.call(this, lengths(String(style)), segment);
};

/**
 * What a listener gets: own `detail`, `target`, `currentTarget`. uni-app tests hasOwnProperty("detail") and replaces
 * both stop functions, so they are kept from being replaced.
 */
Event.prototype.wrapShadowedEvent = function wrapShadowedEvent(target, mark, currentTarget) {
  const event = Object.create(this);
  const own = { type: this.type, timeStamp: this.timeStamp, detail: this.detail, mark, touches: [], changedTouches: [] };
  Object.assign(event, own);
  event.target = point(target);
  event.currentTarget = point(currentTarget);
  for (const name of ["stopPropagation", "preventDefault"]) {
    const held = this[name].bind(this);
    Object.defineProperty(event, name, { get: () => held, set: () => {} });
  }
  return event;
};

function point(held) {
  const node = held?._$ ?? held;
  return { id: node?.id ?? "", dataset: { ...node?.dataset }, offsetLeft: node?.$$?.offsetLeft ?? 0, offsetTop: node?.$$?.offsetTop ?? 0 };
}

doors.emit = (element, type, detail, bubbles) => {
  const node = element.__wxElement;
  if (node) Event.triggerEvent(node, type, detail, { bubbles, composed: bubbles });
};

export const env = new MiniProgramEnv();
export const backend = env.associateBackend();
const context = backend._$;
context.document = {
  createElement(name) {
    // what is not an element is the outside of a component; compile.mjs refuses other names
    return document.createElement(KNOWN.has(name) ? `wx-${name}` : name.startsWith("wx-") ? name : `wx-x-${name}`);
  },
  createTextNode: (text) => document.createTextNode(text),
  createDocumentFragment: () => document.createDocumentFragment(),
};
const listen = context.setListenerStats;
// events of the browser's own controls are not the elements' events: elements.js tells those
context.setListenerStats = function setListenerStats(element, type, ...rest) {
  if (/^(transitionend|animation(start|end|iteration))$/.test(type)) listen.call(this, element, type, ...rest);
};
context.onEvent((target, type, detail, options) => {
  const where = options.originalEvent?.target;
  if (type === "tap" && where?.closest?.("wx-button[disabled]")) return EventBubbleStatus?.Normal ?? 0;
  const event = new Event(type, detail, options);
  Event.dispatchEvent(target, event);
  return event.defaultPrevented() ? 1 : 0;
});
define();

export { glassEasel };
