import { messages } from "./messages.js";

const languages = ["en", "zh"];
const known = (language) => languages.find((one) => language?.toLowerCase().split("-")[0] === one);

/** What was chosen here, else the first that the browser asks for. */
export const language =
  known(localStorage.getItem("language")) ?? navigator.languages.map(known).find(Boolean) ?? "en";
const column = languages.indexOf(language);

/** For dates and numbers. */
export const locale = language === "zh" ? "zh-CN" : "en";

/** A message in the page's language. */
export function text(name, values = {}) {
  return messages[name][column].replaceAll(/\{(\w+)\}/g, (_, value) => values[value]);
}

export const hasText = (name) => Object.hasOwn(messages, name);

/** Fills in what index.html only names, and offers the other language. */
export function translatePage() {
  document.documentElement.lang = locale;
  document.title = text("title");
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = text(one.dataset.text);
  for (const one of document.querySelectorAll("[data-label]")) one.ariaLabel = text(one.dataset.label);
  const button = document.getElementById("language");
  const other = language === "zh" ? "en" : "zh";
  button.lang = other;
  button.textContent = other === "zh" ? "中文" : "English";
  button.addEventListener("click", () => {
    localStorage.setItem("language", other);
    // Nothing is lost: the phones keep their sessions, and the events come again.
    location.reload();
  });
}
