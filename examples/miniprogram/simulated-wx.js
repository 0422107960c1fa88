/**
 * `wx` with codes of the WeChat simulator: the IDE's own are WeChat's, and the simulator does not know them.
 *
 * @param {string} simulatorUrl
 * @param {string} user
 * @returns {import("./weapp-login/index").Wx}
 */
function simulatedWx(simulatorUrl, user) {
  return {
    login({ timeout, success, fail }) {
      wx.request({
        url: `${simulatorUrl}/_sim/login`,
        method: "POST",
        data: { user },
        timeout,
        success: ({ data }) => success(/** @type {{ code: string }} */ (data)),
        fail,
      });
    },
    request: (options) => wx.request(options),
    uploadFile: (options) => wx.uploadFile(options),
    downloadFile: (options) => wx.downloadFile(options),
    getStorageSync: (key) => wx.getStorageSync(key),
    setStorageSync: (key, value) => wx.setStorageSync(key, value),
    removeStorageSync: (key) => wx.removeStorageSync(key),
  };
}

/**
 * What the phone number's button gives on that user's phone: the IDE's own codes are WeChat's, too.
 *
 * @param {string} simulatorUrl
 * @param {string} user
 * @returns {Promise<import("./weapp-login/phone").PhoneDetail>}
 */
function simulatedPhoneDetail(simulatorUrl, user) {
  return new Promise((resolve) => {
    wx.request({
      url: `${simulatorUrl}/_sim/phone`,
      method: "POST",
      data: { user },
      success: ({ data }) => resolve(/** @type {import("./weapp-login/phone").PhoneDetail} */ (data)),
      fail: resolve,
    });
  });
}

module.exports = { simulatedPhoneDetail, simulatedWx };
