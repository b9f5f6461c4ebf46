/** Starts one built mini-program in this window: ?platform=wechat|alipay&open=/pages/…&fontSize=16 */

import { Program } from "./loader.js";
import { Stack } from "./stack.js";
import { doors } from "./elements.js";
import { host, orders, storage, trail } from "./shared.js";
import { wechat } from "./wechat.js";
import { alipay } from "./alipay.js";
import * as looks from "./looks.js";

const asked = new URLSearchParams(window.location.search);
const bundle = await (await fetch("bundle.json")).json();
let lastTap = 0;
document.addEventListener("pointerdown", () => (lastTap = Date.now()), true);

const open = asked.get("open") ?? `/${bundle.pages[0]}`;
const [path, query = ""] = open.replace(/^\//, "").split("?");
const phone = {
  appId: "sample",
  fontSize: Number(asked.get("fontSize") ?? 16),
  launch: {
    path,
    query: Object.fromEntries(query.split("&").filter(Boolean).map((pair) => [pair.split("=")[0], pair.split("=").slice(1).join("=")])),
    scene: Number(asked.get("scene") ?? 1001),
    referrerInfo: {},
  },
  // a gesture lets a call through for a short while, through what it awaits
  tapped: () => Date.now() - lastTap < 5000,
};
const api = {};
const program = new Program(bundle, api);
const calls = bundle.platform === "wechat" ? wechat(phone) : alipay(phone);
api.calls = calls;
api.stack = phone.stack = new Stack(program);
doors.navigate = (kind, url) => {
  const call = { navigate: "navigateTo", redirect: "redirectTo", switchTab: "switchTab", reLaunch: "reLaunch", navigateBack: "navigateBack" }[kind];
  calls[call]({ url, fail: (error) => console.error(error.errMsg) });
};
doors.web = (url) => void host("web", { url });
doors.source = (source) => {
  if (/^(https?:|data:|blob:)/.test(source)) return /^https?:/.test(source) ? `net?url=${encodeURIComponent(source)}` : source;
  if (/^wxfile:|^https:\/\/resource\//.test(source)) return `temp?path=${encodeURIComponent(source)}`;
  return `dist/${source.replace(/^\//, "")}`;
};

window.mp = {
  orders,
  storage,
  trail,
  phone,
  looks,
  stack: phone.stack,
  bundle,
  order: (call, answer) => orders.put(call, answer),
  setOffline(offline) {
    phone.offline = offline;
    phone.tell("NetworkStatusChange", phone.network());
  },
  show: () => {
    program.app.onShow?.(phone.launch);
    phone.tell("AppShow", phone.launch);
    phone.stack.shown(phone.stack.top);
  },
  hide: () => {
    phone.stack.hidden(phone.stack.top);
    program.app.onHide?.();
    phone.tell("AppHide", {});
  },
  pull: () => phone.stack.top.instance.onPullDownRefresh?.(),
  share: () => phone.stack.top.instance.onShareAppMessage?.({ from: "menu" }),
};

window.addEventListener("scroll", () => {
  const end = document.documentElement.scrollHeight - window.scrollY - window.innerHeight;
  const page = phone.stack.top;
  page?.instance.onPageScroll?.({ scrollTop: window.scrollY });
  if (end <= 50 && page && !page.reached) page.instance.onReachBottom?.();
  if (page) page.reached = end <= 50;
});
window.addEventListener("unhandledrejection", (event) => {
  program.app?.onUnhandledRejection?.({ reason: event.reason, promise: event.promise });
  console.error(`unhandled rejection: ${event.reason?.stack ?? JSON.stringify(event.reason)}`);
});
// what setData adds later is laid out in a moment
setInterval(() => program.flush(), 16);

program.run("app");
program.app.onLaunch?.(phone.launch);
program.app.onShow?.(phone.launch);
phone.stack.reLaunch(open);
window.mp.started = true;
