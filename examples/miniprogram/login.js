const { createLogin, errorOf, LoginError, messageFor } = require("./weapp-login/index");
const { baseUrl, simulatorUrl, simulatedUser } = require("./config");
const { simulatedWx } = require("./simulated-wx");

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
 * What to tell the person.
 *
 * @param {unknown} error
 */
function say(error) {
  if (!(error instanceof LoginError)) throw error;
  const message = messageFor(error.code, "zh");
  return error.retryAfter ? `${message}（${error.retryAfter} 秒）` : message;
}

module.exports = { login, ask, say };
