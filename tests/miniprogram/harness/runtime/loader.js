/** Modules of the built output, App, and component definitions of both platforms on glass-easel. */

import { env, glassEasel } from "./engine.js";

/** What a mini-program does not have. Code that needs one of these must fail here as it does on a phone. */
const ABSENT = [
  "window", "document", "localStorage", "sessionStorage", "fetch", "XMLHttpRequest", "navigator", "location", "history",
  "URL", "URLSearchParams", "Blob", "FormData", "Headers", "AbortController", "atob", "btoa", "TextEncoder", "TextDecoder",
  "crypto", "structuredClone", "indexedDB", "alert", "requestAnimationFrame", "queueMicrotask",
];

export class Program {
  constructor(bundle, api) {
    this.bundle = bundle;
    this.api = api;
    this.alipay = bundle.platform === "alipay";
    this.made = new Map();
    this.defined = new Set();
    this.global = {};
    this.app = null;
    this.waiting = [];
    this.space = env.createCodeSpace("", true);
    const procedures = (0, eval)(`(${bundle.templates.replace(/;?\s*$/, "")})`);
    for (const [path, held] of Object.entries(bundle.components)) {
      this.space.addComponentStaticConfig(path, {
        ...held.config,
        styleIsolation: "shared",
        usingComponents: Object.fromEntries(Object.entries(held.using).map(([tag, to]) => [tag, `/${to}`])),
      });
      this.space.addCompiledTemplate(path, { content: procedures[path], fallbackListenerOnNativeNode: true });
    }
    const program = this;
    // "ready" is ours to say: once the tree stands, children before parents
    this.space.setOverallBehavior(
      this.space
        .getComponentSpace()
        .define()
        .lifetime("attached", function attached() {
          program.waiting.push(this);
        })
        .registerBehavior(),
    );
  }

  /** Tell those that were attached since the last time that they are laid out. */
  flush() {
    while (this.waiting.length) {
      const batch = this.waiting.splice(0).reverse();
      for (const component of batch) (component._$ ?? component).triggerLifetime("ready", []);
    }
  }

  require(from, to) {
    const parts = to.startsWith("/") ? [] : from.split("/").slice(0, -1);
    for (const part of to.replace(/^\//, "").split("/")) {
      if (part === "..") parts.pop();
      else if (part !== ".") parts.push(part);
    }
    return this.run(parts.join("/").replace(/\.js$/, ""));
  }

  run(path) {
    const known = this.made.get(path);
    if (known) return known.exports;
    const code = this.bundle.modules[path];
    if (code === undefined) throw new Error(`module '${path}.js' is not defined`);
    const module = { exports: {} };
    this.made.set(path, module);
    const before = this.current;
    if (path in this.bundle.components) this.current = path;
    const own = {
      require: (to) => this.require(path, to),
      module,
      exports: module.exports,
      global: this.global,
      App: (options) => this.setApp(options),
      Page: (options) => this.page(options),
      Component: (options) => this.component(options),
      Behavior: (options) => this.space.componentEnv(path, ({ Behavior }) => Behavior(options)),
      getApp: () => this.app,
      getCurrentPages: () => this.api.stack.instances(),
      [this.alipay ? "my" : "wx"]: this.api.calls,
    };
    const names = [...Object.keys(own), ...ABSENT.filter((name) => !(name in own))];
    // a function of its own: a module may call something of its own `Component`
    const body = new Function(...names, `(function () {${code}\n})();\n//# sourceURL=mp://${this.bundle.platform}/${path}.js`);
    try {
      body(...names.map((name) => own[name]));
    } finally {
      this.current = before;
    }
    return module.exports;
  }

  setApp(options) {
    this.app = options;
  }

  /** Make a page or component usable, with what it uses. */
  prepare(path) {
    if (this.defined.has(path)) return;
    this.defined.add(path);
    const held = this.bundle.components[path];
    if (!held) throw new Error(`no such page or component: ${path}`);
    for (const to of Object.values(held.using)) this.prepare(to);
    this.run(path);
  }

  page(options) {
    const path = this.current;
    const methods = {};
    const rest = {};
    for (const [name, value] of Object.entries(options)) {
      if (typeof value === "function") methods[name] = value;
      else if (name !== "data") rest[name] = value;
    }
    this.space.componentEnv(path, ({ Component }) =>
      Component({
        options: { multipleSlots: true },
        data: typeof options.data === "function" ? options.data() : { ...options.data },
        methods,
        lifetimes: {
          created() {
            Object.assign(this, rest);
          },
        },
      }),
    );
  }

  component(options) {
    const path = this.current;
    this.space.componentEnv(path, ({ Component }) => Component(this.alipay ? component2(this.bundle.components[path], options) : options));
  }
}

/** Alipay's component2 on WeChat's life cycle: onInit, deriveDataFromProps, didMount, didUpdate, didUnmount. */
function component2(held, options) {
  const skip = new Set(["class", "style", "id", "slot", "key", "hidden"]);
  const names = [...new Set([...Object.keys(options.props ?? {}), ...held.properties])].filter(
    (name) => !skip.has(name) && /^[A-Za-z_$][\w$]*$/.test(name) && !name.startsWith("data"),
  );
  const isHandler = (name) => /^on[A-Z]/.test(name) || name === "ref";
  const propsOf = (instance) => {
    const owner = instance._$.ownerShadowRoot?.getHostNode().getMethodCaller();
    const props = {};
    for (const name of names) {
      const value = instance.data[name];
      if (isHandler(name)) {
        // a name of the owner's handler becomes the function that props carry
        if (value) props[name] = (...args) => owner?.[value]?.(...args);
        else if (options.props?.[name] !== undefined) props[name] = options.props[name];
      } else props[name] = value;
    }
    return props;
  };
  const properties = Object.fromEntries(
    names.map((name) => [name, { type: null, value: isHandler(name) ? "" : (options.props?.[name] ?? "") }]),
  );
  const follow = function follow() {
    if (!this.begun) return;
    const before = this.props;
    const next = propsOf(this);
    options.deriveDataFromProps?.call(this, next);
    this.props = next;
    options.didUpdate?.call(this, before, this.data);
  };
  return {
    options: { multipleSlots: true, virtualHost: true },
    properties,
    data: typeof options.data === "function" ? options.data() : { ...options.data },
    methods: options.methods ?? {},
    observers: names.length ? { [names.join(",")]: follow } : {},
    lifetimes: {
      attached() {
        this.props = propsOf(this);
        this.$id = ++serial;
        options.onInit?.call(this);
        options.deriveDataFromProps?.call(this, this.props);
        this.begun = true;
        this.props.ref?.(this);
      },
      ready() {
        options.didMount?.call(this);
      },
      detached() {
        options.didUnmount?.call(this);
      },
    },
  };
}

let serial = 0;
export { glassEasel };
