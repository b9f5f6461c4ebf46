/** What both platforms have under the same name, and how a call is answered. */

import { sheet } from "./elements.js";

export class Failure extends Error {
  constructor(message, more = {}) {
    super(message);
    this.more = more;
  }
}

/** What the person and the phone do next, said by a test: call → answers, first come first served. */
export const orders = {
  held: {},
  next(call) {
    const waiting = this.held[call];
    return waiting?.length ? waiting.shift() : undefined;
  },
  put(call, answer) {
    (this.held[call] ??= []).push(answer);
  },
};

/** Every platform call in order, for the story of a failure. */
export const trail = [];
export const note = (name, options) => {
  let given;
  try {
    given = JSON.stringify(options ?? null, (_key, value) => (value instanceof ArrayBuffer ? `<${value.byteLength} bytes>` : value));
  } catch {
    given = "<circular>";
  }
  trail.push({ name, given: (given ?? "").slice(0, 300), at: Date.now() });
  if (trail.length > 500) trail.shift();
};

/**
 * A call with success, fail and complete; without them it answers with a promise. `act(options)` gives the answer or
 * throws a Failure; `shape(error)` makes what `fail` receives on this platform.
 */
export const asynchronous = (name, act, shape) =>
  function call(options = {}) {
    note(name, options);
    const wanted = typeof options?.success === "function" || typeof options?.fail === "function" || typeof options?.complete === "function";
    const run = (async () => act(options ?? {}))().then(
      (answer) => {
        const told = { errMsg: `${name}:ok`, ...answer };
        options?.success?.(told);
        options?.complete?.(told);
        return told;
      },
      (error) => {
        if (!(error instanceof Failure)) console.error(`${name}: ${error.stack ?? error}`);
        const told = shape(name, error);
        options?.fail?.(told);
        options?.complete?.(told);
        if (!wanted) throw told;
        return undefined;
      },
    );
    return wanted ? undefined : run;
  };

export const host = (kind, payload) => window.mpHost(JSON.stringify({ kind, ...payload })).then((text) => JSON.parse(text));

const bytes = (buffer) => {
  let text = "";
  const view = ArrayBuffer.isView(buffer) ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength) : new Uint8Array(buffer);
  for (let at = 0; at < view.length; at += 0x8000) text += String.fromCharCode(...view.subarray(at, at + 0x8000));
  return btoa(text);
};
export const unbytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;
export { bytes };

/** The exchange of `request` for both platforms: a task with abort. `METHODS` is what the platform's own call takes. */
export function exchange(methods, name, options, answered) {
  const id = `${Date.now()}-${Math.random()}`;
  let aborted = false;
  const method = String(options.method ?? "GET").toUpperCase();
  const headers = { ...(options.header ?? options.headers ?? {}) };
  const promise = (async () => {
    if (!methods.includes(method)) throw new Failure(`${name}:fail method ${method} is not supported`, { errno: 600002, code: 2 });
    let url = String(options.url);
    let data = options.data;
    let body = null;
    let packed = null;
    const typed = Object.keys(headers).find((key) => key.toLowerCase() === "content-type");
    if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) packed = bytes(data);
    else if (data !== undefined && data !== null && data !== "") {
      if (method === "GET" && typeof data === "object") {
        const pairs = Object.entries(data).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`);
        url += (url.includes("?") ? "&" : "?") + pairs.join("&");
      } else if (typeof data === "string") body = data;
      else if (typed && /x-www-form-urlencoded/.test(headers[typed])) {
        body = Object.entries(data).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`).join("&");
      } else body = JSON.stringify(data);
    }
    if (!typed && method !== "GET") headers["content-type"] = "application/json";
    const order = orders.next("request");
    if (order?.outcome === "offline") throw new Failure(`${name}:fail`, { errno: 600001, code: 12 });
    if (order?.outcome === "timeout") throw new Failure(`${name}:fail timeout`, { errno: 5, code: 13 });
    const answer = await host("request", { id, url, method, headers, body, packed, timeout: options.timeout ?? 60000, ...(order ?? {}) });
    if (aborted) throw new Failure(`${name}:fail abort`, { code: 9 });
    if (answer.failed) throw new Failure(`${name}:fail ${answer.failed}`, answer.more);
    let held;
    if (options.responseType === "arraybuffer" || options.responseType === "arrayBuffer" || options.dataType === "arraybuffer") held = unbytes(answer.packed);
    else {
      held = new TextDecoder().decode(unbytes(answer.packed));
      if ((options.dataType ?? "json").toLowerCase() === "json") {
        try {
          held = JSON.parse(held);
        } catch {
          if (answered.strictJson && held !== "") throw new Failure(`${name}:fail parse`, { code: 14 });
        }
      }
    }
    return answered.shape(answer, held);
  })();
  return {
    promise,
    abort: () => {
      aborted = true;
      void host("abort", { id });
    },
  };
}

