// Everything that a platform stands between: sign-in, real name, face, payment, with the real copy behind it.
const wechat = typeof wx !== "undefined";
const api = wechat ? wx : my;
const HOST = "https://api.tianfu.example";
let token = "";
let payment = null;
const send = (method, path, data, key) =>
  new Promise((resolve, reject) => {
    const header = { "content-type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(key ? { "Idempotency-Key": key } : {}) };
    api.request({
      url: HOST + path, method, data: data === undefined ? undefined : JSON.stringify(data), header, headers: header,
      success: (answer) => resolve({ status: wechat ? answer.statusCode : answer.status, body: answer.data }),
      fail: reject,
    });
  });
const ask = (call, options) => new Promise((resolve, reject) => call({ ...options, success: resolve, fail: reject }));
Page({
  data: { said: "", name: "", id: "", code: "" },
  onField(event) { this.setData({ [event.currentTarget.dataset.name]: event.detail.value }); },
  run(event) {
    this.setData({ said: "…" });
    this[event.currentTarget.dataset.step]().then(
      (words) => this.setData({ said: words }),
      (error) => this.setData({ said: `败 ${error.errMsg || error.errorMessage || error.message || JSON.stringify(error)}` }),
    );
  },
  async signIn() {
    const { code, authCode } = wechat ? await ask(wx.login, {}) : await ask(my.getAuthCode, { scopes: "auth_base" });
    const made = await send("POST", `/api/v1/sessions/${wechat ? "wechat" : "alipay"}`, wechat ? { code } : { auth_code: authCode });
    token = made.body.token;
    return `登录 ${made.status} ${made.body.level}`;
  },
  async realName() {
    const made = await send("POST", "/api/v1/me/real-name", { name: this.data.name, id_number: this.data.id });
    token = made.body.token || token;
    return `实名 ${made.status} ${made.body.level}`;
  },
  async face() {
    const check = await send("POST", "/api/v1/face-checks", { purpose: "submit:chengdu_housing_fund.rent_withdrawal", channel: wechat ? "wechat" : "alipay" });
    const { params, id } = check.body;
    let heard;
    if (wechat) heard = await ask(wx.requestFacialVerify, { verifyId: params.verify_id }).then(() => "成", (error) => `码${error.errCode}`);
    else heard = (await ask(my.startAPVerify, { certifyId: params.certify_id, url: params.url })).resultStatus;
    const end = await send("POST", `/api/v1/face-checks/${id}/finish`, {});
    return `核验 ${heard} ${end.body.state}`;
  },
  async order() {
    const guide = await send("GET", `/api/v1/matters/${this.data.code.split(" ")[0]}`);
    const [matter, number] = this.data.code.split(" ");
    const body = { matter, release: guide.body.release, form: { pay_code: number }, channel: wechat ? "wechat" : "alipay" };
    const made = await send("POST", "/api/v1/payments", body, `pay-${number}`);
    payment = made.body;
    return `下单 ${made.status} ${payment.state}`;
  },
  async pay() {
    const params = payment.params;
    const heard = wechat
      ? await ask(wx.requestPayment, params).then(() => "成", (error) => error.errMsg)
      : (await ask(my.tradePay, { tradeNO: params.trade_no })).resultCode;
    const found = await send("GET", `/api/v1/payments/${payment.id}`);
    payment = { ...found.body, params };
    return `付款 ${heard} ${payment.state}`;
  },
  async look() {
    const found = await send("GET", `/api/v1/payments/${payment.id}`);
    payment = { ...found.body, params: payment.params };
    return `再看 ${payment.state}`;
  },
  async rate() {
    const made = await send("POST", `/api/v1/cases/${payment.case_number}/rating`, { level: 5 }, "rate");
    const found = await send("GET", `/api/v1/cases/${payment.case_number}`);
    return `评价 ${made.status} ${found.body.state_text}`;
  },
  async web() {
    const made = await send("POST", "/api/v1/webview-codes", { target: "/me" });
    const src = `${HOST}/enter?code=${encodeURIComponent(made.body.code)}`;
    api.navigateTo({ url: `/pages/web?src=${encodeURIComponent(src)}` });
    return `网页 ${made.status}`;
  },
  async forget() {
    token = "expired";
    const told = await send("GET", "/api/v1/me");
    return `会话 ${told.status} ${told.body.code}`;
  },
});
