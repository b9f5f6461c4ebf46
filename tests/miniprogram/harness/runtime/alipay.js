/** `my.*` with Alipay's answers. Names, fields and failures as in its documentation. */

import { Failure, dialog, host, note, orders, storage, unbytes } from "./shared.js";
import { common } from "./common.js";
import { doors } from "./elements.js";

export function alipay(phone) {
  const shape = (name, error) => ({
    error: error.more?.code ?? 3,
    errorMessage: error.message.replace(`${name}:fail`, "").trim() || "fail",
    errMsg: error.message.startsWith(`${name}:fail`) ? error.message : `${name}:fail ${error.message}`,
    ...(error.more?.answer ?? {}),
  });
  phone.answers = {
    strictJson: true,
    // a status outside 2xx is an answer too since base library 2.8; headers are lower case
    shape: (answer, data) => ({ data, status: answer.status, statusCode: answer.status, headers: answer.headers, header: answer.headers }),
  };
  phone.network = () => ({ networkAvailable: !phone.offline, networkType: phone.offline ? "NOTREACHABLE" : "WIFI", networkInfo: phone.offline ? "NOTREACHABLE" : "WIFI", isConnected: !phone.offline });
  const { call, calls } = common(phone, shape);
  const ask = (name) => orders.next(name) ?? { outcome: "ok" };
  const info = () => ({
    app: "alipay",
    brand: "sample",
    model: "sample",
    platform: "iOS",
    system: "17.0",
    version: "10.6.0",
    apiLevel: 23,
    language: "zh-Hans",
    fontSizeSetting: phone.fontSize,
    pixelRatio: 1,
    screenWidth: window.innerWidth,
    screenHeight: window.innerHeight,
    windowWidth: window.innerWidth,
    windowHeight: window.innerHeight - 44,
    statusBarHeight: 0,
    titleBarHeight: 44,
    safeArea: { left: 0, right: window.innerWidth, top: 0, bottom: window.innerHeight, width: window.innerWidth, height: window.innerHeight },
  });

  function chosen(count) {
    const order = orders.next("choose");
    if (order?.outcome === "refuse") throw new Failure("chooseImage:fail auth deny", { code: 2001 });
    if (!order?.files || order.outcome === "cancel") throw new Failure("chooseImage:fail cancel", { code: 11 });
    return order.files.slice(0, count);
  }

  const files = {
    readFile: call("readFile", async (options) => {
      const held = await host("read", { path: options.filePath });
      if (held.failed) throw new Failure("readFile:fail no such file", { code: 10022 });
      const start = options.position ?? 0;
      const part = unbytes(held.packed).slice(start, options.length === undefined ? undefined : start + options.length);
      if (options.encoding === "base64") return { data: btoa(Array.from(new Uint8Array(part), (sign) => String.fromCharCode(sign)).join("")) };
      return { data: options.encoding ? new TextDecoder().decode(part) : part };
    }),
    getFileInfo: call("getFileInfo", async (options) => {
      const held = await host("read", { path: options.filePath ?? options.apFilePath });
      if (held.failed) throw new Failure("getFileInfo:fail no such file", { code: 10022 });
      return { size: held.size };
    }),
    unlink: call("unlink", () => {}),
  };

  const my = {
    ...calls,
    SDKVersion: "2.9.50",
    getSystemInfoSync: info,
    getSystemInfo: call("getSystemInfo", info),
    getWindowInfo: info,
    getAppBaseInfo: info,
    getDeviceBaseInfo: info,
    getAppIdSync: () => ({ appId: phone.appId }),
    getAccountInfoSync: () => ({ miniProgram: { appId: phone.appId, envVersion: "release", version: "1.0.0" } }),
    getMenuButtonBoundingClientRect: () => ({ width: 87, height: 32, top: 6, right: window.innerWidth - 7, bottom: 38, left: window.innerWidth - 94 }),

    // this platform's synchronous calls take one object and answer with one
    setStorageSync: ({ key, data }) => {
      note("setStorageSync", { key });
      try {
        storage.set(key, data);
        return { success: true };
      } catch (error) {
        return { success: false, error: 14, errorMessage: error.message };
      }
    },
    getStorageSync: ({ key }) => ({ data: storage.get(key) ?? null, success: true }),
    removeStorageSync: ({ key }) => storage.remove(key),
    clearStorageSync: () => storage.clear(),
    getStorageInfoSync: () => ({ keys: storage.keys(), currentSize: 1, limitSize: 10240, success: true }),
    setStorage: call("setStorage", ({ key, data }) => storage.set(key, data)),
    getStorage: call("getStorage", ({ key }) => ({ data: storage.get(key) ?? null })),
    removeStorage: call("removeStorage", ({ key }) => storage.remove(key)),
    clearStorage: call("clearStorage", () => storage.clear()),

    getAuthCode: call("getAuthCode", async ({ scopes = "auth_base" }) => {
      if (ask("login").outcome !== "ok") throw new Failure("getAuthCode:fail", { code: 11 });
      const { code } = await host("login", {});
      return { authCode: code, authSuccessScopes: [scopes].flat(), authErrorScopes: {} };
    }),
    getPhoneNumber: call("getPhoneNumber", async () => {
      const order = ask("phone");
      if (order.outcome !== "ok") throw new Failure("getPhoneNumber:fail", { code: 40006 });
      return { response: JSON.stringify(await host("phone", {})) };
    }),
    startAPVerify: (options, after) => {
      // resultStatus: 9000 done, 6001 the person left, 6002 network, 4000 failed, 8000 in progress
      note("startAPVerify", options);
      const run = (async () => {
        const order = ask("face");
        const certifyId = options.certifyId ?? "";
        await host("face", { outcome: order.outcome, certifyId, url: options.url });
        const resultStatus = { ok: "9000", cancel: "6001", refuse: "4000", fail: "4000" }[order.outcome] ?? "9000";
        return { resultStatus, result: { certifyId } };
      })();
      run.then((told) => {
        options.success?.(told);
        options.complete?.(told);
        after?.(told);
      });
      return options.success || options.complete || after ? undefined : run;
    },
    tradePay: call("tradePay", async (options) => {
      if (!options.tradeNO && !options.orderStr) throw new Failure("tradePay:fail parameter", { code: 2 });
      const order = ask("pay");
      if (order.outcome === "cancel") return { resultCode: "6001", memo: "用户中途取消", result: "" };
      await host("pay", { outcome: order.outcome, params: { tradeNO: options.tradeNO, orderStr: options.orderStr } });
      if (order.outcome === "fail") return { resultCode: "4000", memo: "订单支付失败", result: "" };
      return { resultCode: "9000", memo: "", result: "" };
    }),
    requestSubscribeMessage: call("requestSubscribeMessage", ({ entityIds }) => {
      if (!Array.isArray(entityIds) || entityIds.length === 0 || entityIds.length > 3) throw new Failure("requestSubscribeMessage:fail entityIds", { code: 2 });
      const order = ask("subscribe");
      if (order.outcome === "off") throw new Failure("requestSubscribeMessage:fail", { code: 11 });
      const refused = order.outcome === "refuse";
      return {
        behavior: refused ? "cancel" : "subscribe",
        keep: false,
        show: true,
        refuse: false,
        result: { subscribedEntityIds: refused ? [] : entityIds, subscribeEntityIds: refused ? [] : entityIds, unsubscribedEntityIds: refused ? entityIds : [], currentSubscribedEntityIds: refused ? [] : entityIds },
      };
    }),
    scan: call("scan", () => {
      const order = ask("scan");
      if (order.outcome !== "ok" || order.text === undefined) throw new Failure("scan:fail cancel", { code: 10 });
      return { code: order.text, qrCode: order.text, codeType: "qrCode", codeContent: order.text, result: order.text };
    }),
    chooseImage: call("chooseImage", ({ count = 1 }) => {
      const held = chosen(count);
      const paths = held.map((file) => file.path);
      return { apFilePaths: paths, tempFilePaths: paths, tempFiles: held.map(({ path, size }) => ({ path, size })) };
    }),
    chooseFileFromDisk: call("chooseFileFromDisk", () => {
      const [file] = chosen(1);
      return { apFilePath: file.path, tempFilePath: file.path, name: file.name };
    }),
    chooseMessageFile: undefined,
    compressImage: call("compressImage", ({ apFilePaths = [], src }) => ({ apFilePaths, tempFilePath: src })),
    getImageInfo: call("getImageInfo", ({ src }) => ({ width: 8, height: 8, path: src })),
    getFileInfo: files.getFileInfo,
    previewImage: call("previewImage", () => {}),
    openDocument: call("openDocument", () => {}),
    getFileSystemManager: () => files,
    setClipboard: call("setClipboard", ({ text }) => void (phone.clipboard = text)),
    getClipboard: call("getClipboard", () => ({ text: phone.clipboard ?? "" })),
    alert: call("alert", async (options) => void (await dialog(options.title, options.content, [[options.buttonText ?? "确定", true]]))),
    confirm: call("confirm", async (options) => {
      const confirm = await dialog(options.title, options.content, [[options.cancelButtonText ?? "取消", false], [options.confirmButtonText ?? "确定", true]]);
      return { confirm };
    }),
    showActionSheet: call("showActionSheet", async ({ items }) => ({
      index: await dialog("", "", [...items.map((text, index) => [text, index]), ["取消", -1]]),
    })),
    setNavigationBar: call("setNavigationBar", ({ title }) => title !== undefined && phone.stack.title(title)),
    getSetting: call("getSetting", () => ({ authSetting: phone.authSetting ?? {} })),
    openSetting: call("openSetting", () => ({ authSetting: phone.authSetting ?? {} })),
    showSharePanel: call("showSharePanel", () => void (phone.shared = phone.stack.top.instance.onShareAppMessage?.({ from: "code" }) ?? {})),
    hideShareMenu: call("hideShareMenu", () => {}),
    showShareMenu: call("showShareMenu", () => {}),
    openLocation: call("openLocation", () => {}),
    navigateToMiniProgram: call("navigateToMiniProgram", () => {}),
    ap: { openURL: call("ap.openURL", (options) => void (phone.opened = options.url)), navigateToAlipayPage: call("ap.navigateToAlipayPage", () => {}) },
    setScreenBrightness: call("setScreenBrightness", () => {}),
    getScreenBrightness: call("getScreenBrightness", () => ({ brightness: 0.5 })),
    setKeepScreenOn: call("setKeepScreenOn", () => {}),
    loadFontFace: call("loadFontFace", () => {}),
    reportEvent: () => {},
    hideBackHome: () => {},
    onComponentMessage: () => {},
    env: { USER_DATA_PATH: "https://usr/" },
  };
  delete my.chooseMessageFile;
  my.canIUse = (name) => name === "component2" || (name.split(".")[0] in my && my[name.split(".")[0]] !== undefined);

  doors.openType = async (button, type) => {
    note(`button:${type}`, {});
    if (type === "getAuthorize") {
      // the order stays for my.getPhoneNumber, which follows, when it is the person's yes
      if (orders.held.phone?.[0]?.outcome === "refuse") {
        orders.next("phone");
        button.emit("error", { type: "getAuthorize", errorMessage: "用户取消授权", errMsg: "用户取消授权" });
      } else button.emit("getauthorize", {});
    } else if (type === "share") phone.shared = phone.stack.top.instance.onShareAppMessage?.({ from: "button", target: { dataset: {} } }) ?? {};
    else if (type !== "contact" && type !== "lifestyle") throw new Error(`button: no open-type ${type} on Alipay`);
  };
  return my;
}
