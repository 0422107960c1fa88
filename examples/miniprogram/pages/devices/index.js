const { login, ask, say } = require("../../login");

/** @typedef {{ id: string, createdAt: string, expiresAt: string, current: boolean, device?: string }} Device */

Page({
  data: {
    hello: "",
    message: "",
    /** @type {Device[]} */
    devices: [],
  },

  onShow() {
    return this.attempt(() => this.load());
  },

  async load() {
    // Side by side: the login they may need is shared.
    const [hello, list] = await Promise.all([ask({ path: "/hello" }), ask({ path: "/sessions" })]);
    const { message } = /** @type {{ message: string }} */ (hello);
    const { sessions } = /** @type {{ sessions: Device[] }} */ (list);
    this.setData({ hello: message, devices: sessions });
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  endOne({ currentTarget }) {
    const path = `/sessions/${currentTarget.dataset.id}`;
    return this.attempt(async () => {
      await ask({ path, method: "DELETE", replay: true });
      await this.load();
    });
  },

  logout() {
    return this.attempt(() => login.logout());
  },

  logoutEverywhere() {
    return this.attempt(() => login.logout({ everywhere: true }));
  },

  unbind() {
    return this.attempt(() => login.unbind());
  },

  /** @param {() => Promise<unknown>} what */
  async attempt(what) {
    this.setData({ message: "" });
    try {
      await what();
    } catch (error) {
      this.setData({ message: say(error) });
    }
  },
});
