const { createLogin, errorOf, LoginError, messageFor } = require("./weapp-login/index");
const { bindPhone } = require("./weapp-login/phone");
const { baseUrl, simulatorUrl, simulatedUser } = require("./config");
const { simulatedPhoneDetail, simulatedWx } = require("./simulated-wx");

/** The one login of this mini-program; every page requires this file. */
const login = createLogin({ baseUrl, wx: simulatorUrl ? simulatedWx(simulatorUrl, simulatedUser) : wx });

/**
 * A request with the session; its JSON. Rejects with a LoginError, also for an answer that is not 2xx.
 *
 * @param {import("./weapp-login/index").RequestOptions} options
 */
async function ask(options) {
  const answer = await login.request(options);
  const error = errorOf(answer);
  if (error) throw error;
  return answer.data;
}

/**
 * Binds the account with the person's phone number.
 *
 * @param {import("./weapp-login/phone").PhoneDetail} detail of the button's event
 */
async function enterByPhone(detail) {
  await bindPhone(login, simulatorUrl ? await simulatedPhoneDetail(simulatorUrl, simulatedUser) : detail);
}

/**
 * What to tell the person.
 *
 * @param {unknown} error
 */
function say(error) {
  if (!(error instanceof LoginError)) throw error;
  const message = messageFor(error.code, "zh");
  return error.retryAfter ? `${message}（${error.retryAfter} 秒）` : message;
}

module.exports = { login, ask, enterByPhone, say };
