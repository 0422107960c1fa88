import { key } from "./key.js";

const listeners = [];
let refreshing;

/** `listener` is told what the server holds, after everything that happens. */
export function onState(listener) {
  listeners.push(listener);
}

/** Shortly, because one login changes several rows. */
export function refreshSoon() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => refresh().catch(() => {}), 120);
}

export async function refresh() {
  const user = document.getElementById("user").value;
  const response = await fetch(`/_playground/state?user=${user}`, { headers: { "x-playground-key": key } });
  if (!response.ok) return;
  const state = await response.json();
  for (const listener of listeners) listener(state);
}
