/** Calls that both platforms have under one name; each platform adds and overrides its own. */

import { Failure, asynchronous, dialog, exchange, host, note, orders, selectorQuery, storage, toast, untoast } from "./shared.js";

const METHODS = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT"];

export class EventChannel {
  held = {};
  on(name, act) {
    (this.held[name] ??= []).push(act);
  }
  once(name, act) {
    this.on(name, act);
  }
  off(name) {
    delete this.held[name];
  }
  emit(name, ...args) {
    for (const act of this.held[name] ?? []) act(...args);
  }
}

export function common(phone, shape) {
  const call = (name, act) => asynchronous(name, act, shape);
  const listeners = {};
  const listen = (name) => ({
    [`on${name}`]: (act) => (listeners[name] ??= []).push(act),
    [`off${name}`]: (act) => (listeners[name] = act ? (listeners[name] ?? []).filter((held) => held !== act) : []),
  });
  phone.tell = (name, value) => [...(listeners[name] ?? [])].forEach((act) => act(value));

  const move = (name, act) =>
    call(name, (options) => {
      try {
        return act(options);
      } catch (error) {
        if (String(error.message).startsWith(`${name}:fail`)) throw new Failure(error.message);
        throw error;
      }
    });
  const task = (name, options, run) => {
    note(name, { url: options.url, method: options.method, filePath: options.filePath });
    const promise = run.promise.then(
      (answer) => {
        options.success?.(answer);
        options.complete?.(answer);
        return answer;
      },
      (error) => {
        if (!(error instanceof Failure)) console.error(`${name}: ${error.stack ?? error}`);
        const told = shape(name, error);
        options.fail?.(told);
        options.complete?.(told);
        if (!options.fail && !options.complete && !options.success) throw told;
        return undefined;
      },
    );
    const made = options.success || options.fail || options.complete ? {} : promise;
    return Object.assign(made, {
      abort: run.abort ?? (() => {}),
      onProgressUpdate: () => {},
      offProgressUpdate: () => {},
      onHeadersReceived: () => {},
      offHeadersReceived: () => {},
      onChunkReceived: () => {},
    });
  };

  return {
    call,
    task,
    calls: {
      navigateTo: move("navigateTo", (options) => {
        const channel = new EventChannel();
        for (const [name, act] of Object.entries(options.events ?? {})) channel.on(name, act);
        phone.stack.navigateTo(options.url, channel);
        return { eventChannel: channel };
      }),
      redirectTo: move("redirectTo", (options) => phone.stack.redirectTo(options.url)),
      reLaunch: move("reLaunch", (options) => phone.stack.reLaunch(options.url)),
      switchTab: move("switchTab", (options) => phone.stack.switchTab(options.url)),
      navigateBack: move("navigateBack", (options) => phone.stack.navigateBack(options.delta ?? 1)),

      request: (options) => task("request", options, exchange(METHODS, "request", options, phone.answers)),
      uploadFile: (options) =>
        task("uploadFile", options, {
          promise: (async () => {
            const order = orders.next("uploadFile");
            if (order?.outcome === "offline") throw new Failure("uploadFile:fail", { code: 12 });
            const answer = await host("upload", {
              url: options.url,
              path: options.filePath,
              name: options.name ?? options.fileName,
              headers: options.header ?? options.headers ?? {},
              form: options.formData ?? {},
            });
            if (answer.failed) throw new Failure(`uploadFile:fail ${answer.failed}`, { code: 12, ...answer.more });
            return { errMsg: "uploadFile:ok", data: answer.text, statusCode: answer.status, header: answer.headers };
          })(),
        }),
      downloadFile: (options) =>
        task("downloadFile", options, {
          promise: (async () => {
            const answer = await host("download", { url: options.url, headers: options.header ?? options.headers ?? {} });
            if (answer.failed) throw new Failure(`downloadFile:fail ${answer.failed}`, { code: 12 });
            return { errMsg: "downloadFile:ok", tempFilePath: answer.path, apFilePath: answer.path, statusCode: answer.status };
          })(),
        }),

      showToast: call("showToast", (options) => toast(options.title ?? options.content ?? "", options.duration ?? 1500)),
      hideToast: call("hideToast", untoast),
      showLoading: call("showLoading", (options) => toast(options.title ?? options.content ?? "", 0)),
      hideLoading: call("hideLoading", untoast),
      setNavigationBarColor: call("setNavigationBarColor", () => {}),
      pageScrollTo: call("pageScrollTo", (options) => window.scrollTo(0, options.scrollTop ?? 0)),
      stopPullDownRefresh: call("stopPullDownRefresh", () => {}),
      startPullDownRefresh: call("startPullDownRefresh", () => phone.stack.top.instance.onPullDownRefresh?.()),
      hideKeyboard: call("hideKeyboard", () => document.activeElement?.blur()),
      makePhoneCall: call("makePhoneCall", async (options) => {
        await dialog("拨打电话", options.phoneNumber ?? options.number, [["呼叫", true], ["取消", false]]);
      }),
      vibrateShort: call("vibrateShort", () => {}),
      setTabBarBadge: call("setTabBarBadge", () => {}),
      removeTabBarBadge: call("removeTabBarBadge", () => {}),
      showTabBarRedDot: call("showTabBarRedDot", () => {}),
      hideTabBarRedDot: call("hideTabBarRedDot", () => {}),
      setTabBarItem: call("setTabBarItem", () => {}),
      setTabBarStyle: call("setTabBarStyle", () => {}),
      getLocation: call("getLocation", () => {
        const order = orders.next("getLocation");
        if (!order || order.outcome === "refuse") throw new Failure("getLocation:fail auth deny", { errno: 103, code: 11 });
        return { latitude: order.latitude, longitude: order.longitude };
      }),
      getNetworkType: call("getNetworkType", () => phone.network()),
      createSelectorQuery: () => selectorQuery(phone.stack),
      createIntersectionObserver: () => {
        const made = { relativeTo: () => made, relativeToViewport: () => made, observe: () => {}, disconnect: () => {} };
        return made;
      },
      nextTick: (act) => setTimeout(act, 0),
      getUpdateManager: () => ({ onCheckForUpdate: () => {}, onUpdateReady: () => {}, onUpdateFailed: () => {}, applyUpdate: () => {} }),
      getLaunchOptionsSync: () => phone.launch,
      getEnterOptionsSync: () => phone.launch,
      ...listen("NetworkStatusChange"),
      ...listen("AppShow"),
      ...listen("AppHide"),
      ...listen("Error"),
      ...listen("UnhandledRejection"),
      ...listen("PageNotFound"),
      ...listen("ThemeChange"),
      ...listen("KeyboardHeightChange"),
      ...listen("UserCaptureScreen"),
      ...listen("WindowResize"),
    },
  };
}

export { storage };
