/** The built-in elements as custom elements `wx-*`. `set(name, value)` takes what a template gives, unchanged. */

const PASSED = /^(role|hidden|tabindex|aria-.*|mp-at)$/;
const truthy = (value) => value !== undefined && value !== null && value !== false && value !== "" && value !== "false";

export const doors = {
  /** Told by main.js: hand an event to the template's listeners. */
  emit: (_element, _type, _detail, _bubbles) => {},
  /** Told by the platform: what a button with an open-type, a navigator and an image need. */
  openType: async (_button, _type) => {},
  navigate: (_kind, _url) => {},
  source: (path) => path,
  /** A page of the web over everything else; an empty address closes it. */
  web: (_url) => {},
};

class Part extends HTMLElement {
  given = {};
  made = false;

  set(name, value) {
    this.given[name] = value;
    if (PASSED.test(name)) {
      // a property of a mini-program is false when it says so; an aria state is the word
      const off = name.startsWith("aria-") ? value === undefined || value === null : !truthy(value) && value !== "";
      if (off) this.removeAttribute(name);
      else this.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
    }
    if (this.made) this.changed(name, value);
  }

  connectedCallback() {
    if (this.made) return;
    this.made = true;
    this.build();
    for (const [name, value] of Object.entries(this.given)) this.changed(name, value);
  }

  build() {}
  changed(_name, _value) {}

  on(name) {
    const value = this.given[name];
    return name in this.given && (value === null || value === undefined ? false : value === "" ? true : truthy(value));
  }

  emit(type, detail = {}, bubbles = false) {
    return doors.emit(this, type, detail, bubbles);
  }
}

class Text extends Part {
  changed(name) {
    if (name === "user-select" || name === "selectable") this.style.userSelect = "text";
  }
}

class Button extends Part {
  build() {
    if (!this.hasAttribute("role")) this.setAttribute("role", "button");
    this.setAttribute("tabindex", "0");
    this.addEventListener("click", () => {
      if (this.hasAttribute("disabled")) return;
      const form = this.given["form-type"];
      if (form) this.closest("wx-form")?.[form === "reset" ? "reset" : "submit"]();
      if (this.given["open-type"]) void doors.openType(this, this.given["open-type"]);
    });
  }

  changed(name) {
    if (name === "disabled" || name === "loading" || name === "plain") this.toggleAttribute(name, this.on(name));
    if (name === "disabled") this.setAttribute("aria-disabled", String(this.on("disabled")));
    if (name === "type" || name === "size") this.setAttribute(name, this.given[name]);
  }
}

/** What takes text; `field` is the browser's own element. */
class Field extends Part {
  kind = "input";

  build() {
    this.field = document.createElement(this.kind);
    this.field.maxLength = 140; // both platforms, when the template names none
    this.append(this.field);
    const told = (type, more = {}) => this.emit(type, { value: this.field.value, cursor: this.field.selectionStart, ...more });
    this.field.addEventListener("input", () => told("input", { keyCode: 0 }));
    this.field.addEventListener("focus", () => told("focus", { height: 0 }));
    this.field.addEventListener("blur", () => {
      told("blur");
      if (this.field.value !== this.before) told("change");
      this.before = this.field.value;
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && this.kind === "input") told("confirm");
    });
  }

  changed(name, value) {
    if (name === "value") {
      const text = value === undefined || value === null ? "" : String(value);
      if (this.field.value !== text) this.field.value = text;
      this.before = text;
    } else if (name === "placeholder") this.field.placeholder = String(value ?? "");
    else if (name === "maxlength") {
      if (Number(value) < 0) this.field.removeAttribute("maxlength");
      else this.field.maxLength = Number(value);
    } else if (name === "disabled") this.field.disabled = this.on("disabled");
    else if (name === "type") this.field.inputMode = { number: "numeric", digit: "decimal", idcard: "text" }[value] ?? "text";
    else if (name === "password") this.field.type = this.on("password") ? "password" : "text";
    else if (name === "focus" || name === "auto-focus") {
      if (this.on(name)) this.field.focus();
    } else if (name.startsWith("aria-")) this.field.setAttribute(name, String(value));
  }

  get value() {
    return this.field.value;
  }

  clear() {
    this.field.value = "";
  }
}

