/** What `npm start` prints after the #: whoever has it may look on, and move the controls. A reload keeps it. */
const printed = location.hash.slice(1);
if (printed) sessionStorage.setItem("key", printed);

export const key = sessionStorage.getItem("key") ?? "";
