/** What a session's owner may do at the API; behind the authorizer, each of them. */
export const sessionRoutes = [
  "GET /session",
  "DELETE /session",
  "GET /sessions",
  "DELETE /sessions",
  "DELETE /sessions/{id}",
  "DELETE /binding",
];

/** For them too, where the deployment keeps session_keys; another function answers it. */
export const openDataRoute = "POST /open-data";

/** The same, where the deployment knows phone numbers. */
export const phoneRoute = "POST /phone";