class Area extends Field {
  kind = "textarea";
}

/** checkbox, radio and switch: one real control inside, so that names, states and keys are the browser's. */
class Choice extends Part {
  kind = "checkbox";

  build() {
    this.control = document.createElement("input");
    this.control.type = this.kind;
    this.prepend(this.control);
    this.control.addEventListener("click", (event) => event.stopPropagation());
    this.control.addEventListener("change", () => this.told());
    this.addEventListener("click", () => this.toggle());
  }

  changed(name, value) {
    if (name === "checked") this.control.checked = this.on("checked");
    else if (name === "disabled") this.control.disabled = this.on("disabled");
    else if (name === "color") this.control.style.accentColor = String(value);
    else if (name.startsWith("aria-")) this.control.setAttribute(name, String(value));
  }

  toggle() {
    if (!this.control.disabled) this.control.click();
  }

  told() {
    this.closest("wx-checkbox-group")?.told();
  }

  get value() {
    return this.given.value === undefined ? "" : String(this.given.value);
  }
}

class Radio extends Choice {
  kind = "radio";

  told() {
    const group = this.closest("wx-radio-group");
    for (const other of group?.querySelectorAll("wx-radio") ?? []) if (other !== this) other.control.checked = false;
    group?.emit("change", { value: this.value });
  }
}

class Switch extends Choice {
  build() {
    super.build();
    this.control.setAttribute("role", "switch");
  }

  told() {
    this.emit("change", { value: this.control.checked });
  }
}

class CheckboxGroup extends Part {
  told() {
    this.emit("change", { value: this.value });
  }

  get value() {
    return [...this.querySelectorAll("wx-checkbox")].filter((box) => box.control.checked).map((box) => box.value);
  }
}

class RadioGroup extends Part {
  build() {
    this.setAttribute("role", "radiogroup");
  }

  get value() {
    return [...this.querySelectorAll("wx-radio")].find((item) => item.control.checked)?.value ?? "";
  }
}

class Label extends Part {
  build() {
    const own = "wx-checkbox, wx-radio, wx-switch, wx-input, wx-textarea";
    this.addEventListener("click", (event) => {
      if (event.target.closest(`${own}, wx-button`)) return;
      const named = this.given.for;
      const target = named ? document.querySelector(`[id="${named}"], [id$="--${named}"]`) : this.querySelector(own);
      if (target?.toggle) target.toggle();
      else target?.field?.focus();
    });
    for (const part of this.querySelectorAll("wx-checkbox, wx-radio, wx-switch")) this.name(part);
    new MutationObserver(() => {
      for (const part of this.querySelectorAll("wx-checkbox, wx-radio, wx-switch")) this.name(part);
    }).observe(this, { childList: true, subtree: true, characterData: true });
  }

  /** What a screen reader says: the words beside the control. */
  name(part) {
    if (part.control && !part.given["aria-label"]) part.control.setAttribute("aria-label", this.textContent.trim() || "选项");
  }
}

class Form extends Part {
  fields() {
    return [...this.querySelectorAll("wx-input, wx-textarea, wx-switch, wx-checkbox-group, wx-radio-group, wx-picker, wx-slider")].filter(
      (part) => part.given.name,
    );
  }

  submit() {
    const value = {};
    for (const part of this.fields()) value[part.given.name] = part instanceof Switch ? part.control.checked : part.value;
    this.emit("submit", { value });
  }

  reset() {
    for (const part of this.fields()) part.clear?.();
    this.emit("reset", {});
  }
}

/** A sheet from below with what a person may choose; the answer is an array of positions, or a text, or null. */
export function sheet(title, fill) {
  return new Promise((resolve) => {
    const back = document.createElement("div");
    back.className = "mp-sheet";
    const box = document.createElement("div");
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", title);
    back.append(box);
    const close = (answer) => {
      back.remove();
      resolve(answer);
    };
    const button = (text, act) => {
      const made = document.createElement("button");
      made.textContent = text;
      made.addEventListener("click", act);
      return made;
    };
    fill(box, close, button);
    document.body.append(back);
  });
}

class Picker extends Part {
  build() {
    if (!this.hasAttribute("role")) this.setAttribute("role", "button");
    this.setAttribute("aria-haspopup", "dialog");
    this.setAttribute("tabindex", "0");
    this.addEventListener("click", () => void this.open());
  }

