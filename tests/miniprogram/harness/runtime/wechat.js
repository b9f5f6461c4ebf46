/** `wx.*` with WeChat's answers. Names, fields and failures as in its documentation. */

import { Failure, dialog, host, note, orders, storage, toast } from "./shared.js";
import { common } from "./common.js";
import { doors } from "./elements.js";

export function wechat(phone) {
  const shape = (name, error) => ({
    errMsg: error.message.startsWith(`${name}:fail`) ? error.message : `${name}:fail ${error.message}`,
    ...(error.more?.errno === undefined ? {} : { errno: error.more.errno }),
    ...(error.more?.errCode === undefined ? {} : { errCode: error.more.errCode }),
  });
  phone.answers = {
    strictJson: false,
    shape: (answer, data) => ({ errMsg: "request:ok", data, statusCode: answer.status, header: answer.headers, cookies: [] }),
  };
  phone.network = () => ({ networkType: phone.offline ? "none" : "wifi", signalStrength: phone.offline ? 0 : 100, isConnected: !phone.offline });
  const { call, calls } = common(phone, shape);
  const size = () => ({
    pixelRatio: 1,
    screenWidth: window.innerWidth,
    screenHeight: window.innerHeight,
    windowWidth: window.innerWidth,
    windowHeight: window.innerHeight - 44,
    statusBarHeight: 0,
    safeArea: { left: 0, right: window.innerWidth, top: 0, bottom: window.innerHeight, width: window.innerWidth, height: window.innerHeight },
  });
  const base = () => ({ SDKVersion: "3.8.12", enableDebug: false, language: "zh_CN", version: "8.0.50", theme: "light", fontSizeSetting: phone.fontSize, fontSizeScaleFactor: phone.fontSize / 16, host: { env: "WeChat" } });
  const device = () => ({ brand: "devtools", model: "sample", system: "iOS 17.0", platform: "ios", abi: "arm64", memorySize: 4096, benchmarkLevel: 30 });

  const synchronous = (name, act) => (...args) => {
    note(name, args);
    try {
      return act(...args);
    } catch (error) {
      // a synchronous call throws what its twin hands to fail
      throw error instanceof Failure ? Object.assign(new Error(error.message), { errMsg: error.message }) : error;
    }
  };

  /** One question to the person; an order of the test answers, otherwise the usual happens. */
  const ask = (name) => orders.next(name) ?? { outcome: "ok" };

  const files = {
    readFile: call("readFile", async (options) => {
      const held = await host("read", { path: options.filePath });
      if (held.failed) throw new Failure(`readFile:fail no such file or directory, open '${options.filePath}'`, { errno: 1300002 });
      const buffer = Uint8Array.from(atob(held.packed), (sign) => sign.charCodeAt(0)).buffer;
      const start = options.position ?? 0;
      const part = buffer.slice(start, options.length === undefined ? undefined : start + options.length);
      if (options.encoding === "base64") return { data: btoa(Array.from(new Uint8Array(part), (sign) => String.fromCharCode(sign)).join("")) };
      return { data: options.encoding ? new TextDecoder().decode(part) : part };
    }),
    getFileInfo: call("getFileInfo", async (options) => {
      const held = await host("read", { path: options.filePath });
      if (held.failed) throw new Failure("getFileInfo:fail no such file or directory", { errno: 1300002 });
      return { size: held.size };
    }),
    unlink: call("unlink", () => {}),
    saveFile: call("saveFile", (options) => {
      if (storage.full) throw new Failure("saveFile:fail the maximum size of the file storage limit is exceeded", { errno: 1300202 });
      return { savedFilePath: options.tempFilePath };
    }),
  };

  const wx = {
    ...calls,
    getSystemInfoSync: () => ({ ...size(), ...base(), ...device() }),
    getSystemInfo: call("getSystemInfo", () => ({ ...size(), ...base(), ...device() })),
    getAppBaseInfo: base,
    getWindowInfo: size,
    getDeviceInfo: device,
    getSystemSetting: () => ({ bluetoothEnabled: true, locationEnabled: true, wifiEnabled: true, deviceOrientation: "portrait" }),
    getAppAuthorizeSetting: () => ({ cameraAuthorized: "authorized", locationAuthorized: "authorized", notificationAuthorized: "authorized" }),
    getAccountInfoSync: () => ({ miniProgram: { appId: phone.appId, envVersion: "release", version: "1.0.0" } }),
    getMenuButtonBoundingClientRect: () => ({ width: 87, height: 32, top: 6, right: window.innerWidth - 7, bottom: 38, left: window.innerWidth - 94 }),

    setStorageSync: synchronous("setStorageSync", (key, data) => storage.set(key, data)),
    getStorageSync: synchronous("getStorageSync", (key) => storage.get(key) ?? ""),
    removeStorageSync: synchronous("removeStorageSync", (key) => storage.remove(key)),
    clearStorageSync: synchronous("clearStorageSync", () => storage.clear()),
    getStorageInfoSync: () => ({ keys: storage.keys(), currentSize: 1, limitSize: 10240 }),
    setStorage: call("setStorage", ({ key, data }) => storage.set(key, data)),
    getStorage: call("getStorage", ({ key }) => {
      const data = storage.get(key);
      if (data === undefined) throw new Failure("getStorage:fail data not found");
      return { data };
    }),
    removeStorage: call("removeStorage", ({ key }) => storage.remove(key)),
    clearStorage: call("clearStorage", () => storage.clear()),

    login: call("login", async () => {
      const order = ask("login");
      if (order.outcome !== "ok") throw new Failure("login:fail", { errno: -1 });
      return { code: (await host("login", {})).code };
    }),
    checkSession: call("checkSession", () => {
      if (ask("checkSession").outcome !== "ok") throw new Failure("checkSession:fail session expired");
    }),
    requestFacialVerify: call("requestFacialVerify", async ({ verifyId }) => {
      const order = ask("face");
      if (!verifyId) throw new Failure("requestFacialVerify:fail parameter error: verifyId");
      await host("face", { outcome: order.outcome, verifyId });
      if (order.outcome === "cancel") throw new Failure("requestFacialVerify:fail user cancel", { errCode: 90001 });
      if (order.outcome === "refuse") throw new Failure("requestFacialVerify:fail camera permission denied", { errCode: 90002 });
      return { errCode: 0 };
    }),
    requestPayment: call("requestPayment", async (options) => {
      const missing = ["timeStamp", "nonceStr", "package", "signType", "paySign"].filter((name) => !options[name]);
      if (missing.length) throw new Failure(`requestPayment:fail parameter error: ${missing.join(", ")}`);
      const order = ask("pay");
      if (order.outcome === "cancel") throw new Failure("requestPayment:fail cancel");
      await host("pay", { outcome: order.outcome, params: options });
      if (order.outcome === "fail") throw new Failure("requestPayment:fail 支付失败");
      return {};
    }),
    requestSubscribeMessage: call("requestSubscribeMessage", ({ tmplIds }) => {
      if (!Array.isArray(tmplIds) || tmplIds.length === 0) throw new Failure("requestSubscribeMessage:fail TmplIds can't be empty", { errCode: 10001 });
      if (tmplIds.length > 3) throw new Failure("requestSubscribeMessage:fail The amount of tmplIds exceeds the limit", { errCode: 20003 });
      if (!phone.tapped()) throw new Failure("requestSubscribeMessage:fail can only be invoked by user TAP gesture.", { errCode: 20001 });
      const order = ask("subscribe");
      if (order.outcome === "off") throw new Failure("requestSubscribeMessage:fail The main switch is switched off", { errCode: 20004 });
      return Object.fromEntries(tmplIds.map((id) => [id, order.outcome === "refuse" ? "reject" : "accept"]));
    }),
    scanCode: call("scanCode", () => {
      const order = ask("scan");
      if (order.outcome !== "ok" || order.text === undefined) throw new Failure("scanCode:fail cancel");
      return { result: order.text, scanType: "QR_CODE", charSet: "utf-8", rawData: "" };
    }),
    chooseMedia: call("chooseMedia", ({ count = 9 }) => ({
      type: "image",
      tempFiles: chosen("chooseMedia", count).map((file) => ({ tempFilePath: file.path, size: file.size, fileType: "image" })),
    })),
    chooseImage: call("chooseImage", ({ count = 9 }) => {
      const held = chosen("chooseImage", count);
      return { tempFilePaths: held.map((file) => file.path), tempFiles: held.map(({ path, size: length }) => ({ path, size: length })) };
    }),
    chooseMessageFile: call("chooseMessageFile", ({ count = 1 }) => ({
      tempFiles: chosen("chooseMessageFile", count).map((file) => ({ ...file, time: 0, type: "file" })),
    })),
    compressImage: call("compressImage", ({ src }) => ({ tempFilePath: src })),
    getImageInfo: call("getImageInfo", ({ src }) => ({ width: 8, height: 8, path: src, orientation: "up", type: "png" })),
    previewImage: call("previewImage", () => {}),
    openDocument: call("openDocument", () => {}),
    getFileSystemManager: () => files,
    setClipboardData: call("setClipboardData", ({ data }) => {
      phone.clipboard = data;
      toast("内容已复制");
    }),
    getClipboardData: call("getClipboardData", () => ({ data: phone.clipboard ?? "" })),
    showModal: call("showModal", async (options) => {
      const buttons = [[options.confirmText ?? "确定", true]];
      if (options.showCancel !== false) buttons.unshift([options.cancelText ?? "取消", false]);
      const confirm = await dialog(options.title, options.content, buttons);
      return { confirm, cancel: !confirm, content: null };
    }),
    showActionSheet: call("showActionSheet", async ({ itemList }) => {
      const at = await dialog("", "", [...itemList.map((text, index) => [text, index]), ["取消", -1]]);
      if (at < 0) throw new Failure("showActionSheet:fail cancel");
      return { tapIndex: at };
    }),
    setNavigationBarTitle: call("setNavigationBarTitle", ({ title }) => phone.stack.title(title)),
    authorize: call("authorize", ({ scope }) => {
      if (ask("authorize").outcome !== "ok") throw new Failure("authorize:fail auth deny", { errno: 103 });
      return { scope };
    }),
    getSetting: call("getSetting", () => ({ authSetting: phone.authSetting ?? {}, subscriptionsSetting: { mainSwitch: true, itemSettings: {} } })),
    openSetting: call("openSetting", () => ({ authSetting: phone.authSetting ?? {} })),
    getPrivacySetting: call("getPrivacySetting", () => ({ needAuthorization: false, privacyContractName: "《隐私保护指引》" })),
    requirePrivacyAuthorize: call("requirePrivacyAuthorize", () => {
      if (ask("privacy").outcome !== "ok") throw new Failure("requirePrivacyAuthorize:fail privacy permission is not authorized", { errno: 104 });
    }),
    openPrivacyContract: call("openPrivacyContract", () => {}),
    onNeedPrivacyAuthorization: () => {},
    showShareMenu: call("showShareMenu", () => {}),
    hideShareMenu: call("hideShareMenu", () => {}),
    openLocation: call("openLocation", () => {}),
    openEmbeddedMiniProgram: call("openEmbeddedMiniProgram", () => {}),
    navigateToMiniProgram: call("navigateToMiniProgram", () => {}),
    setScreenBrightness: call("setScreenBrightness", () => {}),
    getScreenBrightness: call("getScreenBrightness", () => ({ value: 0.5 })),
    setKeepScreenOn: call("setKeepScreenOn", () => {}),
    loadFontFace: call("loadFontFace", () => {}),
    reportEvent: () => {},
    getRealtimeLogManager: () => ({ info: () => {}, warn: () => {}, error: () => {} }),
    getLogManager: () => ({ info: () => {}, warn: () => {}, log: () => {}, debug: () => {} }),
    env: { USER_DATA_PATH: "wxfile://usr" },
  };
  wx.canIUse = (name) => {
    const [first, second] = name.split(".");
    return first in wx || (first === "button" && second === "open-type") || name.startsWith("button.");
  };

  function chosen(name, count) {
    const order = orders.next("choose");
    if (order?.outcome === "refuse") throw new Failure(`${name}:fail auth deny`, { errno: 103 });
    if (!order?.files || order.outcome === "cancel") throw new Failure(`${name}:fail cancel`);
    return order.files.slice(0, count);
  }

  doors.openType = async (button, type) => {
    note(`button:${type}`, {});
    if (type === "getPhoneNumber" || type === "getRealtimePhoneNumber") {
      const order = ask("phone");
      const event = type.toLowerCase();
      if (order.outcome === "refuse") button.emit(event, { errMsg: `${type}:fail user deny` });
      else if (order.outcome === "fail") button.emit(event, { errMsg: `${type}:fail no permission`, errno: 102 });
      else {
        const { code } = await host("phone", {});
        button.emit(event, { errMsg: `${type}:ok`, code, encryptedData: "", iv: "", cloudID: "" });
      }
    } else if (type === "share") {
      phone.shared = phone.stack.top.instance.onShareAppMessage?.({ from: "button", target: { dataset: {} } }) ?? {};
    } else if (type === "openSetting") button.emit("opensetting", { errMsg: "openSetting:ok", authSetting: phone.authSetting ?? {} });
    else if (type === "agreePrivacyAuthorization") button.emit("agreeprivacyauthorization", { errMsg: "agreePrivacyAuthorization:ok" });
    else if (type === "chooseAvatar") button.emit("chooseavatar", { avatarUrl: "" });
    else if (type !== "contact" && type !== "feedback" && type !== "launchApp") throw new Error(`button: no open-type ${type} on WeChat`);
  };
  return wx;
}