/** Dialogs that a person sees and answers. */
export const dialog = (title, text, buttons) =>
  sheet(title || "提示", (box, close, button) => {
    if (title) {
      const head = document.createElement("p");
      head.textContent = title;
      box.append(head);
    }
    if (text) {
      const words = document.createElement("p");
      words.textContent = text;
      box.append(words);
    }
    for (const [label, answer] of buttons) box.append(button(label, () => close(answer)));
  });

export function toast(text, duration = 1500) {
  document.querySelector("#mp-toast")?.remove();
  const made = document.createElement("div");
  made.id = "mp-toast";
  made.setAttribute("role", "status");
  made.textContent = text;
  document.body.append(made);
  if (duration) setTimeout(() => made.remove(), duration);
}
export const untoast = () => document.querySelector("#mp-toast")?.remove();

/** Kept as one value a key; survives a start of the program, as on a phone. */
export const storage = {
  prefix: "mp:",
  get(key) {
    const text = window.localStorage.getItem(this.prefix + key);
    return text === null ? undefined : JSON.parse(text);
  },
  set(key, value) {
    if (this.full) throw new Failure("setStorage:fail the maximum size of the file storage limit is exceeded", { code: 14, full: true });
    window.localStorage.setItem(this.prefix + key, JSON.stringify(value === undefined ? null : value));
  },
  remove(key) {
    window.localStorage.removeItem(this.prefix + key);
  },
  keys() {
    return Object.keys(window.localStorage).filter((key) => key.startsWith(this.prefix)).map((key) => key.slice(this.prefix.length));
  },
  clear() {
    for (const key of this.keys()) this.remove(key);
  },
};

const find = (page, selector) => {
  const own = selector.replace(/#([\w-]+)/g, (_all, id) => `:is([id="${id}"], [id$="--${id}"])`);
  return [...page.querySelectorAll(own)];
};

const box = (element) => {
  const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
  return { id: element.id.split("--").at(-1), dataset: { ...element.__wxElement?.dataset }, left, top, right, bottom, width, height };
};
const scroll = (element) => ({
  scrollLeft: element.scrollLeft,
  scrollTop: element.scrollTop,
  scrollHeight: element.scrollHeight,
  scrollWidth: element.scrollWidth,
});

/** createSelectorQuery over what is on the screen. `actions` is what uni-app looks for on Alipay. */
export function selectorQuery(stack) {
  const actions = [];
  let chosen = { elements: () => [], single: true };
  const choose = (elements, single) => {
    chosen = { elements, single };
    return query;
  };
  const add = (read, told) => {
    actions.push({ ...chosen, read, told });
    return query;
  };
  const query = {
    actions,
    in: () => query,
    selectViewport: () => choose(() => [document.scrollingElement], true),
    select: (selector) => choose(() => find(stack.top.element, selector), true),
    selectAll: (selector) => choose(() => find(stack.top.element, selector), false),
    boundingClientRect: (told) => add(box, told),
    scrollOffset: (told) => add(scroll, told),
    node: (told) => add((element) => ({ node: element.node }), told),
    fields: (fields, told) =>
      add(
        (element) => ({
          ...(fields.rect || fields.size || fields.id || fields.dataset ? box(element) : {}),
          ...(fields.scrollOffset ? scroll(element) : {}),
          ...(fields.node ? { node: element.node } : {}),
        }),
        told,
      ),
    exec(act) {
      setTimeout(() => {
        const answers = actions.map(({ elements, single, read, told }) => {
          const got = elements().map(read);
          const answer = single ? (got[0] ?? null) : got;
          told?.(answer);
          return answer;
        });
        act?.(answers);
      }, 0);
      return query;
    },
  };
  return query;
}
