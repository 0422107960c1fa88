module.exports = {
  /** Your API: the output `ApiUrl` of the deploy, or the laptop. */
  baseUrl: "http://localhost:3000",
  /** Who stands for WeChat beside the laptop. Empty with the real WeChat. */
  simulatorUrl: "http://localhost:3001",
  /** Whose phone this is, for the simulator: another name is another person. */
  simulatedUser: "alice",
  /** Whether the deployment has `phone`: then the login page has the phone number's button. */
  phone: false,
};
