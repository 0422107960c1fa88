/** What has been hidden or disabled cannot keep the focus: it would begin anew at the top of the page. */
export function keepFocus(focused, otherwise) {
  const lost = focused.disabled || !focused.checkVisibility();
  if (lost && [focused, document.body].includes(document.activeElement)) otherwise.focus();
}