  changed(name) {
    if (name === "disabled") this.toggleAttribute("disabled", this.on("disabled"));
  }

  get value() {
    return this.given.value ?? "";
  }

  text(item) {
    const key = this.given["range-key"];
    return String(key && item && typeof item === "object" ? item[key] : item);
  }

  async open() {
    if (this.on("disabled")) return;
    const mode = this.given.mode || "selector";
    const range = this.given.range ?? [];
    if (mode === "selector" && !Array.isArray(range)) throw new Error(`picker: range is ${JSON.stringify(range)}, not an array`);
    const answer = await sheet(this.given["header-text"] || "请选择", (box, close, button) => {
      const done = document.createElement("div");
      done.className = "mp-sheet-bar";
      done.append(button("取消", () => close(null)));
      box.append(done);
      if (mode === "selector") {
        range.forEach((item, index) => {
          const made = button(this.text(item), () => close(index));
          if (Number(this.given.value) === index) made.setAttribute("aria-current", "true");
          box.append(made);
        });
      } else if (mode === "date" || mode === "time") {
        const field = document.createElement("input");
        field.type = mode === "time" ? "time" : { year: "number", month: "month" }[this.given.fields] ?? "date";
        field.value = String(this.given.value ?? "");
        field.setAttribute("aria-label", this.given["header-text"] || "选择");
        // a phone's wheel offers nothing outside
        const outside = (value) => (this.given.start && value < this.given.start) || (this.given.end && value > this.given.end);
        done.append(button("确定", () => close(field.value && !outside(field.value) ? field.value : null)));
        box.append(field);
      } else if (mode === "multiSelector") {
        const chosen = [...(Array.isArray(this.given.value) ? this.given.value : [])];
        const draw = () => {
          box.querySelectorAll("select").forEach((part) => part.remove());
          (this.given.range ?? []).forEach((items, column) => {
            const part = document.createElement("select");
            part.setAttribute("aria-label", `第${column + 1}列`);
            items.forEach((item, index) => part.add(new Option(this.text(item), String(index))));
            part.value = String(chosen[column] ?? 0);
            part.addEventListener("change", () => {
              chosen[column] = Number(part.value);
              this.emit("columnchange", { column, value: chosen[column] });
              setTimeout(draw, 50);
            });
            box.append(part);
          });
        };
        draw();
        done.append(button("确定", () => close((this.given.range ?? []).map((_items, column) => chosen[column] ?? 0))));
      } else throw new Error(`picker: this harness has no mode ${mode}`);
    });
    if (answer === null) this.emit("cancel", {});
    else this.emit("change", { value: answer });
  }
}

class ScrollView extends Part {
  build() {
    this.addEventListener("scroll", () => {
      this.emit("scroll", { scrollTop: this.scrollTop, scrollLeft: this.scrollLeft, scrollHeight: this.scrollHeight });
      const edge = Number.parseFloat(this.given["lower-threshold"] ?? 50);
      if (this.scrollHeight - this.scrollTop - this.clientHeight <= edge) {
        if (!this.low) this.emit("scrolltolower", { direction: "bottom" });
        this.low = true;
      } else this.low = false;
    });
  }

  changed(name, value) {
    if (name === "scroll-y") this.style.overflowY = this.on(name) ? "auto" : "hidden";
    else if (name === "scroll-x") this.style.overflowX = this.on(name) ? "auto" : "hidden";
    else if (name === "scroll-top") this.scrollTop = Number.parseFloat(value) || 0;
    else if (name === "scroll-into-view" && value) {
      setTimeout(() => this.querySelector(`[id="${value}"], [id$="--${value}"]`)?.scrollIntoView({ block: "start" }), 0);
    }
    if (this.style.overflowX || this.style.overflowY) this.setAttribute("tabindex", "0");
  }
}

class Swiper extends Part {
  build() {
    this.now = 0;
    this.addEventListener("scrollend", () => {
      const current = Math.round(this.scrollLeft / (this.clientWidth || 1));
      if (current !== this.now) this.emit("change", { current, source: "touch" });
      this.now = current;
    });
  }

  changed(name, value) {
    if (name === "current") this.scrollLeft = Number(value) * this.clientWidth;
  }
}

