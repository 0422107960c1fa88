const { phone } = require("../../config");
const { enterByPhone, login, say } = require("../../login");

Page({
  data: { busy: false, message: "", phone },

  /** @param {WechatMiniprogram.FormSubmit} event */
  bind({ detail: { value } }) {
    return this.enter(() => login.bind({ username: value.username, password: value.password }));
  },

  /** @param {WechatMiniprogram.ButtonGetPhoneNumber} event */
  byPhone({ detail }) {
    return this.enter(() => enterByPhone(detail));
  },

  silently() {
    return this.enter(() => login.login());
  },

  /** @param {() => Promise<unknown>} how */
  async enter(how) {
    this.setData({ busy: true, message: "" });
    try {
      await how();
      wx.reLaunch({ url: "/pages/devices/index" });
    } catch (error) {
      this.setData({ message: say(error) });
    } finally {
      this.setData({ busy: false });
    }
  },
});
