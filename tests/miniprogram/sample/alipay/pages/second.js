const api = typeof wx === "undefined" ? my : wx;
Page({ data: { query: "" }, onLoad(query) { this.setData({ query: JSON.stringify(query) }); }, back() { api.navigateBack(); }, home() { api.switchTab({ url: "/pages/index" }); } });
