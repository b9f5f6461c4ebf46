// The page of the harness's own tests. `api` is wx or my.
const api = typeof wx === "undefined" ? my : wx;
const HOST = "https://api.tianfu.example";
const page = {
  data: { cities: ["成都", "绵阳", "德阳"], city: 0, date: "", note: "", picked: "", agreed: false, kinds: [], kind: "", sent: "", said: "", shown: 0, items: [{ id: "a", name: "甲" }, { id: "b", name: "乙" }], rough: false },
  onLoad(query) { this.setData({ query: JSON.stringify(query) }); },
  onShow() { this.setData({ shown: this.data.shown + 1 }); },
  pick(event) { this.setData({ picked: event.detail.id }); },
  // as uni-app's run time treats an event before it hands it on
  onTap(event) {
    event.stopPropagation = () => {};
    this.setData({ said: `内层 ${Object.prototype.hasOwnProperty.call(event, "detail")} ${event.currentTarget.dataset.name}` });
  },
  measure() {
    const query = api.createSelectorQuery();
    query.select("#box").boundingClientRect().exec(([box]) => this.setData({ said: `高 ${Math.round(box.height)}` }));
  },
  onCity(event) { this.setData({ city: Number(event.detail.value) }); },
  onDate(event) { this.setData({ date: event.detail.value }); },
  onNote(event) { this.setData({ note: event.detail.value }); },
  onAgree(event) { this.setData({ agreed: event.detail.value }); },
  onKinds(event) { this.setData({ kinds: event.detail.value }); },
  onKind(event) { this.setData({ kind: event.detail.value }); },
  onSend(event) { this.setData({ sent: JSON.stringify(event.detail.value) }); },
  outer() { this.setData({ said: "外层" }); },
  go() { api.navigateTo({ url: "/pages/second?name=%E7%94%B2&n=1", fail: (error) => this.say(error) }); },
  lost() { api.navigateTo({ url: "/pages/nowhere", fail: (error) => this.say(error) }); },
  say(error) { this.setData({ said: JSON.stringify(error) }); },
  ask(event) {
    const more = event.currentTarget.dataset;
    const task = api.request({
      url: (more.host || HOST) + "/api/v1/regions",
      method: more.method || "GET",
      timeout: 20000,
      success: (answer) => this.setData({ said: `答 ${answer.statusCode || answer.status}` }),
      fail: (error) => this.say(error),
    });
    if (more.abort) task.abort();
  },
  store() {
    if (typeof wx === "undefined") this.say(my.setStorageSync({ key: "draft", data: { a: 1 } }));
    else {
      try { wx.setStorageSync("draft", { a: 1 }); this.say("存了"); } catch (error) { this.say(error.errMsg); }
    }
  },
  stored() { this.say(typeof wx === "undefined" ? my.getStorageSync({ key: "draft" }).data : wx.getStorageSync("draft")); },
  login() {
    const done = (answer) => this.setData({ said: answer.code || answer.authCode ? "有码" : "无码" });
    if (typeof wx === "undefined") my.getAuthCode({ scopes: "auth_base", success: done, fail: (error) => this.say(error) });
    else wx.login({ success: done, fail: (error) => this.say(error) });
  },
  face() {
    const done = (answer) => this.say(answer);
    if (typeof wx === "undefined") my.startAPVerify({ certifyId: "c", url: "u", success: done });
    else wx.requestFacialVerify({ verifyId: "v", success: done, fail: done });
  },
  pay() {
    const done = (answer) => this.say(answer);
    if (typeof wx === "undefined") my.tradePay({ tradeNO: "t", success: done, fail: done });
    else wx.requestPayment({ timeStamp: "1", nonceStr: "n", package: "prepay_id=p", signType: "RSA", paySign: "s", success: done, fail: done });
  },
  subscribe() {
    const done = (answer) => this.say(answer);
    if (typeof wx === "undefined") my.requestSubscribeMessage({ entityIds: ["T1"], success: done, fail: done });
    else wx.requestSubscribeMessage({ tmplIds: ["T1"], success: done, fail: done });
  },
  choose() {
    api.chooseImage({ count: 1, success: (answer) => this.say(answer.tempFiles[0]), fail: (error) => this.say(error) });
  },
  scan() { (typeof wx === "undefined" ? my.scan : wx.scanCode)({ success: (answer) => this.say(answer.result), fail: (error) => this.say(error) }); },
  phone(event) { this.say(event.detail); },
  phoneRefused(event) { this.say(event.detail); },
  absent() { this.setData({ said: [typeof window, typeof document, typeof fetch, typeof URL, typeof localStorage].join(" ") }); },
  roughen() { this.setData({ rough: true }); },
  broken() { throw new Error("样例故障"); },
};
Page(page);
