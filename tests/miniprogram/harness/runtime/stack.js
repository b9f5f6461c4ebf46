/** Pages: the stack, tabs, bars, and each page's life. */

import { backend } from "./engine.js";

const LIMIT = 10;

export class Stack {
  constructor(program) {
    this.program = program;
    this.bundle = program.bundle;
    this.pages = [];
    this.tabs = new Map();
    this.serial = 0;
    const bar = this.bundle.app.tabBar ?? {};
    this.items = (bar.list ?? bar.items ?? []).map((item) => ({ path: item.pagePath.replace(/^\//, ""), text: item.text ?? item.name }));
    this.sheets = new Map();
    for (const [path, css] of Object.entries(this.bundle.styles)) {
      const held = document.createElement("style");
      held.textContent = css;
      held.dataset.path = path;
      document.head.append(held);
      if (this.bundle.pages.includes(path)) {
        held.disabled = true;
        this.sheets.set(path, held);
      }
    }
    this.bar = document.querySelector("#mp-bar");
    const tabs = document.querySelector("#mp-tabs");
    for (const item of this.items) {
      const button = document.createElement("button");
      button.textContent = item.text;
      button.addEventListener("click", () => this.switchTab(`/${item.path}`));
      tabs.append(button);
      item.button = button;
    }
  }

  get top() {
    return this.pages.at(-1);
  }

  instances() {
    return this.pages.map((page) => page.instance);
  }

  address(url, call) {
    const [rawPath, rawQuery = ""] = String(url).split("?");
    let path = rawPath;
    if (path.startsWith("/")) path = path.slice(1);
    else if (this.top) {
      const parts = this.top.path.split("/").slice(0, -1);
      for (const part of path.split("/")) part === ".." ? parts.pop() : part !== "." && parts.push(part);
      path = parts.join("/");
    }
    if (!this.bundle.pages.includes(path)) throw new Error(`${call}:fail page "${path}" is not found`);
    const query = {};
    // as it stands in the address: neither platform decodes for the page
    for (const pair of rawQuery.split("&").filter(Boolean)) {
      const cut = pair.indexOf("=");
      query[cut < 0 ? pair : pair.slice(0, cut)] = cut < 0 ? "" : pair.slice(cut + 1);
    }
    return { path, query };
  }

  isTab(path) {
    return this.items.some((item) => item.path === path);
  }

  make({ path, query }, channel) {
    this.program.prepare(path);
    const element = document.createElement("wx-page");
    document.querySelector("#mp-pages").append(element);
    const root = backend.createRoot("body", this.program.space, `/${path}`);
    const instance = root.get();
    const page = { path, query, element, root, instance, scroll: 0, config: this.bundle.components[path].config, title: null };
    instance.route = path;
    instance.__route__ = path;
    instance.options = query;
    instance.__wxWebviewId__ = ++this.serial;
    instance.__wxExparserNodeId__ = `page${this.serial}`;
    instance.$viewId = this.serial;
    instance.getOpenerEventChannel = () => channel;
    page.channel = channel;
    const placeholder = document.createElement("wx-view");
    element.append(placeholder);
    this.pages.push(page);
    this.show(page);
    const load = () => instance.onLoad?.(query);
    if (this.program.alipay) load();
    root.attach(element, placeholder);
    if (!this.program.alipay) load();
    this.shown(page);
    setTimeout(() => {
      this.program.flush();
      if (this.program.alipay) instance.onReady?.();
      page.ready = true;
    }, 0);
    return page;
  }

  /** On the screen; everything else out of sight. */
  show(page) {
    if (this.visible && this.visible !== page) {
      this.visible.scroll = window.scrollY;
      this.visible.element.hidden = true;
    }
    this.visible = page;
    page.element.hidden = false;
    for (const [path, sheet] of this.sheets) sheet.disabled = path !== page.path;
    const config = { ...this.bundle.app.window, ...page.config };
    document.body.classList.toggle("mp-tabs", this.isTab(page.path));
    document.body.classList.toggle("mp-custom", config.navigationStyle === "custom" || config.transparentTitle === "always");
    this.title(page.title ?? config.navigationBarTitleText ?? config.defaultTitle ?? "");
    for (const item of this.items) {
      if (item.path === page.path) item.button.setAttribute("aria-current", "page");
      else item.button.removeAttribute("aria-current");
    }
    window.scrollTo(0, page.scroll);
  }

  shown(page) {
    page.instance.onShow?.();
    page.root.getComponent().triggerPageLifetime("show", []);
  }

  hidden(page) {
    if (!page) return;
    page.instance.onHide?.();
    page.root.getComponent().triggerPageLifetime("hide", []);
  }

  title(text) {
    if (this.visible) this.visible.title = text;
    this.bar.replaceChildren(text);
    document.title = text;
    if (this.pages.length > 1) {
      const back = document.createElement("button");
      back.textContent = "‹";
      back.setAttribute("aria-label", "返回");
      back.addEventListener("click", () => this.pressBack());
      this.bar.prepend(back);
    }
  }

  drop(page) {
    page.instance.onUnload?.();
    page.root.release();
    page.element.remove();
  }

  navigateTo(url, channel) {
    const to = this.address(url, "navigateTo");
    if (this.isTab(to.path)) throw new Error("navigateTo:fail can not navigateTo a tabbar page");
    if (this.pages.length >= LIMIT) throw new Error("navigateTo:fail webview count limit exceed");
    this.hidden(this.top);
    this.make(to, channel);
  }

  redirectTo(url) {
    const to = this.address(url, "redirectTo");
    if (this.isTab(to.path)) throw new Error("redirectTo:fail can not redirectTo a tabbar page");
    const old = this.pages.pop();
    if (old) this.drop(old);
    this.make(to);
  }

  reLaunch(url) {
    const to = this.address(url, "reLaunch");
    for (const page of [...this.pages].reverse()) this.drop(page);
    for (const [path, page] of this.tabs) if (!this.pages.includes(page)) this.drop(page), this.tabs.delete(path);
    this.tabs.clear();
    this.pages = [];
    this.visible = undefined;
    const page = this.make(to);
    if (this.isTab(to.path)) this.tabs.set(to.path, page);
  }

  switchTab(url) {
    const to = this.address(url, "switchTab");
    if (!this.isTab(to.path)) throw new Error("switchTab:fail can not switch to no-tabBar page");
    const from = this.top;
    if (from?.path === to.path && this.pages.length === 1) return;
    for (const page of this.pages.splice(0).reverse()) {
      if (this.isTab(page.path)) this.hidden(page);
      else this.drop(page);
    }
    this.visible = this.visible && document.contains(this.visible.element) ? this.visible : undefined;
    const kept = this.tabs.get(to.path);
    if (kept) {
      this.pages = [kept];
      this.show(kept);
      this.shown(kept);
    } else this.tabs.set(to.path, this.make(to));
    this.top.instance.onTabItemTap?.({ index: this.items.findIndex((item) => item.path === to.path), pagePath: to.path });
  }

  navigateBack(delta = 1) {
    if (this.pages.length < 2) return;
    for (let left = Math.min(delta, this.pages.length - 1); left > 0; left -= 1) this.drop(this.pages.pop());
    this.visible = undefined;
    this.show(this.top);
    this.shown(this.top);
  }

  /** The button in the bar, or the phone's own. */
  pressBack() {
    this.navigateBack(1);
  }
}