class Navigator extends Part {
  build() {
    if (!this.hasAttribute("role")) this.setAttribute("role", "link");
    this.setAttribute("tabindex", "0");
    this.addEventListener("click", () => doors.navigate(this.given["open-type"] || "navigate", this.given.url));
  }
}

class Picture extends Part {
  build() {
    this.field = document.createElement("img");
    this.field.alt = "";
    this.append(this.field);
    this.field.addEventListener("load", () =>
      this.emit("load", { width: this.field.naturalWidth, height: this.field.naturalHeight }),
    );
    this.field.addEventListener("error", () => this.emit("error", { errMsg: `image load fail: ${this.given.src}` }));
  }

  changed(name, value) {
    if (name === "src") {
      if (value) this.field.src = doors.source(String(value));
      else this.field.removeAttribute("src");
    } else if (name === "mode") {
      this.field.style.objectFit = { aspectFit: "contain", aspectFill: "cover", center: "none" }[value] ?? "fill";
      if (value === "widthFix") Object.assign(this.style, { height: "auto" }), (this.field.style.height = "auto");
    } else if (name === "aria-label" || name === "alt") this.field.alt = String(value ?? "");
  }
}

/** A window of its own, as on a phone: our pages refuse to stand in a frame. The driver opens it. */
class WebView extends Part {
  changed(name, value) {
    if (name === "src" && value) doors.web(String(value));
  }

  disconnectedCallback() {
    doors.web("");
  }
}

class RichText extends Part {
  changed(name, value) {
    if (name !== "nodes") return;
    if (typeof value === "string") {
      const held = new DOMParser().parseFromString(value, "text/html");
      held.querySelectorAll("script, iframe, style, link").forEach((part) => part.remove());
      this.replaceChildren(...held.body.childNodes);
    } else this.replaceChildren(...(value ?? []).map((node) => this.node(node)));
  }

  node(node) {
    if (node.type === "text") return document.createTextNode(node.text);
    const made = document.createElement(node.name);
    for (const [name, value] of Object.entries(node.attrs ?? {})) made.setAttribute(name, value);
    made.append(...(node.children ?? []).map((child) => this.node(child)));
    return made;
  }
}

class Canvas extends Part {
  build() {
    this.node = document.createElement("canvas");
    this.node.requestAnimationFrame = (act) => requestAnimationFrame(act);
    this.node.createImage = () => new Image();
    this.append(this.node);
  }
}

class Progress extends Part {
  build() {
    this.bar = document.createElement("progress");
    this.bar.max = 100;
    this.append(this.bar);
  }

  changed(name, value) {
    if (name === "percent") this.bar.value = Number(value) || 0;
    if (name === "aria-label") this.bar.setAttribute(name, value);
  }
}

class Slider extends Part {
  build() {
    this.field = document.createElement("input");
    this.field.type = "range";
    this.append(this.field);
    this.field.addEventListener("change", () => this.emit("change", { value: Number(this.field.value) }));
    this.field.addEventListener("input", () => this.emit("changing", { value: Number(this.field.value) }));
  }

  changed(name, value) {
    if (["min", "max", "step", "value"].includes(name)) this.field[name] = String(value);
    if (name.startsWith("aria-")) this.field.setAttribute(name, value);
  }

  get value() {
    return Number(this.field.value);
  }
}

const KINDS = {
  text: Text, button: Button, input: Field, textarea: Area, checkbox: Choice, radio: Radio, switch: Switch,
  "checkbox-group": CheckboxGroup, "radio-group": RadioGroup, label: Label, form: Form, picker: Picker,
  "scroll-view": ScrollView, swiper: Swiper, navigator: Navigator, image: Picture, "cover-image": Picture,
  "web-view": WebView, "rich-text": RichText, canvas: Canvas, progress: Progress, slider: Slider,
};
const PLAIN = ["view", "swiper-item", "cover-view", "icon", "page", "block", "match-media", "page-container", "root-portal", "official-account"];

export const KNOWN = new Set([...Object.keys(KINDS), ...PLAIN]);

export function define() {
  for (const [name, kind] of Object.entries(KINDS)) customElements.define(`wx-${name}`, class extends kind {});
  for (const name of PLAIN) customElements.define(`wx-${name}`, class extends Part {});
}
